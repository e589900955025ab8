// Axes: how far the chart reaches up and down, and what its ticks are called.
import type { Course } from "./course";
import { extent } from "./course";

const DAY_S = 24 * 3600;
const LEAST_SPAN = 2;
const ROOM = 0.12;
// A limit is worth the room if it lies no further away than this share of what is shown.
const REACH = 1.5;
const LEAST_REACH = 15;
/** Steps of an axis that has no decimals. */
export const WHOLE = [1, 2, 5]
  .flatMap((digit) => [1, 10, 100, 1000, 10_000, 100_000].map((power) => digit * power))
  .sort((one, other) => one - other);

/** From where to where the values' axis goes: with room around, from its natural beginning, with the limits near by. */
export function range(course: Course): [number, number] {
  const [least, most] = extent(course) ?? [0, LEAST_SPAN];
  const [low, high] = withLimits(course, least, most);
  const shown = high - (course.beginning ?? low);
  const room = Math.max(shown * ROOM, (LEAST_SPAN - shown) / 2);
  return [course.beginning ?? low - room, high + room];
}

/** The extent, stretched to the limits that are reached and to the next ones. */
function withLimits(course: Course, low: number, high: number): [number, number] {
  const reach = Math.max((high - low) * REACH, LEAST_REACH);
  const values = course.limits.map((limit) => limit.value);
  const above = values.filter((value) => value > high && value <= high + reach);
  const below = values.filter((value) => value < low && value >= low - reach);
  return [below.length ? Math.max(...below) : low, above.length ? Math.min(...above) : high];
}

/** Names for the ticks of time: the day at midnight, otherwise the clock; months where they are far apart. */
export function ticks(course: Course, language: string): (times: readonly number[], apartS: number) => string[] {
  const clock = format(course, language, { hour: "2-digit", minute: "2-digit" });
  const day = format(course, language, { day: "numeric", month: "short" });
  const month = format(course, language, { month: "short" });
  const midnight = format(course, "en-GB", { hour: "2-digit", minute: "2-digit" });
  return (times, apartS) =>
    times.map((time) => {
      // The end belongs to the next day, or month, of which nothing is shown.
      if (time >= course.until) return "";
      if (apartS >= 28 * DAY_S) return month(time);
      return midnight(time) === "00:00" ? day(time) : apartS >= DAY_S ? day(time) : clock(time);
    });
}

/** How the reading line says a time: of a step, from when until when. */
export function sayer(course: Course, language: string): (time: number) => string {
  if (course.stepS >= DAY_S) return format(course, language, { day: "numeric", month: "long", year: "numeric" });
  const clock = format(course, language, { hour: "2-digit", minute: "2-digit" });
  const whole = format(course, language, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return (time) => (course.stepS ? `${whole(time)}–${clock(time + course.stepS)}` : whole(time));
}

function format(course: Course, language: string, parts: Intl.DateTimeFormatOptions): (time: number) => string {
  // English as it is written in Europe: 24 hours, day before month.
  const locale = language === "en" ? "en-GB" : language;
  const written = new Intl.DateTimeFormat(locale, { ...parts, timeZone: course.timezone });
  return (time) => written.format(new Date(time * 1000));
}

// The stylesheet's colours as the map's paint needs them: three bytes each.
import type { Property } from "../config";
import * as theme from "../theme";

export type Rgb = readonly [red: number, green: number, blue: number];

const FADED_PERCENT = 40;
const LEAST_CONTRAST = 4.5;

/** What a circle is painted with: its disc and the number in it. */
export interface Paint {
  readonly fill: Rgb;
  /** The disc of a value that is about to be stale. */
  readonly faded: Rgb;
  readonly ink: Rgb;
}

export interface Palette {
  /** By class, as the property's bands stand. */
  readonly bands: readonly Paint[];
  /** A value that has no class. */
  readonly plain: Paint;
  /** No value that says anything of now. */
  readonly silent: Paint;
}

/** The colours of a property's classes, in the theme of the moment. */
export function of(property: Property): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const bands = property.bands.map((band) => {
    probe.className = `band-${band.code}`;
    const style = getComputedStyle(probe);
    return paint(parse(style.getPropertyValue("--band")), parse(style.getPropertyValue("--band-ink")));
  });
  probe.remove();
  return {
    bands,
    plain: paint(colour("--accent"), colour("--accent-ink")),
    silent: paint(colour("--map-silent"), colour("--map-silent-ink")),
  };
}

/** A disc fades towards the ground, but only as far as its number stays readable (WCAG 2.2, 1.4.3). */
function paint(fill: Rgb, ink: Rgb): Paint {
  const ground = colour("--map-land");
  const shares = Array.from({ length: FADED_PERCENT + 1 }, (_, percent) => (FADED_PERCENT - percent) / 100);
  const share = shares.find((each) => contrast(mix(fill, ground, each), ink) >= LEAST_CONTRAST) ?? 0;
  return { fill, ink, faded: mix(fill, ground, share) };
}

/** So much of the one and the rest of the other. */
export function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const part = (channel: 0 | 1 | 2): number => one[channel] + (other[channel] - one[channel]) * share;
  return [part(0), part(1), part(2)];
}

/** The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it. */
export function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colours: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colours.map((each) => {
    const share = each / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A custom property of the page as three bytes. */
export function colour(name: string): Rgb {
  return parse(theme.colour(name));
}

let pen: CanvasRenderingContext2D | null = null;

/** Any colour that CSS knows. */
function parse(text: string): Rgb {
  pen ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!pen) return [128, 128, 128];
  pen.fillStyle = "#808080";
  pen.fillStyle = text.trim();
  pen.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

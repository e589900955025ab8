// The stylesheet's colours as the map's paint needs them: three bytes each.
import type { Property } from "../config";
import * as theme from "../theme";

export type Rgb = readonly [red: number, green: number, blue: number];

/** What a circle is painted with: its disc and the number in it. */
export interface Paint {
  readonly fill: Rgb;
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
    return { fill: parse(style.getPropertyValue("--band")), ink: parse(style.getPropertyValue("--band-ink")) };
  });
  probe.remove();
  return {
    bands,
    plain: { fill: colour("--accent"), ink: colour("--accent-ink") },
    silent: { fill: colour("--map-silent"), ink: colour("--ink-soft") },
  };
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

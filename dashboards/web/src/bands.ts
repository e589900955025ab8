// The class of a value, put on an element: its colour comes from the stylesheet, its word stands in the text.
import type { Band } from "./config";

const PREFIX = "band-";

/** Give an element the class of a band, or none. */
export function colour(element: Element, band: Band | null): void {
  const wanted = band ? PREFIX + band.code : "";
  for (const name of [...element.classList]) {
    if (name.startsWith(PREFIX) && name !== wanted) element.classList.remove(name);
  }
  if (wanted) element.classList.add(wanted);
}

/** Show a band's word in its own chip, or hide the chip. */
export function label(chip: HTMLElement, band: Band | null): void {
  colour(chip, band);
  chip.hidden = band === null;
  chip.textContent = band?.word ?? "";
}

/** The colour of a band as the stylesheet has it. */
export function colourOf(band: Pick<Band, "code">): string {
  const probe = document.createElement("span");
  probe.className = PREFIX + band.code;
  probe.hidden = true;
  document.body.append(probe);
  const value = getComputedStyle(probe).getPropertyValue("--band").trim();
  probe.remove();
  return value;
}

// Colours of the stylesheet for what is painted on a canvas, in light and in dark.

/** A custom property of the page. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Call back when the reader changes from light to dark or back. */
export function onChange(paint: () => void): void {
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
}

// Numbers as the page's language writes them, and how they move from one value to the next.

const DURATION_MS = 800;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Writes numbers with so many decimals; what rounds to nothing has no sign. */
export function writer(language: string, decimals: number): (value: number) => string {
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const least = 0.5 / 10 ** decimals;
  return (value) => format.format(Math.abs(value) < least ? 0 : value);
}

/** An element whose text is a number that glides to each new value. */
export class Gliding {
  private shown: number | null = null;
  private target: number | null = null;
  private frame = 0;

  constructor(private readonly element: Element) {}

  /** Show a value; at once where there was none before, or where motion is not wanted. */
  show(value: number | null, write: (value: number) => string, glide = true): void {
    if (value === this.target && glide && value !== null) return;
    window.cancelAnimationFrame(this.frame);
    this.target = value;
    if (value === null || this.shown === null || !glide || calm.matches || document.hidden) {
      this.shown = value;
      this.element.textContent = value === null ? "–" : write(value);
      return;
    }
    this.glide(this.shown, value, write);
  }

  private glide(from: number, to: number, write: (value: number) => string): void {
    const start = performance.now();
    const step = (now: number): void => {
      const part = Math.min(1, Math.max(0, (now - start) / DURATION_MS));
      this.shown = from + (to - from) * (1 - (1 - part) ** 3);
      this.element.textContent = write(this.shown);
      if (part < 1) this.frame = window.requestAnimationFrame(step);
    };
    this.frame = window.requestAnimationFrame(step);
  }
}

// Parts of the page that the server writes anew for another property or time: fetched with the page, and put in place.
import { isPassing } from "./trying";

/** Fetches pages, or parts of one, and takes over what they say in the parts marked `data-swap`. */
export class Swap {
  private asked = 0;
  private pending = 0;

  /** What is shown has news, at this address. What somebody is at stays as it is. */
  async refresh(href: string): Promise<void> {
    // What is about to be shown is news enough, and another thing than what would be refreshed.
    if (this.pending) return;
    const before = this.asked;
    const news = await fetched(href);
    if (news && before === this.asked) this.take(news, (part) => !part.contains(document.activeElement));
  }

  /** Show what an address says, and nothing that was asked for before; whether it could be had. */
  async show(href: string): Promise<boolean> {
    const mine = (this.asked += 1);
    this.pending += 1;
    try {
      const page = await fetched(href);
      if (!page || mine !== this.asked) return page !== null;
      this.take(page, () => true);
      document.title = page.title;
      return true;
    } finally {
      this.pending -= 1;
    }
  }

  private take(page: Document, isWanted: (part: HTMLElement) => boolean): void {
    for (const part of document.querySelectorAll<HTMLElement>("[data-swap]")) {
      const other = page.querySelector(`[data-swap="${part.dataset["swap"] ?? ""}"]`);
      if (!other || other.outerHTML === part.outerHTML || !isWanted(part)) continue;
      const focused = part.contains(document.activeElement) ? trace(document.activeElement) : null;
      const taken = document.importNode(other, true);
      part.replaceWith(taken);
      if (focused) (taken.querySelector<HTMLElement>(focused) ?? focusable(taken)).focus({ preventScroll: true });
    }
  }
}

/** A page; null where it could not be had: then what is shown stays as it is. */
async function fetched(href: string): Promise<Document | null> {
  try {
    const response = await fetch(href, { headers: { Accept: "text/html" } });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}

/** A selector that finds an element's counterpart. */
function trace(element: Element | null): string | null {
  if (!element) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const name = element.getAttribute("name");
  if (name) return `${element.localName}[name="${CSS.escape(name)}"]`;
  const row = element.closest("[data-station]")?.getAttribute("data-station");
  if (row) return `[data-station="${CSS.escape(row)}"] ${element.localName}`;
  const key = element.getAttribute("data-key") ?? "";
  return key ? `[data-key="${CSS.escape(key)}"]` : element.localName;
}

function focusable(element: Element): HTMLElement {
  const target = element as HTMLElement;
  if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
  return target;
}

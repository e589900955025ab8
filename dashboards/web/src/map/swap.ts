// Parts of the page that the server writes anew for another property or time: fetched with the page, and put in place.

/** Fetches a page and takes over what it says in the parts marked `data-swap`; the last one asked for wins. */
export class Swap {
  private asked = 0;

  /** The same page has news. What somebody is at stays as it is. */
  async refresh(href: string): Promise<void> {
    await this.show(href, (part) => !part.contains(document.activeElement) && !part.matches(":hover"));
  }

  /** Show what an address says; whether it could be had. */
  async show(href: string, isWanted: (part: HTMLElement) => boolean = () => true): Promise<boolean> {
    const mine = (this.asked += 1);
    try {
      const response = await fetch(href, { headers: { Accept: "text/html" } });
      const html = await response.text();
      if (mine !== this.asked || !response.ok) return response.ok;
      this.take(new DOMParser().parseFromString(html, "text/html"), isWanted);
      return true;
    } catch (error) {
      // What the network does not bring stays as it is; the page says that the connection is lost.
      if (error instanceof TypeError) return false;
      throw error;
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
    document.title = page.title;
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

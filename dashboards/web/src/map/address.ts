// What the map shows stands in the page's address: ?property=…&at=… and, kept by MapLibre, #map=zoom/latitude/longitude.

export interface Shown {
  readonly property: string;
  /** Unix seconds; null is the present. */
  readonly at: number | null;
}

/** What an address asks for; null where it says nothing of a property. */
export function read(search: string): { property: string | null; at: number | null } {
  const asked = new URLSearchParams(search);
  const at = Date.parse(asked.get("at") ?? "") / 1000;
  return { property: asked.get("property"), at: Number.isNaN(at) ? null : at };
}

/** The address that shows something else; what else it says stays, but for the page of the table. */
export function write(href: string, shown: Shown): string {
  const url = new URL(href);
  url.searchParams.set("property", shown.property);
  url.searchParams.delete("page");
  if (shown.at === null) url.searchParams.delete("at");
  else url.searchParams.set("at", moment(shown.at));
  // A colon may stand in a query (RFC 3986, 3.4), and is read more easily so.
  return url.href.replace(/%3A/g, ":");
}

/** A time as an address writes it, to the second, in UTC. */
export function moment(at: number): string {
  return `${new Date(Math.round(at) * 1000).toISOString().slice(0, 19)}Z`;
}

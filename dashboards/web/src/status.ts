// The line in which a page says how it is doing. What is said has a reason: it goes when its reason is gone, not before.

export type Reason = "drawing" | "stream" | "map" | "page" | "names" | "places";

const said = new Map<Reason, string>();

/** Say something for a reason, in place of what was said for it before. */
export function say(reason: Reason, text: string | undefined): void {
  if (said.get(reason) === text) return;
  said.delete(reason);
  if (text) said.set(reason, text);
  write();
}

/** A reason is gone. */
export function clear(reason: Reason): void {
  if (said.delete(reason)) write();
}

/** Of several things, the last one is shown. */
function write(): void {
  const line = document.getElementById("status");
  const text = [...said.values()].at(-1) ?? "";
  if (line && line.textContent !== text) line.textContent = text;
}

// Asking again and again what is new, politely: with the tag of what is known, and not while nobody looks.

export interface Listener<T> {
  /** Something new; or what is known already, now that it has grown older. */
  show(value: T): void;
  /** Nothing has come for a while. */
  lost(): void;
  /** It comes again. */
  back(): void;
}

const PERIOD_MS = 1500;
const PERIOD_AFTER_FAILURE_MS = 5000;
const PATIENCE_MS = 8000;
// A value is told to be old within this time after it became so, whether its station, the network or nothing fails.
const AGEING_MS = 20_000;
// One failure is a train in a tunnel; two are worth a word.
const FAILURES_UNTIL_LOST = 2;

/** Poll an address of the API for as long as the page lives. */
export function poll<T>(url: string, listener: Listener<T>): void {
  let tag = "";
  let known: T | undefined;
  let shownAt = 0;
  let failures = 0;
  let timer = 0;
  let asking = false;

  async function ask(): Promise<void> {
    const response = await fetch(url, {
      cache: "no-store",
      headers: tag ? { "If-None-Match": tag } : {},
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status === 304) return;
    if (!response.ok) throw new Error(`status ${response.status}`);
    known = (await response.json()) as T;
    tag = response.headers.get("ETag") ?? "";
    shownAt = 0;
  }

  /** Show what is new at once, and what is not now and then: a station that fell silent makes no news. */
  function show(): void {
    if (known === undefined || Date.now() - shownAt < AGEING_MS) return;
    shownAt = Date.now();
    listener.show(known);
  }

  async function turn(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      await ask();
      if (failures >= FAILURES_UNTIL_LOST) listener.back();
      failures = 0;
    } catch {
      failures += 1;
      if (failures === FAILURES_UNTIL_LOST) listener.lost();
    }
    show();
    asking = false;
    if (!document.hidden) timer = window.setTimeout(turn, failures ? PERIOD_AFTER_FAILURE_MS : PERIOD_MS);
  }

  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(timer);
    if (!document.hidden) void turn();
  });
  void turn();
}

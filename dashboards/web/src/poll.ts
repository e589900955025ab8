// Asking again and again what is new, politely: with the tag of what is known, and not while nobody looks.

export interface Listener<T> {
  /** Something new. */
  news(value: T): void;
  /** Nothing has come for a while. */
  lost(): void;
  /** It comes again. */
  back(): void;
}

const PERIOD_MS = 1500;
const PERIOD_AFTER_FAILURE_MS = 5000;
const PATIENCE_MS = 8000;
// One failure is a train in a tunnel; two are worth a word.
const FAILURES_UNTIL_LOST = 2;

/** Poll an address of the API for as long as the page lives. */
export function poll<T>(url: string, listener: Listener<T>): void {
  let tag = "";
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
    const value = (await response.json()) as T;
    tag = response.headers.get("ETag") ?? "";
    listener.news(value);
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
    asking = false;
    if (!document.hidden) timer = window.setTimeout(turn, failures ? PERIOD_AFTER_FAILURE_MS : PERIOD_MS);
  }

  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(timer);
    if (!document.hidden) void turn();
  });
  void turn();
}

// What is measured, as it arrives: the API's live stream of server-sent events.

/** The newest value of a datastream; it may be told twice. */
export interface Change {
  readonly station: string;
  readonly property: string;
  readonly method: string;
  /** When it was measured (ISO 8601, UTC). */
  readonly time: string;
  readonly value: number;
  readonly quality: number;
  /** When the value was measured that failed after it was told: this older one takes its place. */
  readonly failed?: string;
}

export interface Follower {
  /** Something new. */
  show(changes: readonly Change[]): void;
  /** Nothing has come for a while, for there is no connection. */
  lost(): void;
  /** There is one again. */
  back(): void;
  /** What is shown has to be fetched anew: what changed meanwhile is not told. */
  reload(): void;
}

// One failure is a train in a tunnel; what lasts longer is worth a word.
const PATIENCE_MS = 8000;
// Browsers connect again by themselves after a connection that broke, not after a refusal.
const RETRY_MS = 5000;
// A page that nobody has looked at for so long leaves its place to others.
const HIDDEN_MS = 5 * 60_000;

/** Follow a live stream for as long as the page lives. */
export function follow(url: string, follower: Follower): void {
  let source: EventSource | null = null;
  let isFirst = true;
  let isLost = false;
  let [losing, retrying, leaving] = [0, 0, 0];

  function connect(): void {
    window.clearTimeout(retrying);
    source?.close();
    source = new EventSource(url);
    source.addEventListener("open", opened);
    // A new connection knows nothing of the one before: what came in between has to be fetched.
    if (!isFirst) source.addEventListener("open", () => follower.reload(), { once: true });
    isFirst = false;
    source.addEventListener("error", failed);
    source.addEventListener("reload", () => follower.reload());
    source.addEventListener("observations", ({ data }: MessageEvent<string>) => follower.show(JSON.parse(data) as Change[]));
  }

  function opened(): void {
    window.clearTimeout(losing);
    losing = 0;
    if (isLost) follower.back();
    isLost = false;
  }

  function failed(): void {
    losing ||= window.setTimeout(() => ((isLost = true), follower.lost()), PATIENCE_MS);
    if (source?.readyState === EventSource.CLOSED) retrying = window.setTimeout(connect, RETRY_MS * (1 + Math.random()));
  }

  function leave(): void {
    for (const timer of [losing, retrying, leaving]) window.clearTimeout(timer);
    losing = 0;
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(leaving);
    if (document.hidden) leaving = window.setTimeout(leave, HIDDEN_MS);
    else if (!source) connect();
  });
  // Another network: the old connection may be dead without saying so. Who has left stays away.
  window.addEventListener("online", () => source && connect());
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", ({ persisted }) => persisted && connect());
  connect();
}

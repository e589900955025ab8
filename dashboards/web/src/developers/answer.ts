// An answer as far as one looks at it: its headers, how long it took, its first lines. The rest is not fetched.

// What fits a screen or two.
const LINES = 40;
const BYTES = 16_384;
const PATIENCE_MS = 30_000;
// What says something to who asks; the rest is for browsers.
const HEADERS = [
  "content-type", "content-encoding", "link", "plietsch-complete-to", "etag", "last-modified", "cache-control",
  "ratelimit", "ratelimit-policy", "retry-after", "x-request-id",
];
const READABLE = /^(text\/|application\/(.*\+)?(json|ndjson|x-ndjson|problem|xml)|image\/svg)/;

export interface Answer {
  readonly status: number;
  /** Until its headers were there. */
  readonly tookMs: number;
  readonly headers: string;
  /** Its first lines; null where it is not made to be read. */
  readonly lines: string | null;
  readonly isWhole: boolean;
}

/** Ask, look at the beginning, and hang up. Rejects where there is no answer, or `signal` says to stop. */
export async function look(url: string, signal: AbortSignal): Promise<Answer> {
  const hangUp = new AbortController();
  const began = performance.now();
  const response = await fetch(url, {
    cache: "no-store",
    signal: AbortSignal.any([signal, hangUp.signal, AbortSignal.timeout(PATIENCE_MS)]),
  });
  const tookMs = performance.now() - began;
  const headers = HEADERS.filter((name) => response.headers.has(name))
    .map((name) => `${name}: ${response.headers.get(name)}`)
    .join("\n");
  const kind = response.headers.get("content-type") ?? "";
  const [lines, isWhole] = READABLE.test(kind) ? await first(response) : [null, false];
  hangUp.abort();
  return { status: response.status, tookMs, headers, lines, isWhole };
}

async function first(response: Response): Promise<[string, boolean]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let isWhole = false;
  while (reader && text.length < BYTES) {
    const { done, value } = await reader.read();
    isWhole = done;
    if (done) break;
    text += value;
  }
  return cut(indented(text, response, isWhole), isWhole);
}

/** JSON that is whole as people read it; anything else as it came. */
function indented(text: string, response: Response, isWhole: boolean): string {
  if (!isWhole || !/json$/.test((response.headers.get("content-type") ?? "").split(";")[0] ?? "")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // one document a line
  }
}

function cut(text: string, isWhole: boolean): [string, boolean] {
  const lines = text.split(/\r?\n/);
  const shown = lines.slice(0, LINES).join("\n").slice(0, BYTES);
  return [shown, isWhole && lines.length <= LINES];
}

// What the network does not bring is tried again, with pauses that grow: who is away gets no crowd at the door.

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;

/** How long to wait after so many failures in a row. */
export function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}

/** Fetch a document. Throws TypeError without a connection, the response where its status is not one of success. */
export async function json<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw response;
  return (await response.json()) as T;
}

/** Whether an error is the network's or the server's, and may be gone the next time. */
export function isPassing(error: unknown): boolean {
  return error instanceof TypeError || error instanceof Response;
}

export interface Watcher {
  lost(): void;
  back(): void;
}

/** A document that is asked for when it is first needed, and then until it is there. */
export class Wanted<T> {
  private answer: T | null = null;
  private first: Promise<void> | null = null;
  private readonly waiting: ((answer: T) => void)[] = [];

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly watcher: Watcher,
  ) {}

  /** What has come; null before. */
  get value(): T | null {
    return this.answer;
  }

  /** Have the document given as soon as it is there. The promise is kept once a first try is over, well or not. */
  want(take: (answer: T) => void = () => undefined): Promise<void> {
    if (this.answer === null) this.waiting.push(take);
    else take(this.answer);
    this.first ??= this.attempt(0);
    return this.first;
  }

  private async attempt(failures: number): Promise<void> {
    try {
      this.answer = await this.ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.watcher.lost();
      globalThis.setTimeout(() => void this.attempt(failures + 1), pauseMs(failures + 1));
      return;
    }
    this.watcher.back();
    for (const take of this.waiting.splice(0)) take(this.answer);
  }
}

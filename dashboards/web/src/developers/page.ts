// The developers' page: its form shows the address while one chooses, and the beginning of the answer below it.
import { address, type DevelopersConfig } from "./asking";
import { look, type Answer } from "./answer";

class Trying {
  private asking = new AbortController();
  private readonly config: DevelopersConfig;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly asked: HTMLAnchorElement,
  ) {
    this.config = JSON.parse(form.dataset["config"] ?? "{}") as DevelopersConfig;
    form.addEventListener("input", () => this.show());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.ask();
    });
    this.show();
  }

  /** The address as it is chosen now; what it does not take cannot be chosen. */
  private show(): void {
    const answers = new FormData(this.form);
    const resource = this.config.resources[String(answers.get("resource"))];
    if (!resource) return;
    const takes = [...resource.takes, "resource", ...(resource.formats.length ? ["format"] : [])];
    for (const select of this.form.querySelectorAll("select")) select.disabled = !takes.includes(select.name);
    const format = this.form.elements.namedItem("format");
    if (format instanceof HTMLSelectElement) {
      for (const option of format.options) option.disabled = !resource.formats.includes(option.value);
      if (format.selectedOptions[0]?.disabled) format.value = resource.formats[0] ?? "";
    }
    const path = address(resource, new FormData(this.form));
    this.asked.href = path;
    this.asked.textContent = location.origin + path;
  }

  private async ask(): Promise<void> {
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    this.say("asking", null);
    try {
      const answer = await look(this.asked.href, signal);
      if (!signal.aborted) this.say("took", answer);
    } catch {
      if (!signal.aborted) this.say("failed", null);
    }
  }

  private say(what: string, answer: Answer | null): void {
    const { texts } = this.config;
    const took = (texts[what] ?? "")
      .replace("%(status)s", String(answer?.status ?? ""))
      .replace("%(time)s", String(Math.round(answer?.tookMs ?? 0)));
    element("answer").hidden = false;
    write("answer-took", took);
    write("answer-headers", answer?.headers ?? "");
    write("answer-body", answer?.lines ?? "");
    const rest = answer && (answer.lines === null ? "binary" : answer.isWhole ? "whole" : "lines");
    write("answer-rest", (rest && texts[rest]) ?? "");
  }
}

/** Put a text in its place; a place without any is not there. */
function write(id: string, text: string): void {
  const place = element(id);
  place.textContent = text;
  place.hidden = text === "";
}

function element(id: string): HTMLElement {
  return document.getElementById(id) ?? document.body;
}

const form = document.getElementById("trying");
const asked = document.getElementById("asked");
if (form instanceof HTMLFormElement && asked instanceof HTMLAnchorElement) new Trying(form, asked);

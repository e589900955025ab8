// The line in which a page says how it is doing.

/** Say something, or nothing. */
export function say(text: string | undefined): void {
  const line = document.getElementById("status");
  if (line && line.textContent !== (text ?? "")) line.textContent = text ?? "";
}

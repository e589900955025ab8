// Which address the form asks for. The same as the server makes of it (developers/asking.py), from the same table.

export interface Resource {
  readonly path: string;
  /** Which of the form's fields it takes, in their order. */
  readonly takes: readonly string[];
  readonly formats: readonly string[];
}

export interface DevelopersConfig {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** The address below this site. */
export function address(resource: Resource, answers: FormData): string {
  const query = new URLSearchParams();
  for (const field of resource.takes) {
    const value = text(answers, field);
    if (value) query.append(field, value);
  }
  const format = text(answers, "format");
  if (resource.formats.includes(format)) query.append("format", format);
  const written = query.toString();
  return resource.path + (written ? `?${written}` : "");
}

function text(answers: FormData, field: string): string {
  const value = answers.get(field);
  return typeof value === "string" ? value : "";
}

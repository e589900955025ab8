// Names as people type them: without the letters that their keyboard does not have.

const WIDE: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "oe", å: "aa" };
const NARROW: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", ø: "o" };
const LETTERS = /[äöüßæøå]/g;

/** The two ways of writing a name plainly: with two letters for one (Tönning, Toenning), and with one (Tonning). */
export function folded(name: string): readonly [wide: string, narrow: string] {
  const small = name.normalize("NFC").toLowerCase().replace(/-/g, " ");
  const spell = (letters: Readonly<Record<string, string>>): string =>
    small.replace(LETTERS, (letter) => letters[letter] ?? letter).normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim();
  return [spell(WIDE), spell(NARROW)];
}

/** How well what was typed fits a name: 0 it begins so, 1 one of its words does, 2 it is in it; null not at all. */
export function fit(typed: string, name: string): number | null {
  const [typedForms, forms] = [folded(typed), folded(name)];
  if (typedForms[0] === "") return null;
  const ranks = forms.map((form, index) => {
    const wanted = typedForms[index] ?? "";
    if (form.startsWith(wanted)) return 0;
    if (form.includes(` ${wanted}`)) return 1;
    return form.includes(wanted) ? 2 : 3;
  });
  const best = Math.min(...ranks);
  return best === 3 ? null : best;
}

/**
 * The lines of a text as VS Code counts them: every line end ends one, so a text that ends with a
 * line end has an empty last line.
 */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** Lines that end with LF, or with the text, so that joining them gives the text back. */
export function linesWithEnds(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

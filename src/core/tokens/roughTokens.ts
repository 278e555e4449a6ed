/**
 * Bytes to a token of cl100k while its ranks are not loaded. Times the ratio that a model starts with
 * this is just above what current models make of TypeScript (measured on 1 MB).
 */
const bytesPerToken = 3.2;

/** The same for text that is no words of spaces and letters: base64, Chinese. Nothing is denser. */
const bytesPerDenseToken = 1.4;

/** So much of a text tells which of the two it is, characters. */
const sampleCharacters = 1_000;

/** Ordinary text and code have a space in fewer than so many characters. */
const charactersPerSpace = 16;

/** An estimate from the size alone, for the time before the tokenizer is loaded. Errs upwards. */
export function roughTokens(text: string): number {
  const bytes = Buffer.byteLength(text);
  return Math.ceil(bytes / (isDense(text, bytes) ? bytesPerDenseToken : bytesPerToken));
}

function isDense(text: string, bytes: number): boolean {
  if (bytes > text.length * 1.2) {
    return true;
  }
  const sample = text.slice(0, sampleCharacters);
  const spaces = sample.match(/\s/g)?.length ?? 0;
  // A single word is short of spaces without being dense.
  return sample.length > charactersPerSpace * 2 && spaces * charactersPerSpace < sample.length;
}

import type { SpillStore, ToolOutput } from './tool.ts';

/**
 * What a result may add to the history, in characters: about 8,000 tokens, 4 % of a window of
 * 200,000, paid again in every later round. Peers cut at 8,000 to 50,000 characters.
 */
export const maxResultCharacters = 32_000;

/** The start tells what it is, the end how it came out: logs are read from the end. */
const headShare = 0.4;

/**
 * Shortens an output that is longer than `limit` to its head and tail, and keeps the whole in a file
 * that the note in between names. Where no file can be made, the note says that the rest is lost.
 */
export async function capOutput(
  output: ToolOutput,
  options: { readonly label: string; readonly spill: SpillStore; readonly limit?: number },
): Promise<ToolOutput> {
  const limit = options.limit ?? maxResultCharacters;
  if (output.text.length <= limit) {
    return output;
  }
  const whole = await keepWhole(output.text, options.label, options.spill);
  const head = headOf(output.text, Math.floor(limit * headShare));
  const tail = tailOf(output.text, limit - head.length);
  const omitted = output.text.length - head.length - tail.length;
  return { ...output, text: joinAroundGap(head, tail, omitted, whole) };
}

/** Where the whole of an output is kept: as told to the model. */
export function keptIn(path: string): string {
  return `The whole is in ${path}: read_file reads it in ranges.`;
}

/** A head and a tail with a note of what is left out between them. */
export function joinAroundGap(head: string, tail: string, omitted: number, whole: string): string {
  const gap = head.endsWith('\n') || head === '' ? '' : '\n';
  return `${head}${gap}[… ${omitted} characters left out. ${whole}]\n${tail}`;
}

/** At most `count` characters from the start, by whole lines where that leaves most of them. */
export function headOf(text: string, count: number): string {
  const head = text.slice(0, count);
  const newline = head.lastIndexOf('\n');
  if (newline >= count / 2) {
    return head.slice(0, newline + 1);
  }
  return wellFormed(head);
}

/** At most `count` characters from the end, by whole lines where that leaves most of them. */
export function tailOf(text: string, count: number): string {
  const tail = text.slice(Math.max(0, text.length - count));
  if (tail.length === text.length) {
    return tail;
  }
  const newline = tail.indexOf('\n');
  if (newline >= 0 && newline < count / 2) {
    return tail.slice(newline + 1);
  }
  return wellFormed(tail);
}

/** Halves of surrogate pairs replaced: the API refuses a request that holds one. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

async function keepWhole(text: string, label: string, spill: SpillStore): Promise<string> {
  try {
    const file = await spill.create(label);
    try {
      await file.write(text);
    } finally {
      await file.close();
    }
    return keptIn(file.path);
  } catch (error) {
    // A full disk must not cost the model the part that does fit.
    return `They could not be kept: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

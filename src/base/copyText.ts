/**
 * The same text as a string of its own. The engine keeps the whole of a text alive for a part of it
 * that is 13 characters or longer, so that a word that is kept would keep its file.
 */
export function copyText(part: string): string {
  return ` ${part}`.slice(1);
}

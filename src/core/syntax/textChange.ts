import type { TextChange } from './syntax.ts';

export function applyChange(text: string, change: TextChange): string {
  return text.slice(0, change.start) + change.text + text.slice(change.end);
}

/** The smallest single change that makes one text of another; undefined for equal ones. */
export function changeBetween(before: string, after: string): TextChange | undefined {
  if (before === after) {
    return undefined;
  }
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) {
    start += 1;
  }
  let behind = 0;
  while (
    behind < shorter - start &&
    before.charCodeAt(before.length - 1 - behind) === after.charCodeAt(after.length - 1 - behind)
  ) {
    behind += 1;
  }
  return {
    start,
    end: before.length - behind,
    text: after.slice(start, after.length - behind),
  };
}

/** Where the line begins that an offset stands in. */
export function lineStartAt(text: string, offset: number): number {
  // From -1 the search would look at the first character.
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where that line ends, before its line end. */
export function lineStopAt(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** How many lines end in a range, with LF or CRLF. */
export function countLineEnds(text: string, start = 0, end = text.length): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

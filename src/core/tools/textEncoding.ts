/** Where a file says that it is UTF-16, by its first bytes. */
const marks: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** The encoding of a file that begins with `head`; undefined where it is binary. */
export function encodingOf(head: Uint8Array): string | undefined {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (mark) {
    return mark.encoding;
  }
  // No text has a NUL; git and ripgrep tell binary files by it as well.
  return head.includes(0) ? undefined : 'utf-8';
}

/** A file's text without byte-order mark; undefined where it is binary. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  return encoding === undefined ? undefined : new TextDecoder(encoding).decode(bytes);
}

/** Where a code block of an answer goes in a file. Lines are one-based and inclusive. */
export type Placement =
  | { readonly kind: 'wholeFile' }
  | { readonly kind: 'lines'; readonly startLine: number; readonly endLine: number }
  /** The block says less than the file, or nothing in the file tells where it goes. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A block that shares this part of the file's lines is a new version of the whole file. */
const sharedPartOfWholeFile = 0.5;

/** Comments with which models leave code out. */
const elision =
  /^\s*(?:\/\/|#|--|\/\*|<!--|;)?\s*(?:\.\.\.|…).*\b(?:existing|rest|remaining|unchanged|same|other|previous)\b/im;

/**
 * Finds out what a code block replaces: the selection where there is one, else the region that begins
 * and ends with the block's own first and last line, else the whole file where the block repeats
 * most of it. Never a guess beyond that: a diff is looked at, but not always well.
 */
export function placeBlock(
  file: string,
  block: string,
  selection: { readonly startLine: number; readonly endLine: number } | undefined,
): Placement {
  if (elision.test(block)) {
    return {
      kind: 'unknown',
      reason:
        'The code block leaves parts of the file out. Ask Slipstream to make the edit itself.',
    };
  }
  if (file.trim() === '') {
    return { kind: 'wholeFile' };
  }
  if (selection) {
    return { kind: 'lines', ...selection };
  }
  const [fileLines, blockLines] = [toLines(file), toLines(block)];
  const region = findRegion(fileLines, blockLines);
  if (region) {
    return { kind: 'lines', ...region };
  }
  return sharedPart(fileLines, blockLines) >= sharedPartOfWholeFile
    ? { kind: 'wholeFile' }
    : {
        kind: 'unknown',
        reason:
          'It is not clear where the code block goes. Select what it should replace, then apply it again.',
      };
}

/** The file with the block in its place; line ends and the end of the file stay as they are. */
export function putBlock(
  file: string,
  block: string,
  placement: Exclude<Placement, { kind: 'unknown' }>,
): string {
  const lineEnd = file.includes('\r\n') ? '\r\n' : '\n';
  const text = toLines(block).join(lineEnd);
  if (placement.kind === 'wholeFile') {
    const hasEnd = file === '' || /\n$/.test(file);
    return hasEnd ? text + lineEnd : text;
  }
  const lines = file.split(/(?<=\n)/);
  const before = lines.slice(0, placement.startLine - 1).join('');
  const replaced = lines.slice(placement.startLine - 1, placement.endLine).join('');
  const end = /\r?\n$/.exec(replaced)?.[0] ?? '';
  return before + text + end + lines.slice(placement.endLine).join('');
}

/** Lines without their ends, and without blank ones around them. */
function toLines(text: string): string[] {
  return text
    .replace(/^(?:[ \t]*\r?\n)+/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trimEnd());
}

/** From the only line like the block's first to the nearest below it like the block's last. */
function findRegion(
  fileLines: readonly string[],
  blockLines: readonly string[],
): { startLine: number; endLine: number } | undefined {
  const [first, last] = [blockLines[0] ?? '', blockLines.at(-1) ?? ''];
  const start = fileLines.indexOf(first);
  const isUnique = start >= 0 && fileLines.indexOf(first, start + 1) < 0;
  if (!isUnique || blockLines.length < 2) {
    return undefined;
  }
  const end = fileLines.indexOf(last, start + 1);
  return end < 0 ? undefined : { startLine: start + 1, endLine: end + 1 };
}

/** Which part of the file's lines, blank ones left out, the block has too. */
function sharedPart(fileLines: readonly string[], blockLines: readonly string[]): number {
  const inBlock = new Set(blockLines);
  const telling = fileLines.filter((line) => line.trim() !== '');
  const shared = telling.filter((line) => inBlock.has(line)).length;
  return telling.length === 0 ? 0 : shared / telling.length;
}

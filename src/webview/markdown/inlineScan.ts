/**
 * What a construct inside a line turned out to be: found, not there, or not to be told before more
 * text has come.
 */
export type Scan<T> = (T & { readonly end: number }) | 'needMore' | 'none';

/** Longest code span, in characters: what is longer is a stray backtick. Own choice. */
const maxCodeSpan = 4_000;
/** Longest link, label and target together, in characters: a data URL has no place here. Own choice. */
const maxLink = 1_000;
/** Brackets inside a link's label, as in an image in a link. */
const maxLabelDepth = 4;
/** Longest bare address, in characters: browsers take about as much. */
const maxAddress = 2_000;

/** How many times the character at `at` is repeated from there on. */
export function runLength(text: string, at: number): number {
  const character = text[at];
  let end = at + 1;
  while (end < text.length && text[end] === character) {
    end += 1;
  }
  return end - at;
}

/** A code span that opens with the backticks at `at`. */
export function scanCode(text: string, at: number, isFinal: boolean): Scan<{ content: string }> {
  const run = runLength(text, at);
  const isTooLong = text.length - at >= maxCodeSpan;
  const missing = isFinal || isTooLong ? 'none' : 'needMore';
  let next = text.indexOf('`', at + run);
  while (next !== -1 && next < at + maxCodeSpan) {
    const length = runLength(text, next);
    const end = next + length;
    if (end === text.length && !isFinal) {
      return 'needMore';
    }
    if (length === run) {
      return { content: trimCode(text.slice(at + run, next)), end };
    }
    next = text.indexOf('`', end);
  }
  return missing;
}

/** Line breaks count as spaces; one space on each side only keeps backticks apart. */
function trimCode(content: string): string {
  const text = content.replaceAll('\n', ' ');
  const isPadded = text.startsWith(' ') && text.endsWith(' ') && text.trim() !== '';
  return isPadded ? text.slice(1, -1) : text;
}

/** `[label](target "title")` with its bracket at `at`. */
export function scanLink(
  text: string,
  at: number,
  isFinal: boolean,
): Scan<{ label: string; target: string }> {
  const missing = isFinal || text.length - at >= maxLink ? 'none' : 'needMore';
  const close = findLabelEnd(text, at);
  if (close === 'none') {
    return 'none';
  }
  if (close === 'needMore' || close + 1 >= text.length) {
    return missing;
  }
  if (text[close + 1] !== '(') {
    return 'none';
  }
  const target = scanTarget(text.slice(close + 2, at + maxLink));
  if (target === 'none' || target === 'needMore') {
    return target === 'none' ? 'none' : missing;
  }
  return {
    label: text.slice(at + 1, close),
    target: target.target,
    end: close + 2 + target.end,
  };
}

function findLabelEnd(text: string, at: number): number | 'needMore' | 'none' {
  const limit = Math.min(text.length, at + maxLink);
  let depth = 0;
  for (let index = at; index < limit; index += 1) {
    const character = text[index];
    if (character === '\\') {
      index += 1;
    } else if (character === '[') {
      depth += 1;
      if (depth > maxLabelDepth) {
        return 'none';
      }
    } else if (character === ']') {
      depth -= 1;
      if (depth === 0) {
        return index;
      }
    }
  }
  return 'needMore';
}

const angleTarget = /^\s*<([^<>\n]*)>/;
const openAngleTarget = /^\s*(?:<[^<>\n]*)?$/;
const targetEnd = /^[ \t]*(?:"[^"\n]*"|'[^'\n]*')?[ \t]*\)/;
const openTargetEnd = /^[ \t]*(?:"[^"\n]*"?|'[^'\n]*'?)?[ \t]*$/;

/** What stands after `](`, up to and with the closing parenthesis. */
function scanTarget(text: string): Scan<{ target: string }> {
  const angle = angleTarget.exec(text);
  if (!angle && openAngleTarget.test(text)) {
    return 'needMore';
  }
  const start = text.length - text.trimStart().length;
  const stop = angle ? angle[0].length : findPlainTargetEnd(text, start);
  const target = angle ? (angle[1] ?? '') : text.slice(start, stop);
  const rest = text.slice(stop);
  const end = targetEnd.exec(rest);
  if (end) {
    return { target, end: stop + end[0].length };
  }
  return openTargetEnd.test(rest) ? 'needMore' : 'none';
}

/** A target without angle brackets ends at a space or at a parenthesis it did not open. */
function findPlainTargetEnd(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (/\s/.test(character)) {
      return index;
    }
    if (character === '(') {
      depth += 1;
    } else if (character === ')') {
      if (depth === 0) {
        return index;
      }
      depth -= 1;
    }
  }
  return text.length;
}

const addressPattern = /https?:\/\/[^\s<>"'`|]*/y;

/** A bare web address at `at`; punctuation that ends the sentence is no part of it. */
export function scanAddress(text: string, at: number, isFinal: boolean): Scan<{ target: string }> {
  addressPattern.lastIndex = at;
  const found = addressPattern.exec(text)?.[0].slice(0, maxAddress);
  const end = found === undefined ? text.length : at + found.length;
  if (end === text.length && !isFinal && text.length - at < maxAddress) {
    return 'needMore';
  }
  const target = found ? trimAddress(found) : '';
  return target.length > 'https://'.length ? { target, end: at + target.length } : 'none';
}

function trimAddress(address: string): string {
  let trimmed = address.replace(/[.,;:!?*_~\\]+$/, '');
  while (/[)\]]$/.test(trimmed) && !hasOpener(trimmed)) {
    trimmed = trimmed.slice(0, -1).replace(/[.,;:!?*_~\\]+$/, '');
  }
  return trimmed;
}

/** Whether the bracket that ends `text` was opened in it. */
function hasOpener(text: string): boolean {
  const [open, close] = text.endsWith(')') ? ['(', ')'] : ['[', ']'];
  return text.split(open).length >= text.split(close).length;
}

const angleAddress = /<(https?:\/\/[^\s<>]+|mailto:[^\s<>]+)>/y;
const lineBreakTag = /<br\s*\/?>/iy;
/** What may still become one of the two above; bounded, so that a lone `<` does not wait for long. */
const openTag =
  /<(?:b(?:r\s{0,3}\/?)?|h(?:t(?:t(?:p(?:s?(?::[^\s<>]{0,1000})?)?)?)?)?|m(?:a(?:i(?:l(?:t(?:o(?::[^\s<>]{0,1000})?)?)?)?)?)?)?$/iy;

/** `<https://…>` or `<br>` at `at`: the only two tags with a meaning, all others are text. */
export function scanTag(
  text: string,
  at: number,
  isFinal: boolean,
): Scan<{ target: string | undefined }> {
  angleAddress.lastIndex = at;
  const address = angleAddress.exec(text);
  if (address) {
    return { target: address[1], end: at + address[0].length };
  }
  lineBreakTag.lastIndex = at;
  const lineBreak = lineBreakTag.exec(text);
  if (lineBreak) {
    return { target: undefined, end: at + lineBreak[0].length };
  }
  openTag.lastIndex = at;
  return !isFinal && openTag.test(text) ? 'needMore' : 'none';
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
]);
const entityPattern = /&(?:([a-z]{2,4})|#(\d{1,7})|#x([\da-f]{1,6}));/iy;
const openEntity = /&(?:[a-z]{0,4}|#\d{0,7}|#x[\da-f]{0,6})$/iy;

/** A character reference such as `&lt;` at `at`. */
export function scanEntity(
  text: string,
  at: number,
  isFinal: boolean,
): Scan<{ character: string }> {
  entityPattern.lastIndex = at;
  const found = entityPattern.exec(text);
  if (found) {
    const [whole, name, decimal, hexadecimal] = found;
    const character = name ? entities.get(name) : fromCode(decimal, hexadecimal);
    return character === undefined ? 'none' : { character, end: at + whole.length };
  }
  openEntity.lastIndex = at;
  return !isFinal && openEntity.test(text) ? 'needMore' : 'none';
}

function fromCode(decimal?: string, hexadecimal?: string): string | undefined {
  const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hexadecimal ?? '', 16);
  // Control characters, lone surrogates and what lies beyond Unicode stay as they were written.
  const isText = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isText ? String.fromCodePoint(code) : undefined;
}

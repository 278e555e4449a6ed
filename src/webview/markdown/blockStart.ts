/** How a line's content begins, once its containers' prefixes are taken off. */
export type BlockStart =
  | { readonly type: 'text' }
  | { readonly type: 'rule' }
  | { readonly type: 'quote' }
  /** `length` is the marker's alone, without the spaces after it. */
  | { readonly type: 'item'; readonly start: number | undefined; readonly length: number }
  | { readonly type: 'heading'; readonly level: number; readonly length: number }
  | {
      readonly type: 'fence';
      readonly marker: string;
      readonly length: number;
      readonly fence: string;
    }
  | { readonly type: 'tableLine' };

/** A line that has not shown its kind after this many characters is text. Own choice. */
const maxMarkerLine = 1_000;
/** The longest table row that is waited for. Own choice: ten cells of a thousand characters. */
const maxTableLine = 10_000;

type Text = Extract<BlockStart, { type: 'text' }>;
/** The answer while the line's kind is open. */
type Wait = Text | 'needMore';

const text: Text = { type: 'text' };

/**
 * Tells the kind of a line from what has come of it.
 * @param line Not empty, without leading whitespace and without its line break.
 * @param isComplete Whether the line break has come.
 */
export function readBlockStart(line: string, isComplete: boolean): BlockStart | 'needMore' {
  const wait: Wait = isComplete || line.length > maxMarkerLine ? text : 'needMore';
  switch (line[0]) {
    case '>':
      return { type: 'quote' };
    case '#':
      return readHeading(line, wait);
    case '`':
    case '~':
      return readFence(line, isComplete, wait);
    case '-':
    case '*':
    case '_':
    case '+':
      return readRuleOrBullet(line, isComplete, wait);
    case '|':
      return readTableLine(line, isComplete);
    default:
      return /^\d/.test(line) ? readOrdered(line, isComplete, wait) : text;
  }
}

function readHeading(line: string, wait: Wait): BlockStart | 'needMore' {
  if (/^#{1,6}[ \t]*$/.test(line)) {
    return wait === 'needMore'
      ? wait
      : { type: 'heading', level: line.trimEnd().length, length: line.length };
  }
  const found = /^(#{1,6})[ \t]+/.exec(line);
  if (!found) {
    return text;
  }
  return { type: 'heading', level: found[1]?.length ?? 1, length: found[0].length };
}

function readFence(line: string, isComplete: boolean, wait: Wait): BlockStart | 'needMore' {
  const found = /^(`{3,}|~{3,})(.*)$/s.exec(line);
  if (!found) {
    return /^(?:``?|~~?)$/.test(line) ? wait : text;
  }
  const [, markers = '', fence = ''] = found;
  if (line[0] === '`' && fence.includes('`')) {
    return text;
  }
  if (!isComplete) {
    return wait;
  }
  return { type: 'fence', marker: line[0] ?? '', length: markers.length, fence: fence.trim() };
}

function readRuleOrBullet(line: string, isComplete: boolean, wait: Wait): BlockStart | 'needMore' {
  const isBullet = line[0] !== '_' && /^.(?:[ \t]|$)/.test(line);
  const bullet: BlockStart = { type: 'item', start: undefined, length: 1 };
  if (!isRuleSoFar(line)) {
    return isBullet ? bullet : text;
  }
  if (!isComplete) {
    return wait === 'needMore' || !isBullet ? wait : bullet;
  }
  if (line.replaceAll(/[ \t]/g, '').length >= 3) {
    return { type: 'rule' };
  }
  return isBullet ? bullet : text;
}

/** Whether the line consists of one of the rule's characters and spaces. */
function isRuleSoFar(line: string): boolean {
  const [marker = ''] = line;
  if (marker === '+') {
    return line.trimEnd() === '+';
  }
  for (const character of line) {
    if (character !== marker && character !== ' ' && character !== '\t') {
      return false;
    }
  }
  return true;
}

function readOrdered(line: string, isComplete: boolean, wait: Wait): BlockStart | 'needMore' {
  const found = /^(\d{1,9})[.)](?=[ \t]|$)/.exec(line);
  if (!found) {
    return /^\d{1,9}$/.test(line) ? wait : text;
  }
  const [marker, digits = ''] = found;
  // Without content it may not interrupt a paragraph, so the content is waited for.
  if (marker === line.trimEnd() && !isComplete) {
    return wait;
  }
  return { type: 'item', start: Number.parseInt(digits, 10), length: marker.length };
}

function readTableLine(line: string, isComplete: boolean): BlockStart | 'needMore' {
  if (isComplete) {
    return { type: 'tableLine' };
  }
  return line.length > maxTableLine ? text : 'needMore';
}

/** Cuts what is sent of a file around the cursor. Pure. */
import { roughTokens } from '../tokens/roughTokens.ts';

/**
 * The prefix begins in steps of so many characters: while lines are added below, its beginning stays
 * where it is, and with it the prompt that the provider has in its cache.
 */
const stepCharacters = 1_024;
/** At most so many characters of code are in a token; a text without words has fewer. */
const charactersPerToken = 4;

/** The offset where what is sent before `lineStart` begins: a border between parts of the file. */
export function prefixStart(text: string, lineStart: number, maxTokens: number): number {
  const characters = affordable(
    (length) => text.slice(Math.max(0, lineStart - length), lineStart),
    maxTokens,
  );
  if (characters >= lineStart) {
    return 0;
  }
  const earliest = Math.ceil((lineStart - characters) / stepCharacters) * stepCharacters;
  if (earliest >= lineStart) {
    return afterLineEnd(text, lineStart - characters, lineStart);
  }
  const latest = Math.min(lineStart, earliest + stepCharacters);
  return bestBorder(text, earliest, latest);
}

/** The offset where what is sent after `offset` ends: before another part of the file begins. */
export function suffixEnd(text: string, offset: number, maxTokens: number): number {
  const characters = affordable((length) => text.slice(offset, offset + length), maxTokens);
  const latest = offset + characters;
  if (latest >= text.length) {
    return text.length;
  }
  const border = bestBorder(text, offset + Math.floor(characters / 2), latest);
  return border < latest ? border : Math.max(offset, text.lastIndexOf('\n', latest));
}

/** How many characters of a text so many tokens pay for. */
function affordable(take: (length: number) => string, maxTokens: number): number {
  const most = maxTokens * charactersPerToken;
  const taken = take(most);
  const tokens = roughTokens(taken);
  return tokens <= maxTokens ? most : Math.floor((taken.length * maxTokens) / tokens);
}

/** The beginning of the line in a range that is indented least, of equal ones the first after a gap. */
function bestBorder(text: string, from: number, to: number): number {
  let best = afterLineEnd(text, from, to);
  let bestRank = Number.POSITIVE_INFINITY;
  for (let at = best; at < to; at = afterLineEnd(text, at + 1, to)) {
    const rank = rankOf(text, at);
    if (rank < bestRank) {
      [best, bestRank] = [at, rank];
    }
  }
  return best;
}

/** Lower for what more likely begins a part of the file. */
function rankOf(text: string, lineStart: number): number {
  const line = /[^\n]*/y;
  line.lastIndex = lineStart;
  const content = line.exec(text)?.[0] ?? '';
  const indent = content.search(/\S/);
  if (indent < 0 || /^\s*([)\]}]|end\b)/.test(content)) {
    return Number.MAX_SAFE_INTEGER;
  }
  const isAfterGap = /\n[ \t\r]*\n$/.test(text.slice(Math.max(0, lineStart - 80), lineStart));
  return indent * 2 + (isAfterGap ? 0 : 1);
}

/** The beginning of the first line that begins at `from` or later; `to` where none does. */
function afterLineEnd(text: string, from: number, to: number): number {
  if (from === 0) {
    return 0;
  }
  const end = text.indexOf('\n', from - 1);
  return end < 0 || end + 1 > to ? to : end + 1;
}

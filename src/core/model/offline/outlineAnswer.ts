import { findOccurrences } from './hits.ts';
import { definitionPatterns } from './languages.ts';
import { code, count, escapeText, link } from './markdown.ts';
import type { Question } from './question.ts';
import type { Script } from './script.ts';
import { placeOf, readFile, readSubject } from './subjects.ts';
import { type DefinedSymbol, outlineOf, regionEnd } from './symbols.ts';
import type { FileReference } from './wording.ts';

/** Longer lists are not read; the file itself is better then. */
const maxSymbols = 80;

/** What a file or a class consists of. */
export function* answerOutline(
  intent: { readonly file?: FileReference; readonly name?: string },
  question: Question,
): Script {
  if (intent.name !== undefined && !intent.file) {
    return yield* outlineOfName(intent.name);
  }
  const place = placeOf(intent.file, question);
  if (!place) {
    return 'Which file? Name it in the question, such as “outline main.js”, or attach it with `@`.';
  }
  const subject = yield* readSubject(place, question);
  if ('missing' in subject) {
    return subject.missing;
  }
  const { path, lines } = subject;
  const symbols = outlineOf(lines, path);
  if (symbols.length > 0) {
    return `${link(path)} has ${count(lines.length, 'line')} and defines:\n\n${symbolList(symbols, path)}`;
  }
  return definitionPatterns(path).length > 0
    ? `I see no definitions in ${link(path)}, which has ${count(lines.length, 'line')}.`
    : `I do not know the language of ${link(path)} well enough to outline it. It has ${count(lines.length, 'line')}.`;
}

function* outlineOfName(name: string): Script {
  const { definitions } = yield* findOccurrences(name);
  const [definition] = definitions;
  if (!definition) {
    return `I found no definition of ${code(name)} in the workspace.`;
  }
  const { path, number } = definition;
  const file = yield* readFile(path);
  if ('missing' in file) {
    return file.missing;
  }
  const end = regionEnd(file.lines, number);
  const members = outlineOf(file.lines, path).filter(
    (symbol) => symbol.line > number && symbol.line <= end,
  );
  const place = link(path, number, end);
  return members.length === 0
    ? `${code(name)} in ${place} has no members that I can see.`
    : `${code(name)} in ${place} has:\n\n${symbolList(members, path)}`;
}

/** Symbols as a nested list with a link for each. */
export function symbolList(symbols: readonly DefinedSymbol[], path: string): string {
  const top = Math.min(...symbols.map((symbol) => symbol.depth));
  const rows = symbols.slice(0, maxSymbols).map(({ name, kind, line, depth }) => {
    const indent = '  '.repeat(depth - top);
    const label = kind === 'heading' ? escapeText(name) : `${kind} ${code(name)}`;
    return `${indent}- ${label}: ${link(path, line)}`;
  });
  const rest = symbols.length - rows.length;
  return rest > 0 ? `${rows.join('\n')}\n- … and ${rest} more` : rows.join('\n');
}

import {
  findOccurrences,
  hitList,
  isDefinition,
  lastPart,
  rankedDefinitions,
  searchNames,
} from './hits.ts';
import { code, codeBlock, count, joined, link } from './markdown.ts';
import { symbolList } from './outlineAnswer.ts';
import { problemList } from './problemsAnswer.ts';
import type { Question } from './question.ts';
import { callTool, type Script } from './script.ts';
import { placeOf, readFile, readSubject, type Subject } from './subjects.ts';
import {
  type DefinedSymbol,
  definitionOn,
  outlineOf,
  regionEnd,
  type SourceLine,
  summaryOf,
} from './symbols.ts';
import { readProblems, type SearchResult } from './toolOutput.ts';
import { answerTopic } from './topicAnswer.ts';
import { type FileReference, topicWords } from './wording.ts';

/** What is looked up of the names in a piece of code, the most frequent first. */
const maxNames = 8;
/** About half a screen of the panel. */
const maxQuotedLines = 25;
const maxUses = 5;

/** What can be said of code without understanding it: what it defines, calls, is used by, and its problems. */
export function* answerExplain(
  intent: { readonly file?: FileReference; readonly name?: string },
  question: Question,
): Script {
  const attached = placeOf(undefined, { ...question, earlier: [] });
  if (intent.name !== undefined && !intent.file && !attached) {
    return yield* explainName(intent.name);
  }
  const words = topicWords(question.text);
  if (!intent.file && !attached && words.length > 0) {
    return yield* answerTopic(words);
  }
  const place = placeOf(intent.file, question);
  if (!place) {
    return 'Which code? Select it and attach the selection with `@`, or name a file or a function: explain `parsePrice`.';
  }
  const subject = yield* readSubject(place, question);
  return 'missing' in subject ? subject.missing : yield* explainSubject(subject);
}

function* explainName(name: string): Script {
  const found = yield* findOccurrences(name);
  const { uses } = found;
  const [definition, ...others] = rankedDefinitions(found, name);
  if (!definition) {
    return uses.length === 0
      ? `I found nothing named ${code(name)} in the workspace.`
      : `I see no definition of ${code(name)} in the workspace. It occurs here:\n\n${hitList(uses, maxUses)}`;
  }
  const { path, number } = definition;
  const file = yield* readFile(path);
  if ('missing' in file) {
    return file.missing;
  }
  const end = regionEnd(file.lines, number);
  const kind = definitionOn(definition.text, path)?.pattern.kind ?? 'name';
  const body = file.lines.filter((line) => line.number >= number && line.number <= end);
  const parts = [
    `${code(name)} is a ${kind} in ${link(path, number, end)}.${summarySentence(file.lines, number)}`,
    quote(body, path),
    others.length > 0 ? `Also defined in:\n\n${hitList(others, maxUses)}` : '',
    usesSentence(uses.length, new Set(uses.map((hit) => hit.path)).size),
    hitList(uses, maxUses),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function summarySentence(lines: readonly SourceLine[], line: number): string {
  const summary = summaryOf(lines, line);
  return summary === undefined ? '' : ` Its comment says: “${summary}”`;
}

function quote(body: readonly SourceLine[], path: string): string {
  const shown = body.slice(0, maxQuotedLines).map((line) => line.text);
  const rest = body.length - shown.length;
  return rest > 0
    ? `${codeBlock(shown, path)}\n\n… and ${count(rest, 'more line')}.`
    : codeBlock(shown, path);
}

function usesSentence(uses: number, files: number): string {
  return uses === 0
    ? 'I found no use of it.'
    : `It occurs in ${count(uses, 'other line')} of ${count(files, 'file')}:`;
}

function* explainSubject(subject: Subject): Script {
  const { path, lines } = subject;
  const symbols = outlineOf(lines, path);
  const defined = symbols
    .filter((symbol) => symbol.kind !== 'heading')
    .map((symbol) => symbol.name);
  const called = calledNames(lines, new Set(defined));
  const names = [...new Set([...called, ...defined.slice(0, maxNames)])].map(lastPart);
  const problems = yield* callTool('get_diagnostics', { paths: [path] });
  const found: SearchResult =
    names.length > 0 ? yield* searchNames(names) : { hits: [], total: undefined };
  const first = lines[0]?.number ?? 1;
  const last = lines.at(-1)?.number ?? first;
  const place = subject.startLine === undefined ? link(path) : link(path, first, last);
  const parts = [
    `${place}: ${count(lines.length, 'line')}.${symbols.length === 0 ? ' It defines nothing that I can see.' : ''}`,
    definitionsPart(symbols, subject),
    callsPart(called, found),
    usesPart(defined.slice(0, maxNames), found, { path, first, last }),
    problemsPart(problems.isError ? '' : problems.text, subject),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function definitionsPart(symbols: readonly DefinedSymbol[], { path, lines }: Subject): string {
  if (symbols.length === 0) {
    return '';
  }
  const [only] = symbols;
  const summary = only && symbols.length === 1 ? summarySentence(lines, only.line) : '';
  return `It defines:\n\n${symbolList(symbols, path)}${summary === '' ? '' : `\n\n${summary.trim()}`}`;
}

const callPattern = /(?<![\w$])(\.)?([A-Za-z_$][\w$]*)\s*\(/g;
/** Enough for one plain call to come before a few calls of methods. */
const plainCallWeight = 4;
const notCalled =
  /^(?:if|for|while|switch|catch|return|function|def|fn|func|new|do|try|await|throw|typeof|super|sizeof|match|with|elif|assert|print|and|or|not|in|constructor|require|import|describe|it|test|len|str|int|Number|String|Boolean|Array|Object|Map|Set|Date|Promise|Symbol|RegExp|\w*Error|parseInt|parseFloat|isNaN|isFinite)$/;

/** What the code calls and does not define, the most frequent first. */
function calledNames(
  lines: readonly SourceLine[],
  defined: ReadonlySet<string>,
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { text } of lines) {
    for (const [, dot, name = ''] of text.matchAll(callPattern)) {
      if (!defined.has(name) && !notCalled.test(name)) {
        // Most methods are those of the language's own objects.
        counts.set(name, (counts.get(name) ?? 0) + (dot ? 1 : plainCallWeight));
      }
    }
  }
  const byCount = [...counts].sort(([, left], [, right]) => right - left);
  return byCount.slice(0, maxNames).map(([name]) => name);
}

function callsPart(called: readonly string[], { hits }: SearchResult): string {
  const rows = called.flatMap((name) => {
    const definition = hits.find((hit) => isDefinition(hit, name));
    return definition
      ? [`- ${code(name)}, defined in ${link(definition.path, definition.number)}`]
      : [];
  });
  return rows.length > 0 ? `It calls:\n\n${rows.join('\n')}` : '';
}

function usesPart(
  defined: readonly string[],
  { hits }: SearchResult,
  place: { readonly path: string; readonly first: number; readonly last: number },
): string {
  const rows = defined.flatMap((name) => {
    const files = new Set<string>();
    for (const hit of hits) {
      const isHere =
        hit.path === place.path && hit.number >= place.first && hit.number <= place.last;
      if (
        !isHere &&
        new RegExp(`(?<![\\w$])${lastPart(name).replace(/[^\w]/g, '\\$&')}(?![\\w$])`).test(
          hit.text,
        )
      ) {
        files.add(hit.path);
      }
    }
    return files.size > 0
      ? [`- ${code(name)} in ${joined([...files].slice(0, maxUses).map((file) => link(file)))}`]
      : [];
  });
  return rows.length > 0 ? `Its names occur elsewhere:\n\n${rows.join('\n')}` : '';
}

function problemsPart(text: string, { lines }: Subject): string {
  const first = lines[0]?.number ?? 1;
  const last = lines.at(-1)?.number ?? first;
  const problems = readProblems(text).filter(({ line }) => line >= first && line <= last);
  return problems.length === 0
    ? 'The editor reports no problems in it.'
    : `The editor reports ${count(problems.length, 'problem')} in it:\n\n${problemList(problems)}`;
}

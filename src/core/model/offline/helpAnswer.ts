import { isSourceFile } from './languages.ts';
import { code, joined } from './markdown.ts';
import { callTool, type Script } from './script.ts';
import { firstLine, type Part, readFile } from './subjects.ts';
import { type DefinedSymbol, outlineOf } from './symbols.ts';
import { readFileList } from './toolOutput.ts';

/** Enough to find a file of the project's own code among them. */
const listLimit = 1_000;

/** What can be asked, with examples from the workspace. With words: nothing was found of them. */
export function* answerHelp(words: readonly string[] = []): Script {
  const answer = yield* callTool('list_files', { limit: listLimit });
  if (answer.isError) {
    return `Offline I answer from the files of the workspace, and I can't list them: ${firstLine(answer.text)}`;
  }
  const file = bestExample(readFileList(answer.text).paths);
  const symbol = file === undefined ? undefined : yield* exampleSymbol(file);
  const head =
    words.length > 0
      ? `I found nothing about ${joined(words.map(code))} in the workspace. You can ask me, for example:`
      : 'You can ask me what can be found in the workspace itself, for example:';
  return `${head}\n\n${examples(file, symbol)
    .map((line) => `- ${line}`)
    .join('\n')}`;
}

/** Questions that have an answer here. */
function examples(file: string | undefined, symbol: DefinedSymbol | undefined): readonly string[] {
  return [
    ...(symbol ? [`Where is ${code(symbol.name)} defined and used?`] : []),
    ...(symbol ? [`Explain ${code(symbol.name)}`] : []),
    ...(file === undefined ? [] : [`Outline ${code(file)}`]),
    'What problems are there?',
    'What changed?',
    'Find `TODO`',
    'What does this project do?',
    'Explain this (with a selection attached by `@`)',
  ];
}

function* exampleSymbol(file: string): Part<DefinedSymbol | undefined> {
  const read = yield* readFile(file, 1, 400);
  if ('missing' in read) {
    return undefined;
  }
  const symbols = outlineOf(read.lines, file).filter((symbol) => symbol.depth === 0);
  return symbols.find((symbol) => symbol.kind !== 'constant') ?? symbols[0];
}

/** A file of the project's own code, near the top of its folder tree. */
function bestExample(paths: readonly string[]): string | undefined {
  const isAside =
    /(?:^|\/)(?:tests?|spec|scripts?|dist|vendor|\..*)\/|[._](?:test|spec|config|d)\./i;
  const candidates = paths.filter(isSourceFile);
  const own = candidates.filter((path) => !isAside.test(path));
  const depth = (path: string): number => path.split('/').length;
  return [...(own.length > 0 ? own : candidates)].sort(
    (left, right) => depth(left) - depth(right) || (left < right ? -1 : 1),
  )[0];
}

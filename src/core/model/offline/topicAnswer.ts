import { answerHelp } from './helpAnswer.ts';
import { groupByFile, hitList } from './hits.ts';
import { escapePattern } from './languages.ts';
import { code, joined, link } from './markdown.ts';
import { callTool, type Script } from './script.ts';
import { definitionOn } from './symbols.ts';
import { readSearch, type SearchHit } from './toolOutput.ts';

const maxDefinitions = 12;
const maxFiles = 6;
/** Common words occur in hundreds of lines, and the ones that define must be among them. */
const searchLimit = 600;

/** What the workspace has to do with some words: a start where a question asks for understanding. */
export function* answerTopic(words: readonly string[]): Script {
  if (words.length === 0) {
    return yield* answerHelp();
  }
  const answer = yield* callTool('search', {
    pattern: `(${words.map(escapePattern).join('|')})`,
    is_regex: true,
    limit: searchLimit,
  });
  const hits = answer.isError ? [] : readSearch(answer.text).hits;
  if (hits.length === 0) {
    return yield* answerHelp(words);
  }
  const definitions = hits
    .map((hit) => ({ hit, score: scoreOf(definitionOn(hit.text, hit.path)?.name ?? '', words) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ hit }) => hit);
  const parts = [
    `To answer that in words takes a language model. These places have to do with ${joined(words.map(code))}:`,
    definitions.length > 0
      ? `Defined under such names:\n\n${hitList(definitions, maxDefinitions)}`
      : '',
    `Files that speak of it most:\n\n${fileList(hits, words)}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** How many of the words a text speaks of. */
function scoreOf(text: string, words: readonly string[]): number {
  const lower = text.toLowerCase();
  return words.filter((word) => lower.includes(word.toLowerCase())).length;
}

function fileList(hits: readonly SearchHit[], words: readonly string[]): string {
  const files = groupByFile(hits).map(([path, own]) => {
    const spoken = scoreOf(own.map((hit) => hit.text).join('\n'), words);
    return { path, own, score: (spoken + scoreOf(path, words)) * 1_000 + own.length };
  });
  return files
    .sort((left, right) => right.score - left.score)
    .slice(0, maxFiles)
    .map(({ path, own }) => `- ${link(path)}: ${own.length} ${own.length === 1 ? 'line' : 'lines'}`)
    .join('\n');
}

import { hitList } from './hits.ts';
import type { FindIntent } from './intents.ts';
import { code, count, link } from './markdown.ts';
import { callTool, type Script } from './script.ts';
import { firstLine } from './subjects.ts';
import { readFileList, readSearch } from './toolOutput.ts';

/** About two screens of the panel. */
const maxHits = 40;
const maxFiles = 60;

/** Where a text occurs. */
export function* answerFind(intent: FindIntent): Script {
  const { text, isRegex, glob, folder } = intent;
  const answer = yield* callTool('search', {
    pattern: text,
    ...(isRegex ? { is_regex: true } : {}),
    ...(glob === undefined ? {} : { glob }),
    ...(folder === undefined ? {} : { path: folder }),
  });
  if (answer.isError) {
    return `I could not search: ${firstLine(answer.text)}`;
  }
  const { hits, total } = readSearch(answer.text);
  const place = glob ?? folder;
  const where = place === undefined ? 'in the workspace' : `in ${code(place)}`;
  if (hits.length === 0) {
    return `I found no ${code(text)} ${where}.`;
  }
  const files = new Set(hits.map((hit) => hit.path)).size;
  const number =
    total === undefined
      ? `${count(hits.length, 'line')} of ${count(files, 'file')}`
      : `${total} lines, of which these are the first`;
  return `${code(text)} ${where}: ${number}.\n\n${hitList(hits, maxHits)}`;
}

/** Which files there are. */
export function* answerFiles(intent: { readonly glob?: string; readonly folder?: string }): Script {
  const { glob, folder } = intent;
  const answer = yield* callTool('list_files', {
    ...(glob === undefined ? {} : { glob }),
    ...(folder === undefined ? {} : { path: folder }),
  });
  if (answer.isError) {
    return `I could not list the files: ${firstLine(answer.text)}`;
  }
  const { paths, total } = readFileList(answer.text);
  const what = glob === undefined ? '' : ` for ${code(glob)}`;
  const where = folder === undefined ? '' : ` in ${code(folder)}`;
  if (paths.length === 0) {
    return `There are no files${what}${where}.`;
  }
  const rows = paths.slice(0, maxFiles).map((path) => `- ${link(path)}`);
  const more = total > rows.length ? [`- … and ${total - rows.length} more`] : [];
  return `${count(total, 'file')}${what}${where}:\n\n${[...rows, ...more].join('\n')}`;
}

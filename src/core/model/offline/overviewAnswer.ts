import { endingOf } from './languages.ts';
import { code, count, escapeText, joined, link } from './markdown.ts';
import { callTool, type Script, type ToolCall } from './script.ts';
import { firstLine } from './subjects.ts';
import type { SourceLine } from './symbols.ts';
import { readFileList, readLines } from './toolOutput.ts';

const listLimit = 2_000;
const maxEndings = 6;
const maxFolders = 10;
const maxScripts = 12;
/** The first paragraph of a README says what it is; more is for reading it. */
const longestParagraph = 600;
const readmeLines = 60;
const manifestLines = 400;

/** What the workspace is: its README's beginning, its scripts, its files by kind and folder. */
export function* answerOverview(): Script {
  const listing = yield* callTool('list_files', { limit: listLimit });
  if (listing.isError) {
    return `I could not list the files: ${firstLine(listing.text)}`;
  }
  const { paths, total } = readFileList(listing.text);
  if (paths.length === 0) {
    return 'The workspace has no files.';
  }
  const readme = topmost(paths, /(?:^|\/)readme(?:\.\w+)?$/i);
  const manifest = topmost(paths, /(?:^|\/)package\.json$/);
  const other = topmost(
    paths,
    /(?:^|\/)(?:pyproject\.toml|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|Gemfile|composer\.json|CMakeLists\.txt|Makefile|[^/]+\.(?:sln|csproj))$/,
  );
  const calls: ToolCall[] = [
    ...(readme === undefined ? [] : [readCall(readme, readmeLines)]),
    ...(manifest === undefined ? [] : [readCall(manifest, manifestLines)]),
  ];
  const answers = calls.length > 0 ? yield calls : [];
  const texts = calls.map((_, index) => {
    const answer = answers[index];
    return answer && !answer.isError ? readLines(answer.text) : [];
  });
  const parts = [
    readme === undefined ? '' : describeReadme(readme, texts[0] ?? []),
    manifest === undefined
      ? ''
      : describeManifest(manifest, texts[readme === undefined ? 0 : 1] ?? []),
    other === undefined ? '' : `It is described for its tools in ${link(other)}.`,
    describeFiles(paths, total),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function readCall(path: string, lines: number): ToolCall {
  return { name: 'read_file', input: { path, end_line: lines } };
}

function topmost(paths: readonly string[], pattern: RegExp): string | undefined {
  const found = paths.filter((path) => pattern.test(path));
  return found.sort((left, right) => left.split('/').length - right.split('/').length)[0];
}

function describeReadme(path: string, lines: readonly SourceLine[]): string {
  const texts = lines.map((line) => line.text.trim());
  const title = texts.find((text) => /^#\s+\S/.test(text))?.replace(/^#\s+/, '');
  const start = texts.findIndex(
    (text) => /^[A-Za-z“"'`*_[]/.test(text) && !/^\[!\[|^!\[/.test(text),
  );
  if (start < 0) {
    return title === undefined ? '' : `**${escapeText(title)}** (${link(path)})`;
  }
  const end = texts.findIndex((text, index) => index > start && text === '');
  const paragraph = texts.slice(start, end < 0 ? undefined : end).join(' ');
  const shown =
    paragraph.length > longestParagraph ? `${paragraph.slice(0, longestParagraph)}…` : paragraph;
  const head = title === undefined ? '' : `**${escapeText(title)}**: `;
  return `${head}${escapeText(shown)} (${link(path, lines[start]?.number)})`;
}

function describeManifest(path: string, lines: readonly SourceLine[]): string {
  const manifest = parseObject(lines.map((line) => line.text).join('\n'));
  const scripts = Object.entries(toObject(manifest['scripts'])).slice(0, maxScripts);
  const rows = scripts.map(
    ([name, script]) => `- ${code(`npm run ${name}`)}: ${code(String(script))}`,
  );
  const description = manifest['description'];
  const sentence = typeof description === 'string' ? ` says “${escapeText(description)}” and` : '';
  return rows.length === 0
    ? ''
    : `${link(path)}${sentence} has these scripts:\n\n${rows.join('\n')}`;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return toObject(JSON.parse(text));
  } catch {
    // Cut or not valid: then it tells nothing.
    return {};
  }
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function describeFiles(paths: readonly string[], total: number): string {
  const endings = countBy(paths, (path) => endingOf(path))
    .filter(([ending]) => ending !== '')
    .slice(0, maxEndings)
    .map(([ending, number]) => `${number} ${code(`.${ending}`)}`);
  const folders = countBy(paths, (path) => (path.includes('/') ? `${path.split('/')[0]}/` : ''))
    .filter(([folder]) => folder !== '')
    .slice(0, maxFolders)
    .map(([folder, number]) => `- ${code(folder)}: ${count(number, 'file')}`);
  const kinds = endings.length > 0 ? ` (${joined(endings)})` : '';
  const list = folders.length > 0 ? `, by folder:\n\n${folders.join('\n')}` : '.';
  return `There are ${count(total, 'file')}${kinds}${list}`;
}

function countBy(
  paths: readonly string[],
  keyOf: (path: string) => string,
): readonly (readonly [key: string, number: number])[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const key = keyOf(path);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([, left], [, right]) => right - left);
}

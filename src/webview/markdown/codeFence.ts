/** What the text after an opening fence says. */
export interface CodeFence {
  /** In lower case; empty where it is not named. */
  readonly language: string;
  /** The file the code belongs to, as written. */
  readonly path?: string;
}

const attribute = /\b(?:title|file|filename|path)=(?:"([^"]+)"|'([^']+)'|(\S+))/i;
const pathLike = /^(?!\{)[^\s"'<>|]*[^\s"'<>|.]\.[a-z][a-z\d]{0,9}$/i;

/** Reads ` ```ts src/a.ts `, ` ```ts:src/a.ts `, ` ```ts title="src/a.ts" ` and ` ```src/a.ts `. */
export function readCodeFence(fence: string): CodeFence {
  const [first = '', ...others] = fence.split(/\s+/);
  const [, quoted, single, bare] = attribute.exec(fence) ?? [];
  const [language = '', afterColon] = splitColon(first);
  const named = quoted ?? single ?? bare ?? afterColon ?? others.find(isPath);
  if (isPath(first) && named === undefined) {
    return { language: first.slice(first.lastIndexOf('.') + 1).toLowerCase(), path: first };
  }
  const cleanLanguage = language
    .replace(/^\{?\.?/, '')
    .replace(/[{}].*$/, '')
    .toLowerCase();
  return named === undefined
    ? { language: cleanLanguage }
    : { language: cleanLanguage, path: named };
}

function isPath(word: string): boolean {
  return pathLike.test(word) && !word.includes('=');
}

function splitColon(word: string): [string, string | undefined] {
  const [, language, path] = /^([a-z\d+#_-]+):(.+)$/i.exec(word) ?? [];
  return language && path && isPath(path) ? [language, path] : [word, undefined];
}

/** Where a link leads: to the web, or to a file of the workspace with an optional line. */
export interface LinkTarget {
  readonly kind: 'web' | 'file';
  /** What the host is asked to open. */
  readonly target: string;
}

const webSchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const scheme = /^[a-z][a-z\d+.-]*:/i;
/** Spaces are allowed, control and direction characters are not: they can make a target look like another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const deceptive = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;
const drive = /^[a-z]:[\\/]/i;
const position = /(?::\d+(?::\d+)?(?:-\d+)?|#L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?)$/;
const fileWithPosition = /^[^:#]*\.[a-z][a-z\d]*(?::\d+(?::\d+)?(?:-\d+)?|#L\d+.*)$/i;

/**
 * Judges the target of a markdown link. Only web addresses and paths may be followed; anything else
 * (`javascript:`, `command:`, `file:`, a network share) answers undefined and is shown as text.
 */
export function readLinkTarget(written: string): LinkTarget | undefined {
  const target = decode(written.trim());
  if (target === '' || deceptive.test(target)) {
    return undefined;
  }
  const path = target.replace(position, '');
  // Two slashes lead to another machine, and a bare anchor nowhere.
  if (/^[\\/]{2}/.test(target) || target.startsWith('#')) {
    return undefined;
  }
  if (drive.test(path) || fileWithPosition.test(target)) {
    return { kind: 'file', target };
  }
  if (scheme.test(target)) {
    return readWebAddress(written.trim());
  }
  // No file name of ours has a colon, and a disguised scheme does.
  return path.includes(':') ? undefined : { kind: 'file', target };
}

function readWebAddress(address: string): LinkTarget | undefined {
  if (!URL.canParse(address)) {
    return undefined;
  }
  const url = new URL(address);
  return webSchemes.has(url.protocol) ? { kind: 'web', target: url.href } : undefined;
}

function decode(target: string): string {
  if (/^https?:/i.test(target)) {
    return target;
  }
  try {
    return decodeURIComponent(target);
  } catch {
    // A lone percent sign: the name is meant as it stands.
    return target;
  }
}

/** File names worth a link without a folder or line. What else looks like one may be code. */
const knownEndings = new Set(
  (
    'bash cfg conf cpp cs css csv dart env gradle go graphql h hpp html ini ipynb java js json jsonc ' +
    'jsx kt less lock lua md mdx mjs cjs mts cts php proto ps1 py rb rs sass scala scss sh sql svelte ' +
    'svg swift tex toml ts tsx txt vue xml yaml yml zig'
  ).split(' '),
);
const pathCharacters = /^[^\s:*?"<>|`'$(){};,=&!#\\]+$/;

/**
 * Judges the text of a code span: whether it names a file, as `src/a.ts:12` does. Strict, because
 * most code spans are code: `items.length` and `a / b` are no files.
 */
export function readFileMention(code: string): string | undefined {
  if (/^https?:\/\//.test(code)) {
    return undefined;
  }
  const hasPosition = position.test(code);
  const path = code.replace(position, '').replace(drive, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ending = /^.*[^.]\.([a-z][a-z\d]{0,9})$/i.exec(name)?.[1]?.toLowerCase();
  if (!ending || !pathCharacters.test(path) || /^[\\/]{2}/.test(code)) {
    return undefined;
  }
  const hasFolder = path.includes('/');
  return hasPosition || hasFolder || knownEndings.has(ending) ? code : undefined;
}

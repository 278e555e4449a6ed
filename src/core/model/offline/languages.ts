/** What a line defines, as far as its shape tells. */
export interface DefinitionPattern {
  /** Matches a line that defines; the group `name` is what it defines. */
  readonly pattern: RegExp;
  /** For people: "class", "function". */
  readonly kind: string;
  /** Whether what stands inside are its members. */
  readonly isContainer?: boolean;
  /** Whether it only counts where the line is not indented. */
  readonly isTopLevelOnly?: boolean;
  /** Whether it only counts directly inside a container, being too much like a call elsewhere. */
  readonly isMemberOnly?: boolean;
}

const modifiers =
  '(?:(?:export|default|declare|abstract|public|private|protected|internal|static|readonly|final|override|virtual|sealed|partial|async|unsafe|extern|synchronized|open|data|inline|suspend|pub(?:\\([^)]*\\))?|const)\\s+)*';

function container(keyword: string, kind = keyword): DefinitionPattern {
  const pattern = new RegExp(`^\\s*${modifiers}${keyword}\\s+(?<name>[A-Za-z_$][\\w$]*)`);
  return { pattern, kind, isContainer: true };
}

function plain(pattern: RegExp, kind: string): DefinitionPattern {
  return { pattern, kind };
}

const script: readonly DefinitionPattern[] = [
  container('class'),
  container('interface'),
  container('enum'),
  container('(?:namespace|module)', 'namespace'),
  plain(/^\s*(?:export\s+)?(?:declare\s+)?type\s+(?<name>[\w$]+)\s*(?:<[^=]*>)?\s*=/, 'type'),
  plain(
    /^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:async\s+)?function\s*\*?\s*(?<name>[\w$]+)/,
    'function',
  ),
  plain(
    /^\s*(?:export\s+)?(?:const|let|var)\s+(?<name>[\w$]+)\s*(?::[^=]*)?=\s*(?:async\s+)?(?:function\b|[\w$]+\s*=>|\([^;]*(?:=>|\(|,)\s*\{?\s*$|\([^;]*\)\s*(?::[^=]+)?=>)/,
    'function',
  ),
  {
    pattern: /^(?:export\s+)?(?:declare\s+)?(?:const|let|var)\s+(?<name>[\w$]+)/,
    kind: 'constant',
    isTopLevelOnly: true,
  },
  plain(
    /^\s+(?:(?:public|private|protected|static|readonly|override|abstract|async|get|set)\s+)*\*?(?<name>#?[\w$]+)\s*(?:<[^>]*>)?\((?!.*\bfunction\b).*\)\s*(?::[^={}]+)?\{\s*\}?$/,
    'method',
  ),
  plain(
    /^\s+(?:(?:public|private|protected|static|override|abstract|async)\s+)+\*?(?<name>#?[\w$]+)\s*(?:<[^>]*>)?\(/,
    'method',
  ),
  {
    pattern: /^\s+(?<name>#?[\w$]+)\??\s*(?:<[^>]*>)?\((?:[^)]*|.*\)\s*:\s*[^;{]+;)$/,
    kind: 'method',
    isMemberOnly: true,
  },
  {
    pattern: /^\s+(?:[\w]+\s+)*(?<name>#?[\w$]+)\s*(?::[^=]+)?=\s*(?:async\s*)?\([^;]*=>/,
    kind: 'method',
    isMemberOnly: true,
  },
];

const python: readonly DefinitionPattern[] = [
  container('class'),
  plain(/^\s*(?:async\s+)?def\s+(?<name>\w+)/, 'function'),
  { pattern: /^(?<name>[A-Z][A-Z\d_]+)\s*(?::[^=]+)?=/, kind: 'constant', isTopLevelOnly: true },
];

const go: readonly DefinitionPattern[] = [
  plain(/^func\s+\([^)]*\)\s*(?<name>\w+)/, 'method'),
  plain(/^func\s+(?<name>\w+)/, 'function'),
  { pattern: /^type\s+(?<name>\w+)\s+(?:struct|interface)\b/, kind: 'type', isContainer: true },
  plain(/^type\s+(?<name>\w+)/, 'type'),
  { pattern: /^(?:const|var)\s+(?<name>\w+)/, kind: 'constant', isTopLevelOnly: true },
];

const rust: readonly DefinitionPattern[] = [
  plain(
    /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:async|const|unsafe|extern(?:\s+"[^"]*")?)\s+)*fn\s+(?<name>\w+)/,
    'function',
  ),
  container('struct'),
  container('enum'),
  container('trait'),
  container('mod', 'module'),
  container('union'),
  {
    pattern: /^\s*impl\b(?:<[^>]*>)?\s+(?:[\w:<>, ]+\s+for\s+)?(?<name>[A-Z]\w*)/,
    kind: 'implementation',
    isContainer: true,
  },
  plain(/^\s*(?:pub(?:\([^)]*\))?\s+)?type\s+(?<name>\w+)/, 'type'),
  plain(/^\s*macro_rules!\s*(?<name>\w+)/, 'macro'),
  {
    pattern: /^(?:pub(?:\([^)]*\))?\s+)?(?:const|static)\s+(?:mut\s+)?(?<name>\w+)\s*:/,
    kind: 'constant',
    isTopLevelOnly: true,
  },
];

/** Java, C# and Kotlin. */
const classBased: readonly DefinitionPattern[] = [
  container('class'),
  container('interface'),
  container('@interface', 'annotation'),
  container('enum'),
  container('enum\\s+class', 'enum'),
  container('record'),
  container('struct'),
  container('object'),
  { pattern: /^\s*namespace\s+(?<name>[\w.]+)/, kind: 'namespace', isContainer: true },
  plain(/^\s*(?:\w+\s+)*fun\s+(?:<[^>]*>\s*)?(?:\w+\.)?(?<name>\w+)\s*\(/, 'function'),
  plain(
    /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|private|protected|internal|static|final|abstract|async|override|virtual|synchronized|sealed|extern|unsafe|default)\s+)+(?:<[^>]*>\s*)?(?:[\w<>[\],.?]+\s+)*?(?<name>\w+)\s*\(/,
    'method',
  ),
  {
    pattern: /^\s+(?:[\w<>[\],.?]+\s+)+(?<name>\w+)\s*\([^;]*\)\s*(?:throws [\w, .]+)?\{?$/,
    kind: 'method',
    isMemberOnly: true,
  },
];

const cFamily: readonly DefinitionPattern[] = [
  {
    pattern: /^\s*(?:class|struct|union|enum(?:\s+class)?)\s+(?<name>\w+)(?:\s+final)?[^;()]*$/,
    kind: 'type',
    isContainer: true,
  },
  { pattern: /^\s*namespace\s+(?<name>[\w:]+)/, kind: 'namespace', isContainer: true },
  plain(/^\s*#\s*define\s+(?<name>\w+)/, 'macro'),
  plain(/^\s*typedef\b.*\b(?<name>\w+)\s*;\s*$/, 'type'),
  plain(/^\s*using\s+(?<name>\w+)\s*=/, 'type'),
  plain(
    /^(?:[\w:<>,*&~[\]]+\s+)+[*&]*(?:\w+::)*(?<name>~?\w+)\s*\([^;]*\)?\s*(?:const\b)?[\w\s]*\{?$/,
    'function',
  ),
  plain(/^(?:\w+::)+(?<name>~?\w+)\s*\([^;]*$/, 'method'),
  {
    pattern: /^\s+(?:[\w:<>,*&~]+\s+)*[*&]*(?<name>~?\w+)\s*\([^;]*\)[\w\s]*(?:;|\{.*)$/,
    kind: 'method',
    isMemberOnly: true,
  },
];

const ruby: readonly DefinitionPattern[] = [
  { pattern: /^\s*class\s+(?:\w+::)*(?<name>[A-Z]\w*)/, kind: 'class', isContainer: true },
  { pattern: /^\s*module\s+(?:\w+::)*(?<name>[A-Z]\w*)/, kind: 'module', isContainer: true },
  plain(/^\s*def\s+(?:self\.)?(?<name>\w+[?!=]?)/, 'method'),
  { pattern: /^\s*(?<name>[A-Z][A-Z\d_]+)\s*=/, kind: 'constant' },
];

const php: readonly DefinitionPattern[] = [
  container('class'),
  container('interface'),
  container('trait'),
  container('enum'),
  plain(
    /^\s*(?:(?:public|private|protected|static|final|abstract)\s+)*function\s+&?(?<name>\w+)/,
    'function',
  ),
  plain(
    /^\s*(?:(?:public|private|protected|final)\s+)*const\s+(?:\w+\s+)?(?<name>\w+)\s*=/,
    'constant',
  ),
];

const markdown: readonly DefinitionPattern[] = [
  { pattern: /^#{1,6}\s+(?<name>.+?)\s*#*$/, kind: 'heading' },
];

const byEnding: readonly (readonly [endings: string, patterns: readonly DefinitionPattern[]])[] = [
  ['ts tsx mts cts js jsx mjs cjs vue svelte astro', script],
  ['py pyi pyw', python],
  ['go', go],
  ['rs', rust],
  ['java kt kts cs scala groovy', classBased],
  ['c h cc cpp cxx hh hpp hxx ino m mm', cFamily],
  ['rb rake gemspec', ruby],
  ['php phtml', php],
  ['md mdx markdown', markdown],
];
const patternsByEnding = new Map(
  byEnding.flatMap(([endings, patterns]) =>
    endings.split(' ').map((ending) => [ending, patterns] as const),
  ),
);

/** The part of a path after its last dot, in lower case. */
export function endingOf(path: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

/** How definitions look in this file; empty where its language is not known. */
export function definitionPatterns(path: string): readonly DefinitionPattern[] {
  return patternsByEnding.get(endingOf(path)) ?? [];
}

/** Whether the file holds code whose definitions are known here. */
export function isSourceFile(path: string): boolean {
  return definitionPatterns(path).length > 0 && definitionPatterns(path) !== markdown;
}

/**
 * A regular expression for lines that seem to define one of these names, in any of the languages.
 * Written for engines without lookaround.
 */
export function definitionSearch(name: string): string {
  const keywords =
    'function|class|interface|type|enum|const|let|var|def|fn|func|fun|struct|trait|impl|mod|module|namespace|record|object|define|typedef|static|public|private|protected|macro_rules!';
  return `\\b(${keywords})\\b[^=;]{0,80}\\b${escapePattern(name)}\\b`;
}

/** Text as a regular expression that matches just it. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A string of a language: what begins and what ends it. */
export interface StringForm {
  readonly open: string;
  readonly close: string;
  /** Whether it may go over a line's end. */
  readonly isMultiline: boolean;
}

/** What can be told of a language's text without a parser. */
export interface LanguageFacts {
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [open: string, close: string])[];
  /** Longer openings first. */
  readonly strings: readonly StringForm[];
  /** Whether a slash may begin a regular expression. */
  readonly hasRegex: boolean;
  /** Whether `'` may also be something else than a quote, as Rust's lifetimes. */
  readonly hasLifetimes: boolean;
  /**
   * What tells where a block ends: brackets, how far lines are indented, or words such as `end`. Of
   * prose nothing does.
   */
  readonly blocks: 'brackets' | 'indentation' | 'words' | 'none';
}

const double: StringForm = { open: '"', close: '"', isMultiline: false };
const single: StringForm = { open: "'", close: "'", isMultiline: false };
const backtick: StringForm = { open: '`', close: '`', isMultiline: true };
const tripleDouble: StringForm = { open: '"""', close: '"""', isMultiline: true };
const tripleSingle: StringForm = { open: "'''", close: "'''", isMultiline: true };

const slashes = { lineComments: ['//'], blockComments: [['/*', '*/']] } as const;
const hash = { lineComments: ['#'], blockComments: [] } as const;
const plain = { hasRegex: false, hasLifetimes: false } as const;

const cLike: LanguageFacts = {
  ...slashes,
  ...plain,
  strings: [double, single],
  blocks: 'brackets',
};
const javaScript: LanguageFacts = {
  ...cLike,
  strings: [double, single, backtick],
  hasRegex: true,
};
const tripleQuoted: LanguageFacts = { ...cLike, strings: [tripleDouble, double, single] };
const python: LanguageFacts = {
  ...hash,
  ...plain,
  strings: [tripleDouble, tripleSingle, double, single],
  blocks: 'indentation',
};
const yaml: LanguageFacts = { ...hash, ...plain, strings: [double], blocks: 'indentation' };
const shell: LanguageFacts = {
  ...hash,
  ...plain,
  strings: [
    { ...double, isMultiline: true },
    { ...single, isMultiline: true },
  ],
  blocks: 'words',
};
const ruby: LanguageFacts = { ...hash, ...plain, strings: [double, single], blocks: 'words' };
const markup: LanguageFacts = {
  lineComments: [],
  blockComments: [['<!--', '-->']],
  ...plain,
  strings: [],
  blocks: 'none',
};
const json: LanguageFacts = { ...cLike, strings: [double] };
const prose: LanguageFacts = {
  lineComments: [],
  blockComments: [],
  ...plain,
  strings: [],
  blocks: 'none',
};

const byLanguage: ReadonlyMap<string, LanguageFacts> = new Map([
  ...['javascript', 'typescript', 'javascriptreact', 'typescriptreact', 'vue', 'svelte'].map(
    (id) => [id, javaScript] as const,
  ),
  ['go', { ...cLike, strings: [double, single, backtick] }],
  ['rust', { ...cLike, strings: [{ ...double, isMultiline: true }, single], hasLifetimes: true }],
  ['java', tripleQuoted],
  ['kotlin', tripleQuoted],
  ['swift', tripleQuoted],
  ['scala', tripleQuoted],
  ['csharp', tripleQuoted],
  ['php', { ...cLike, lineComments: ['//', '#'] }],
  ['css', { ...cLike, lineComments: [] }],
  ['json', json],
  ['jsonc', json],
  ['python', python],
  ['yaml', yaml],
  ['coffeescript', { ...python }],
  ['shellscript', shell],
  ['ruby', ruby],
  ['elixir', { ...ruby, strings: [tripleDouble, double] }],
  ['lua', { ...ruby, lineComments: ['--'], blockComments: [['--[[', ']]']] }],
  ['julia', { ...ruby, strings: [tripleDouble, double] }],
  ['sql', { ...cLike, lineComments: ['--'] }],
  ['ini', { ...hash, ...plain, strings: [], blocks: 'none' }],
  ['toml', { ...hash, ...plain, strings: [tripleDouble, double, single], blocks: 'brackets' }],
  ['html', markup],
  ['xml', markup],
  ['markdown', prose],
  ['plaintext', prose],
  ['latex', prose],
  ['git-commit', prose],
]);

/** By VS Code's language id. One that is not known is taken for a language with braces, as most are. */
export function languageFacts(languageId: string): LanguageFacts {
  return byLanguage.get(languageId) ?? cLike;
}

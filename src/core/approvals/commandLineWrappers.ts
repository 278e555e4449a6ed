import type { CommandWord } from './commandLineParts.ts';
import { doubt } from './commandLineReader.ts';

/** What a call runs besides itself. */
export type Unwrapped =
  | { readonly kind: 'plain' }
  /** It runs these ranges of its words as commands. */
  | {
      readonly kind: 'words';
      readonly ranges: readonly WordRange[];
      readonly isTransparent: boolean;
      readonly hasMoreArguments: boolean;
      /** A word in the inner command that is replaced at run time. */
      readonly placeholder?: string;
    }
  /** It reads `script` as shell commands. */
  | { readonly kind: 'script'; readonly script: string; readonly isTransparent: boolean }
  /** It runs something that can't be told. What it may be begins at `offset`, where known. */
  | { readonly kind: 'doubtful'; readonly doubt: string; readonly offset?: number };

/** Words from `offset` up to, without, `end`. */
export interface WordRange {
  readonly offset: number;
  readonly end: number;
}

interface WrapperSyntax {
  /** Letters of options without a value. */
  readonly flags?: string;
  /** Letters of options with a value. */
  readonly values?: string;
  /** Long options without a value. */
  readonly longFlags?: readonly string[];
  /** Long options with a value. */
  readonly longValues?: readonly string[];
  /** How many operands stand before the command. */
  readonly operands?: number;
  /** Runs the inner command as it is, with no other rights, arguments or place. */
  readonly isTransparent?: boolean;
  /** Letters of options after which there is no inner command. */
  readonly lookups?: string;
}

/** Programs that run the command that follows their options. Options not named here are a doubt. */
const wrappers: Readonly<Record<string, WrapperSyntax>> = {
  '-': {},
  builtin: { isTransparent: true },
  bunx: { longFlags: ['--bun'] },
  command: { flags: 'p', lookups: 'vV', isTransparent: true },
  doas: { flags: 'n', values: 'u' },
  env: { flags: 'i', values: 'u', longFlags: ['--ignore-environment'], isTransparent: true },
  exec: { flags: 'c', values: 'a', isTransparent: true },
  gtimeout: { flags: 'v', values: 'ks', operands: 1, isTransparent: true },
  ionice: { values: 'cn', isTransparent: true },
  nice: { values: 'n', longValues: ['--adjustment'], isTransparent: true },
  nocorrect: { isTransparent: true },
  noglob: { isTransparent: true },
  nohup: { isTransparent: true },
  npx: {
    flags: 'yq',
    values: 'p',
    longFlags: ['--yes', '--no', '--no-install', '--quiet'],
    longValues: ['--package'],
  },
  repeat: { operands: 1 },
  setsid: { flags: 'w', isTransparent: true },
  stdbuf: { values: 'ioe', isTransparent: true },
  sudo: { flags: 'AEHknPS', values: 'ugp', longFlags: ['--preserve-env', '--non-interactive'] },
  time: { flags: 'pv', isTransparent: true },
  timeout: {
    flags: 'v',
    values: 'ks',
    longFlags: ['--foreground', '--preserve-status', '--verbose'],
    longValues: ['--kill-after', '--signal'],
    operands: 1,
    isTransparent: true,
  },
  unbuffer: { isTransparent: true },
  uvx: {},
  'bun x': {},
  'bundle exec': {},
  'npm exec': { flags: 'y', longFlags: ['--yes'] },
  'npm x': { flags: 'y', longFlags: ['--yes'] },
  'pipenv run': {},
  'pipx run': {},
  'pnpm dlx': {},
  'pnpm exec': {},
  'poetry run': {},
  'uv run': {},
  'yarn dlx': {},
  'yarn exec': {},
};

const xargs: WrapperSyntax = {
  flags: '0oprtx',
  values: 'adEILnPs',
  longFlags: ['--null', '--no-run-if-empty', '--verbose'],
  longValues: ['--delimiter', '--max-args', '--max-procs'],
};
const watch: WrapperSyntax = { flags: 'bcdegtx', values: 'n', longValues: ['--interval'] };

const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash']);
/** Builtins after which words may mean something else than they say. */
const stateChangers = new Set(
  `alias unalias autoload bind compgen complete coproc emulate enable fc hash let mapfile readarray
  setopt shopt trap zmodload`.split(/\s+/),
);
/** Programs whose inner command can't be told from their words. */
const hiddenRunners = new Set(
  `busybox chroot concurrently entr flock ltrace nsenter parallel script strace su systemd-run toybox
  unshare wsl xvfb-run`.split(/\s+/),
);
const interpreters =
  /^(?:python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|perl|ruby|php|lua|osascript|tclsh|fish|csh|tcsh|pwsh|powershell|cmd|sqlite3)$/;
const findRunners = new Set(['-exec', '-execdir', '-ok', '-okdir']);

/** The program's bare name: no folder, no Windows ending, and in lower case as Windows sees it. */
export function programName(word: string): string {
  const name = word.split(/[\\/]/).at(-1) ?? word;
  return name.toLowerCase().replace(/\.(?:exe|cmd|bat|com|ps1)$/, '');
}

/** Whether the program runs code that its arguments or its input hold. */
export function isInterpreter(program: string): boolean {
  return shells.has(program) || interpreters.test(program);
}

/** Whether the word sets a variable where it stands before a program. */
export function isAssignment(word: string): boolean {
  return /^[A-Za-z_]\w*\+?=/.test(word);
}

/** Whether these words change the folder that later commands run in. */
export function movesFolder(words: readonly CommandWord[]): boolean {
  return ['cd', 'chdir', 'pushd', 'popd'].includes(words[0]?.text ?? '');
}

/** What the call of these words runs besides itself. Never empty words. */
export function unwrap(words: readonly CommandWord[]): Unwrapped {
  const program = programName(words[0]?.text ?? '');
  if (stateChangers.has(program) || hiddenRunners.has(program)) {
    return { kind: 'doubtful', doubt: stateChangers.has(program) ? doubt.state : doubt.wrapper };
  }
  if (shells.has(program)) {
    return unwrapShell(words);
  }
  switch (program) {
    case 'eval':
      return scriptOf(words, 1, true);
    case 'watch':
      return unwrapWatch(words);
    case 'xargs':
      return unwrapXargs(words);
    case 'find':
      return unwrapFind(words);
    default:
      return isInterpreter(program) && !words.slice(1).some((word) => word.text !== '-')
        ? { kind: 'doubtful', doubt: doubt.program }
        : unwrapByTable(program, words);
  }
}

function unwrapByTable(program: string, words: readonly CommandWord[]): Unwrapped {
  const pair = `${program} ${words[1]?.text ?? ''}`;
  const name = Object.hasOwn(wrappers, pair) ? pair : program;
  const syntax = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (!syntax) {
    return { kind: 'plain' };
  }
  return unwrapOptions(words, syntax, name === pair ? 2 : 1);
}

function unwrapOptions(
  words: readonly CommandWord[],
  syntax: WrapperSyntax,
  first: number,
): Unwrapped {
  const options = readOptions(words, syntax, first);
  if (options.letters.some((letter) => syntax.lookups?.includes(letter))) {
    return { kind: 'plain' };
  }
  const offset = options.end + (syntax.operands ?? 0);
  if (options.isDoubtful) {
    return { kind: 'doubtful', doubt: doubt.wrapper, offset };
  }
  if (words.slice(offset).every((word) => isAssignment(word.text))) {
    return { kind: 'plain' };
  }
  const ranges = [{ offset, end: words.length }];
  const isTransparent = syntax.isTransparent ?? false;
  return { kind: 'words', ranges, isTransparent, hasMoreArguments: false };
}

interface ReadOptions {
  /** Where the first operand is. */
  readonly end: number;
  readonly letters: readonly string[];
  readonly isDoubtful: boolean;
}

function readOptions(
  words: readonly CommandWord[],
  syntax: WrapperSyntax,
  first: number,
): ReadOptions {
  const letters: string[] = [];
  let isDoubtful = false;
  let index = first;
  while (index < words.length) {
    const word = words[index] as CommandWord;
    if (!word.text.startsWith('-') && word.isLiteral) {
      break;
    }
    index += 1;
    if (word.text === '--') {
      break;
    }
    const option = readOption(word.text, syntax);
    isDoubtful ||= !word.isLiteral || option === undefined;
    letters.push(...(option?.letters ?? []));
    index += option?.takesNext ? 1 : 0;
  }
  return { end: index, letters, isDoubtful };
}

/** Undefined where the option is not known. */
function readOption(
  text: string,
  syntax: WrapperSyntax,
): { readonly letters: readonly string[]; readonly takesNext: boolean } | undefined {
  if (text.startsWith('--')) {
    const [name = '', value] = text.split('=', 2);
    if (syntax.longValues?.includes(name)) {
      return { letters: [], takesNext: value === undefined };
    }
    return syntax.longFlags?.includes(name) ? { letters: [], takesNext: false } : undefined;
  }
  const letters: string[] = [];
  for (const [place, letter] of [...text.slice(1)].entries()) {
    if (syntax.values?.includes(letter)) {
      return { letters: [...letters, letter], takesNext: place === text.length - 2 };
    }
    if (!syntax.flags?.includes(letter) && !syntax.lookups?.includes(letter)) {
      return undefined;
    }
    letters.push(letter);
  }
  return letters.length > 0 ? { letters, takesNext: false } : undefined;
}

function unwrapShell(words: readonly CommandWord[]): Unwrapped {
  const syntax: WrapperSyntax = {
    flags: 'celuvx',
    values: 'o',
    longFlags: ['--login', '--noprofile', '--norc'],
  };
  const options = readOptions(words, syntax, 1);
  const operand = words[options.end];
  if (options.isDoubtful || operand === undefined || operand.text.startsWith('+')) {
    return { kind: 'doubtful', doubt: doubt.program };
  }
  if (!options.letters.includes('c')) {
    return { kind: 'plain' };
  }
  return scriptOf(words.slice(0, options.end + 1), options.end, true);
}

function scriptOf(words: readonly CommandWord[], first: number, isTransparent: boolean): Unwrapped {
  const scriptWords = words.slice(first);
  if (scriptWords.length === 0 || scriptWords.some((word) => !word.isLiteral)) {
    return { kind: 'doubtful', doubt: doubt.program, offset: first };
  }
  const script = scriptWords.map((word) => word.text).join(' ');
  return { kind: 'script', script, isTransparent };
}

function unwrapWatch(words: readonly CommandWord[]): Unwrapped {
  const options = readOptions(words, watch, 1);
  return options.isDoubtful
    ? { kind: 'doubtful', doubt: doubt.wrapper, offset: options.end }
    : scriptOf(words, options.end, false);
}

function unwrapXargs(words: readonly CommandWord[]): Unwrapped {
  const options = readOptions(words, xargs, 1);
  const offset = options.end;
  if (options.isDoubtful) {
    return { kind: 'doubtful', doubt: doubt.wrapper, offset };
  }
  if (offset >= words.length) {
    return { kind: 'plain' };
  }
  const placeholder = placeholderOf(words.slice(1, offset).map((word) => word.text));
  const ranges = [{ offset, end: words.length }];
  const unwrapped = {
    kind: 'words',
    ranges,
    isTransparent: false,
    hasMoreArguments: true,
  } as const;
  return placeholder === undefined ? unwrapped : { ...unwrapped, placeholder };
}

function placeholderOf(options: readonly string[]): string | undefined {
  for (const [index, option] of options.entries()) {
    if (option === '-I') {
      return options[index + 1];
    }
    const attached = /^-I(.+)$/.exec(option)?.[1];
    if (attached !== undefined) {
      return attached;
    }
  }
  return undefined;
}

function unwrapFind(words: readonly CommandWord[]): Unwrapped {
  const ranges: WordRange[] = [];
  let index = 1;
  while (index < words.length) {
    index += 1;
    if (findRunners.has(words[index - 1]?.text ?? '')) {
      const end = endOfFindCommand(words, index);
      ranges.push({ offset: index, end });
      index = end;
    }
  }
  const isCut = ranges.some((range) => range.end === words.length || range.end === range.offset);
  if (isCut || words.slice(1).some((word) => !word.isLiteral)) {
    return { kind: 'doubtful', doubt: doubt.wrapper, offset: ranges[0]?.offset ?? words.length };
  }
  return ranges.length === 0
    ? { kind: 'plain' }
    : { kind: 'words', ranges, isTransparent: false, hasMoreArguments: true, placeholder: '{}' };
}

/** Where the command of an `-exec` ends: at `;`, or at a `+` right after `{}`. */
function endOfFindCommand(words: readonly CommandWord[], first: number): number {
  for (let index = first; index < words.length; index += 1) {
    const text = words[index]?.text;
    if (text === ';' || (text === '+' && words[index - 1]?.text === '{}')) {
      return index;
    }
  }
  return words.length;
}

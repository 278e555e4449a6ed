import type { CommandCall } from './commandLineParts.ts';
import { programName } from './commandLineWrappers.ts';

/** Options by which a program runs other programs, or writes or reads what its name does not say. */
interface Escapes {
  /** Letters, alone or in a cluster such as `-xIf`. */
  readonly letters?: string;
  /** Long options without dashes; abbreviations of at least two letters count as well. */
  readonly options?: readonly string[];
  /** Words of any shape. */
  readonly pattern?: RegExp;
  /** Whether what follows the first operand belongs to something else, such as a script. */
  readonly endsAtOperand?: boolean;
}

const packageRunner: Escapes = {
  letters: 'C',
  options: ['cwd', 'dir', 'globalconfig', 'node-options', 'prefix', 'script-shell', 'userconfig'],
};
const codeRunner: Escapes = {
  letters: 'ceEimMnprR',
  options: ['eval', 'import', 'loader', 'experimental-loader', 'print', 'require', 'preload'],
  endsAtOperand: true,
};

const escapesByProgram: Readonly<Record<string, Escapes>> = {
  awk: { pattern: /system\s*\(|[|>]|getline|^-[fiE]|@(?:load|include)/ },
  bun: { ...packageRunner, letters: 'Cerp' },
  cargo: { letters: 'CZ', options: ['config', 'manifest-path', 'target-dir'] },
  curl: { letters: 'DFKOTcod', pattern: /^--(?!silent|fail|location|head|max-time|include)/ },
  fd: { letters: 'xX', options: ['exec', 'exec-batch', 'base-directory'] },
  find: { pattern: /^-(?:delete|fprint0?|fprintf|fls|files0-from)$/ },
  git: {
    letters: 'cCxO',
    options: [
      ...['config-env', 'exec-path', 'exec', 'ext-diff', 'extcmd', 'git-dir', 'no-index', 'output'],
      ...[
        'open-files-in-pager',
        'receive-pack',
        'template',
        'textconv',
        'upload-pack',
        'work-tree',
      ],
    ],
    pattern:
      /^(?:bisect|config|daemon|difftool|filter-branch|instaweb|mergetool|submodule)$|^ext::/,
  },
  go: { pattern: /^--?(?:exec|toolexec|overlay|modfile|vettool|C|o|\w*flags)(?:=|$)/ },
  gradle: { letters: 'Ibp', options: ['build-file', 'init-script', 'project-dir'] },
  make: {
    letters: 'CEIf',
    options: ['directory', 'eval', 'file', 'include-dir', 'makefile'],
    pattern: /^[A-Za-z_][\w.-]*(?::{1,3}|[+?!])?=/,
  },
  npm: packageRunner,
  pnpm: packageRunner,
  rg: { options: ['hostname-bin', 'pre'] },
  rsync: { letters: 'e', options: ['rsh', 'rsync-path'] },
  scp: { letters: 'FJSo' },
  sed: { letters: 'fis', options: ['file', 'in-place'], pattern: sedCommands() },
  sort: { letters: 'oT', options: ['compress-program', 'output', 'files0-from'] },
  ssh: { letters: 'EFJLRDo' },
  tar: {
    letters: 'FIP',
    options: [
      ...['checkpoint-action', 'info-script', 'new-volume-script', 'rsh-command', 'to-command'],
      'use-compress-program',
    ],
  },
  wget: { letters: 'OPaeio', options: ['execute', 'output', 'post', 'use-askpass', 'body'] },
  yarn: packageRunner,
};

const sameAs: Readonly<Record<string, string>> = {
  fdfind: 'fd',
  gawk: 'awk',
  gmake: 'make',
  gradlew: 'gradle',
  gsed: 'sed',
  mawk: 'awk',
};

/** `e` and `w` run commands and write files, as commands of sed and as flags of `s`. */
function sedCommands(): RegExp {
  return /(?:^|[;{}\n/\d$!,\s])[ewW](?:\s|$)|\/[gpiIm\d]*[ew][gpiIm\d]*\s*(?:$|[;}])/;
}

/**
 * Whether the words after the first `covered` ones can make the program do what its name and a rule
 * for it do not say: `git -c core.pager=…`, `sort -o file`, `find -delete`.
 */
export function hasEscape(call: CommandCall, covered: number): boolean {
  const escapes = escapesOf(call, covered);
  if (!escapes) {
    return false;
  }
  const rest = call.words.slice(covered);
  const end = rest.findIndex(
    ({ text }) => text === '--' || (escapes.endsAtOperand && !text.startsWith('-')),
  );
  const options = end < 0 ? rest : rest.slice(0, end);
  if (call.hasMoreArguments || options.some((word) => !word.isLiteral)) {
    return true;
  }
  return options.some((word) => isEscape(word.text, escapes));
}

function escapesOf(call: CommandCall, covered: number): Escapes | undefined {
  const program = programName(call.words[0]?.text ?? '');
  if (/^(?:python|pypy)[\d.]*$|^(?:node|nodejs|deno|perl|ruby|php|lua)$/.test(program)) {
    // Behind the name of a script the words are the script's own.
    return covered <= 1 ? codeRunner : undefined;
  }
  const name = Object.hasOwn(sameAs, program) ? sameAs[program] : program;
  return name !== undefined && Object.hasOwn(escapesByProgram, name)
    ? escapesByProgram[name]
    : undefined;
}

function isEscape(word: string, escapes: Escapes): boolean {
  if (escapes.pattern?.test(word)) {
    return true;
  }
  if (word.startsWith('--')) {
    const name = word.slice(2).split('=', 1)[0] ?? '';
    return name.length > 1 && (escapes.options?.some((option) => option.startsWith(name)) ?? false);
  }
  const isCluster = word.startsWith('-') && word.length > 1;
  return isCluster && [...word.slice(1)].some((letter) => escapes.letters?.includes(letter));
}

/** Programs that destroy data, stop things or speak to the outside in a way that can't be undone. */
const destroyers = new Set(
  `chattr crontab dd del diskpart doas erase fdisk format halt kill killall launchctl mkswap net
  parted pkill poweroff rd reboot reg remove-item rmdir sc service shred shutdown sudo systemctl
  truncate unlink wipefs`.split(/\s+/),
);
const recursive = /^(?:--recursive|-\w*[rR]\w*)$/;
/** Per program, what of its words makes a call dangerous. */
const dangerousWords: readonly (readonly [program: RegExp, words: RegExp])[] = [
  [/^rm$/, /^(?:--recursive|--force|-\w*[rRf]\w*)$/],
  [/^(?:chmod|chown|chgrp)$/, recursive],
  [/^git (?:push)$/, /^(?:-\w*[fd]\w*|--force.*|--mirror|--delete|--prune|[+:].*|.+:.*)$/],
  [/^git reset$/, /^--(?:h|ha|har|hard|merge|keep)$/],
  [/^git (?:clean|restore|filter-branch|filter-repo|update-ref)$/, /^/],
  [/^git (?:checkout|switch)$/, /^(?:--|\.|-\w*f\w*|--force|--discard-changes)$/],
  [/^git (?:branch|tag)$/, /^(?:-\w*[dDfM]\w*|--delete|--force)$/],
  [/^git (?:stash)$/, /^(?:drop|clear)$/],
  [/^git (?:reflog|worktree|remote)$/, /^(?:expire|delete|remove|rm|prune|set-url)$/],
  [/^(?:npm|pnpm|yarn|bun|cargo|gem|twine|poetry|uv)$/, /^(?:publish|unpublish|push|yank|upload)$/],
  [/^(?:docker|podman)$/, /^(?:push|rm|rmi|prune|kill|down)$/],
  [/^(?:kubectl|helm|terraform|tofu|pulumi)$/, /^(?:apply|delete|destroy|drain|uninstall|up)$/],
  [/^find$/, /^-delete$/],
  [/^gh$/, /^(?:delete|merge|close|api)$/],
];

/** Whether the call can destroy work or reach others: it is never covered by what merely begins it. */
export function isDangerous(call: Pick<CommandCall, 'words'>): boolean {
  const texts = call.words.map((word) => word.text);
  const program = programName(texts[0] ?? '');
  if (destroyers.has(program) || /^mkfs/.test(program)) {
    return true;
  }
  const subcommand = texts.slice(1).find((text) => !text.startsWith('-'));
  return dangerousWords.some(([pattern, words]) => {
    if (pattern.test(program)) {
      return texts.slice(1).some((text) => words.test(text));
    }
    return (
      subcommand !== undefined &&
      pattern.test(`${program} ${subcommand}`) &&
      texts.slice(1).some((text) => words.test(text))
    );
  });
}

const harmlessPrograms = new Set([':', 'echo', 'exit', 'false', 'pwd', 'true']);

/** Without `-v`, `-R` and brackets, by which some shells run what stands in an array's index. */
const plainTestWord = /^(?:(?!-[vR]$)[\w./:@%+,=-]*|!=?|\]|[<>])$/;

/** Whether the call does nothing that needs leave when it stands beside commands that have it. */
export function isHarmless(call: CommandCall): boolean {
  const [program, ...rest] = call.words;
  if (call.assignments.length > 0 || call.hasMoreArguments || !program) {
    return false;
  }
  if (program.text === 'set') {
    return rest.every((word) => /^(?:-[eux]+o?|pipefail|-o)$/.test(word.text)) && rest.length > 0;
  }
  if (program.text === '[' || program.text === 'test') {
    return rest.every((word) => word.isLiteral && plainTestWord.test(word.text));
  }
  return harmlessPrograms.has(program.text) && rest.every((word) => word.isLiteral);
}

const safeVariable =
  /^(?:CI|NODE_ENV|FORCE_COLOR|NO_COLOR|CLICOLOR|CLICOLOR_FORCE|COLUMNS|LINES|LANG|LC_[A-Z]+|TZ|RUST_BACKTRACE|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|DEBUG|VERBOSE|[a-z]|file|dir|name|item|line|word|test|pkg|count)$/;

/** Whether setting the variable cannot make a program run or load something else. */
export function isSafeVariable(name: string): boolean {
  return safeVariable.test(name);
}

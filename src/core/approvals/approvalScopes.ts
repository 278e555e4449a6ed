import type { CommandCall } from './commandLineParts.ts';
import { isDangerous } from './commandLineRisks.ts';
import { isInterpreter, programName } from './commandLineWrappers.ts';

/** Programs whose first operand says what they do. */
const subcommandPrograms = new Set(
  `bazel bun bundle cabal cargo composer conda dart deno dotnet flutter git go gradle gradlew hatch
  just lerna make mix mvn mvnw npm nx pip pip3 pipenv pnpm poetry rails rake rush sbt stack swift task
  tox turbo uv yarn`.split(/\s+/),
);
/** Subcommands that are followed by the name of what runs. */
const runners = /^(?:(?:npm|pnpm|yarn|bun) (?:run|run-script)|deno task|go tool)$/;
/** Programs that run a package's program, and the words it comes after. */
const packageRunners =
  /^(?:npx|bunx|uvx|(?:npm|pnpm|yarn|bundle) exec|npm x|bun x|pnpm dlx|yarn dlx|(?:poetry|uv|pipenv|pipx) run)$/;
/** Modules of Python that do one thing, and not what their arguments say. */
const pythonModules =
  /^(?:black|coverage|flake8|isort|mypy|pylint|pyright|pytest|ruff|tox|unittest)$/;
/** A leave for all calls of these would be a leave for nearly everything. */
const neverScoped = new Set(
  `awk aws az builtin command cp curl docker doas env eval exec export fd find gawk gcloud gh helm
  heroku install kubectl ln mount mv nc ncat nice nohup nsenter openssl podman printenv psql rm rsync
  scp screen sed setsid socat source ssh sudo tar tee telnet terraform time timeout tmux umount unzip
  watch wget xargs .`.split(/\s+/),
);
const plainWord = /^[A-Za-z][\w:.@/-]*$/;

/**
 * The words by which "Allow in this thread" would know this call again: the program, and its
 * subcommand or script where it has one. Undefined where nothing narrow enough can be offered.
 */
export function scopePrefix(call: CommandCall): readonly string[] | undefined {
  const isOpen = call.hasMoreArguments || call.words.some((word) => !word.isLiteral);
  if (isOpen || call.assignments.length > 0 || isDangerous(call)) {
    return undefined;
  }
  return prefixOf(call.words.map((word) => word.text));
}

function prefixOf(words: readonly string[]): readonly string[] | undefined {
  const [program = '', second = ''] = words;
  const name = programName(program);
  const runnerLength = packageRunners.test(name)
    ? 1
    : packageRunners.test(`${name} ${second}`)
      ? 2
      : 0;
  if (runnerLength > 0) {
    const inner = prefixOf(words.slice(runnerLength));
    return inner && [...words.slice(0, runnerLength), ...inner];
  }
  if (neverScoped.has(name) || !/^(?:\.\/)?[\w.+/-]+$/.test(program) || isOutsideName(program)) {
    return undefined;
  }
  if (isInterpreter(name) && !subcommandPrograms.has(name)) {
    return interpreterPrefix(words);
  }
  return subcommandPrograms.has(name) ? subcommandPrefix(words) : [program];
}

function subcommandPrefix(words: readonly string[]): readonly string[] | undefined {
  const [program = '', second = '', third = ''] = words;
  if (!plainWord.test(second)) {
    return undefined;
  }
  if (!runners.test(`${programName(program)} ${second}`)) {
    return [program, second];
  }
  return plainWord.test(third) ? [program, second, third] : undefined;
}

function interpreterPrefix(words: readonly string[]): readonly string[] | undefined {
  const [program = '', second = '', third = ''] = words;
  if (second === '-m' && pythonModules.test(third)) {
    return [program, second, third];
  }
  const isScript = /^[\w./][\w./-]*\.\w+$/.test(second) && !isOutsideName(second);
  return isScript ? [program, second] : undefined;
}

function isOutsideName(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..');
}

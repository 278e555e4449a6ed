import { readCommands } from './commandLineGrammar.ts';
import type {
  CommandCall,
  CommandLine,
  CommandPart,
  CommandShell,
  CommandWord,
} from './commandLineParts.ts';
import { doubt } from './commandLineReader.ts';
import {
  isAssignment,
  isInterpreter,
  movesFolder,
  programName,
  type Unwrapped,
  unwrap,
  type WordRange,
} from './commandLineWrappers.ts';

/** Far above what a person or a model writes, and parsed within a few milliseconds. */
const longestCommandCharacters = 50_000;
/** `bash -c "sudo env …"` and the like: what is nested deeper is not worth trusting. */
const wrapperDepthLimit = 10;

/** Line breaks other than `\n`, control, format and odd space characters, and half surrogate pairs. */
const unusualCharacters = /[^\P{C}\n\t]|[^\P{Z} ]/u;
/** A guess at what an unknown wrapper runs may itself be one; this deep, and no deeper. */
const guessDepth = 4;
/** No character in them means anything to cmd, PowerShell or fish. */
const simpleProgram = /^[A-Za-z0-9_.:\\-]+$/;
const simpleArgument = /^(?:-[A-Za-z0-9_.:\\/+=-]*|[A-Za-z0-9_.:\\/+][A-Za-z0-9_.:\\/+-]*)$/;

interface Findings {
  readonly parts: CommandPart[];
  readonly doubts: Set<string>;
}

/**
 * Takes a command line apart into everything it would run and every file the shell would open for it,
 * commands inside substitutions, subshells, `bash -c`, `xargs`, `find -exec` and the like included.
 *
 * Written for deciding what may run unasked, so it prefers a doubt to a guess: with no doubts the
 * parts are all there is; with any, they are what could be found. Never throws.
 */
export function parseCommandLine(text: string, shell: CommandShell): CommandLine {
  const findings: Findings = { parts: [], doubts: new Set() };
  if (unusualCharacters.test(text)) {
    findings.doubts.add(doubt.characters);
  }
  if (text.length > longestCommandCharacters) {
    findings.doubts.add(doubt.nesting);
    return { parts: [], doubts: [...findings.doubts] };
  }
  if (shell === 'other') {
    readForOtherShell(text, findings);
  } else {
    readScript(text, findings, 0);
  }
  return { parts: findings.parts, doubts: [...findings.doubts] };
}

/** A command line of plain words; anything more is read as if for a POSIX shell, with a doubt. */
function readForOtherShell(text: string, findings: Findings): void {
  const [program = '', ...rest] = text.trim().split(/ +/);
  if (!simpleProgram.test(program) || !rest.every((word) => simpleArgument.test(word))) {
    findings.doubts.add(doubt.shell);
    readScript(text, findings, 0);
    return;
  }
  const words = [program, ...rest].map((word) => ({ text: word, isLiteral: true }));
  const traits = { isTransparent: false, hasMoreArguments: false };
  addCall({ kind: 'command', words, assignments: [], ...traits }, findings, 0);
  if (findings.parts.some((part) => part.kind === 'command' && isRunnerOfOtherShell(part))) {
    findings.doubts.add(doubt.shell);
  }
}

function isRunnerOfOtherShell(call: CommandCall): boolean {
  const program = programName(call.words[0]?.text ?? '');
  return isInterpreter(program) || /^(?:start|call|iex|invoke-.*|for|if|set|env)$/.test(program);
}

function readScript(source: string, findings: Findings, depth: number): void {
  const found: Findings = { parts: [], doubts: findings.doubts };
  readCommands(source, found);
  for (const part of found.parts) {
    if (part.kind === 'command') {
      addCall(part, findings, depth);
    } else {
      findings.parts.push(part);
    }
  }
}

/** Adds the call, and after it what it runs. */
function addCall(call: CommandCall, findings: Findings, depth: number): void {
  if (depth > wrapperDepthLimit) {
    findings.doubts.add(doubt.nesting);
    return;
  }
  const unwrapped = unwrap(call.words);
  const isTransparent = 'isTransparent' in unwrapped && unwrapped.isTransparent;
  const added = { ...call, isTransparent };
  findings.parts.push(added);
  switch (unwrapped.kind) {
    case 'plain':
      return;
    case 'script':
      readScript(unwrapped.script, findings, depth + 1);
      addDoubtOfMove(call, findings);
      return;
    case 'words':
      for (const range of unwrapped.ranges) {
        addInner(added, unwrapped, range, { findings, depth });
      }
      return;
    case 'doubtful':
      findings.doubts.add(unwrapped.doubt);
      addGuess(added, unwrapped.offset ?? 1, findings, depth);
  }
}

/** `eval` may stand in a loop, and so move more than once. */
function addDoubtOfMove(call: CommandCall, findings: Findings): void {
  const isHere = call.words[0]?.text === 'eval';
  if (isHere && findings.parts.some((part) => part.kind === 'command' && movesFolder(part.words))) {
    findings.doubts.add(doubt.state);
  }
}

function addInner(
  call: CommandCall,
  unwrapped: Extract<Unwrapped, { kind: 'words' }>,
  range: WordRange,
  { findings, depth }: { readonly findings: Findings; readonly depth: number },
): void {
  const { placeholder } = unwrapped;
  const words = call.words.slice(range.offset, range.end).map((word) => {
    const isReplaced = placeholder !== undefined && word.text.includes(placeholder);
    return isReplaced ? { text: word.text, isLiteral: false } : word;
  });
  const assignmentCount = words.findIndex((word) => !isAssignment(word.text));
  if (assignmentCount < 0) {
    findings.doubts.add(doubt.wrapper);
    return;
  }
  const inner: CommandCall = {
    kind: 'command',
    words: words.slice(assignmentCount),
    assignments: [...call.assignments, ...words.slice(0, assignmentCount)],
    isTransparent: false,
    hasMoreArguments: call.hasMoreArguments || unwrapped.hasMoreArguments,
    outer: { call, offset: range.offset + assignmentCount },
  };
  addDoubtsOf(inner, findings);
  addCall(inner, findings, depth + 1);
}

/** What comes in at run time may turn one program into another, or an argument into a script. */
function addDoubtsOf(call: CommandCall, findings: Findings): void {
  if (!call.words[0]?.isLiteral) {
    findings.doubts.add(doubt.program);
  }
  if (movesFolder(call.words)) {
    findings.doubts.add(doubt.state);
  }
  const withMore = [...call.words, { text: '…', isLiteral: false }];
  const runsWhatComes = unwrap(call.words).kind !== 'plain' || unwrap(withMore).kind !== 'plain';
  if (call.hasMoreArguments && runsWhatComes) {
    findings.doubts.add(doubt.wrapper);
  }
}

/** What a doubtful call may run, as one command or as a script, so that deny rules find it. */
function addGuess(call: CommandCall, offset: number, findings: Findings, depth: number): void {
  const words: readonly CommandWord[] = call.words.slice(offset);
  const first = words.findIndex((word) => !word.text.startsWith('-'));
  if (first < 0 || depth > guessDepth) {
    return;
  }
  const { outer: _, ...rest } = call;
  addCall({ ...rest, words: words.slice(first), isTransparent: false }, findings, depth + 2);
  const texts = words.slice(first).map((word) => word.text);
  for (const script of [texts.join(' '), ...texts.filter((text) => /\s/.test(text))]) {
    readScript(script, findings, depth + 2);
  }
}

import type { CommandCall } from './commandLineParts.ts';
import { isSafeVariable } from './commandLineRisks.ts';
import { isAssignment, programName } from './commandLineWrappers.ts';

export type ToolRule = 'ask' | 'allow' | 'deny';

/** What the user's own settings say; a folder's settings have no part in it. */
export interface ApprovalRules {
  /** By the tool's name. */
  readonly tools: Readonly<Record<string, ToolRule>>;
  /** Beginnings of commands that run unasked, by whole words. */
  readonly allowCommands: readonly string[];
  /** Beginnings of commands that are refused. */
  readonly denyCommands: readonly string[];
}

/** The rule for a tool; undefined where there is none. */
export function toolRule(rules: ApprovalRules, toolName: string): ToolRule | undefined {
  return Object.hasOwn(rules.tools, toolName) ? rules.tools[toolName] : undefined;
}

/** The words of a command rule. A `*` at the end says what holds anyway, and is dropped. */
export function ruleWords(rule: string): readonly string[] {
  const words = rule
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === '*') {
    return words.slice(0, -1);
  }
  return last?.endsWith(':*') ? [...words.slice(0, -1), last.slice(0, -2)] : words;
}

/**
 * How many words of the call these words cover, counted from its program; undefined where the call
 * does not begin with them. A call inside another is also covered by a rule that names both.
 */
export function coveredWords(call: CommandCall, rule: readonly string[]): number | undefined {
  const outer = call.outer && coveredWords(call.outer.call, rule);
  if (outer !== undefined && call.outer && outer > call.outer.offset) {
    return outer - call.outer.offset;
  }
  const ruleAssignments = rule.findIndex((word) => !isAssignment(word));
  if (ruleAssignments < 0) {
    return undefined;
  }
  const words = rule.slice(ruleAssignments);
  const isSame = words.every((word, index) => {
    const own = call.words[index];
    return own?.isLiteral === true && own.text === word;
  });
  return isSame && areAssignmentsCovered(call, rule.slice(0, ruleAssignments))
    ? words.length
    : undefined;
}

/** Both ways: a rule for `DRY_RUN=1 deploy` says nothing about `deploy`. */
function areAssignmentsCovered(call: CommandCall, rule: readonly string[]): boolean {
  const own = new Set(call.assignments.map((word) => (word.isLiteral ? word.text : '')));
  return (
    rule.every((assignment) => own.has(assignment)) &&
    call.assignments.every(({ text, isLiteral }) => {
      const name = text.slice(0, text.search(/\+?=/));
      return isSafeVariable(name) || (isLiteral && rule.includes(text));
    })
  );
}

/** Whether no variable set for this call can make it run or load something else. */
export function hasSafeAssignments(call: CommandCall): boolean {
  return areAssignmentsCovered(call, []);
}

/**
 * Whether a deny rule holds for the call: `denied`, or `near` where it may hold, because the rule's
 * words are there in another place or because words are not known. What is near is never allowed.
 */
export function denyMatch(
  call: CommandCall,
  rule: readonly string[],
): 'denied' | 'near' | undefined {
  const [ruleProgram, ...ruleRest] = rule;
  if (ruleProgram === undefined) {
    return 'denied';
  }
  if (programName(call.words[0]?.text ?? '') !== programName(ruleProgram)) {
    return undefined;
  }
  const ruleOperands = ruleRest.filter((word) => !word.startsWith('-'));
  const rest = call.words.slice(1);
  const operands = rest.filter((word) => !word.text.startsWith('-')).map((word) => word.text);
  const hasOptions = ruleRest
    .filter((word) => word.startsWith('-'))
    .every((option) => hasOption(call, option));
  if (hasOptions && ruleOperands.every((word, index) => operands[index] === word)) {
    return 'denied';
  }
  return mayBecome(call, ruleOperands[0]) || (hasOptions && isSubsequence(ruleOperands, operands))
    ? 'near'
    : undefined;
}

/** Whether words that come in at run time can make it what the rule means. */
function mayBecome(call: CommandCall, wanted: string | undefined): boolean {
  const first = call.words[1];
  const isAnother = first?.isLiteral && !first.text.startsWith('-') && first.text !== wanted;
  const isOpen = call.hasMoreArguments || call.words.slice(1).some((word) => !word.isLiteral);
  return isOpen && !(wanted !== undefined && isAnother);
}

/** `-rf` is there as `-fr`, `-r -f` and `--recursive --force` as well. */
function hasOption(call: CommandCall, option: string): boolean {
  const texts = call.words.slice(1).map((word) => word.text);
  if (texts.some((text) => text === option || text.startsWith(`${option}=`))) {
    return true;
  }
  const letters = lettersOf(option);
  const present = new Set(texts.flatMap(lettersOf));
  return letters.length > 0 && letters.every((letter) => present.has(letter));
}

function lettersOf(option: string): readonly string[] {
  if (option.startsWith('--')) {
    return { '--recursive': ['r'], '--force': ['f'] }[option] ?? [];
  }
  return option.startsWith('-')
    ? [...option.slice(1)].map((letter) => letter.replace('R', 'r'))
    : [];
}

function isSubsequence(wanted: readonly string[], words: readonly string[]): boolean {
  let next = 0;
  for (const word of words) {
    next += word === wanted[next] ? 1 : 0;
  }
  return next === wanted.length;
}

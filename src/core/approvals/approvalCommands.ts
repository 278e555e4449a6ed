import { isInWorkspace } from '../tools/paths.ts';
import { isSensitiveFile } from '../tools/sensitiveFiles.ts';
import {
  type AccessDecision,
  type AccessFacts,
  askFor,
  editScope,
  type ThreadScope,
} from './approvalDecision.ts';
import {
  allowedWords,
  grantedWords,
  mayWriteUnasked,
  type ThreadGrants,
} from './approvalGrants.ts';
import { steersTools } from './approvalPaths.ts';
import {
  type ApprovalRules,
  denyMatch,
  hasSafeAssignments,
  ruleWords,
  toolRule,
} from './approvalRules.ts';
import { scopePrefix } from './approvalScopes.ts';
import { parseCommandLine } from './commandLine.ts';
import type { CommandCall, CommandPart, CommandRedirection } from './commandLineParts.ts';
import { hasEscape, isDangerous, isHarmless, isSafeVariable } from './commandLineRisks.ts';

/** More than this in one leave is no longer read. */
const maxScopePrefixes = 3;
/** Each `cd` may or may not have happened; beyond this many the folders are taken as unknown. */
const maxDirectories = 16;
/** About as much as fits on a line of the panel beside the sentence. */
const maxQuotedCharacters = 60;
/** Devices that a redirection may name freely. */
const freeDevices = new Set(['/dev/null', '/dev/stdout', '/dev/stderr']);

export interface CommandPolicy {
  readonly rules: ApprovalRules;
  readonly grants: ThreadGrants;
  readonly facts: AccessFacts;
}

/** What becomes of one part of a command. */
type PartDecision =
  /** It has leave of its own. */
  | { readonly kind: 'leave' }
  /** It needs none beside parts that have leave. */
  | { readonly kind: 'harmless' }
  | { readonly kind: 'ask'; readonly reason: string; readonly scope?: PartScope };

type PartScope =
  | { readonly kind: 'edits' }
  | { readonly kind: 'prefix'; readonly words: readonly string[] };

/** What the parts are judged with. */
interface CommandSetting extends CommandPolicy {
  /** Every folder in which a part may run; undefined where they are not known. */
  readonly directories: readonly string[] | undefined;
  readonly isToolAllowed: boolean;
}

/** Decides whether a shell command may run: each of its parts must have leave. */
export function decideCommand(
  access: { readonly command: string; readonly directory: string },
  policy: CommandPolicy,
): AccessDecision {
  const { rules, facts } = policy;
  const { parts, doubts } = parseCommandLine(access.command, facts.shell);
  const calls = parts.filter((part) => part.kind === 'command');
  const denial = findDenial(calls, parts, rules);
  if (denial !== undefined) {
    return { kind: 'deny', reason: denial };
  }
  const [firstDoubt] = doubts;
  if (firstDoubt !== undefined) {
    return askFor(`This command can't be checked in full: ${firstDoubt}.`);
  }
  if (!isInWorkspace(access.directory, facts.roots)) {
    return askFor('This command would run in a folder outside the workspace.');
  }
  const directories = possibleDirectories(access.directory, calls, facts);
  const isToolAllowed = toolRule(rules, facts.toolName) === 'allow';
  const setting = { ...policy, directories, isToolAllowed };
  const decisions = parts.map((part) => decidePart(part, setting));
  return combine(isToolAllowed ? [{ kind: 'leave' }, ...decisions] : decisions);
}

function findDenial(
  calls: readonly CommandCall[],
  parts: readonly CommandPart[],
  rules: ApprovalRules,
): string | undefined {
  for (const rule of rules.denyCommands) {
    if (calls.some((call) => denyMatch(call, ruleWords(rule)) === 'denied')) {
      return `Your setting slipstream.approvals.denyCommands forbids commands that begin with "${rule.trim()}".`;
    }
  }
  const isWrite = parts.some((part) => part.kind === 'redirection' && isFileWrite(part));
  return isWrite && toolRule(rules, 'write_file') === 'deny'
    ? 'The command writes a file, and your setting slipstream.approvals.tools forbids write_file.'
    : undefined;
}

function isFileWrite(part: CommandRedirection): boolean {
  return part.access === 'write' && !freeDevices.has(part.target.text);
}

function combine(decisions: readonly PartDecision[]): AccessDecision {
  const asked = decisions.filter((decision) => decision.kind === 'ask');
  const [first] = asked;
  if (!first) {
    return decisions.some((decision) => decision.kind === 'leave')
      ? { kind: 'allow' }
      : askFor('Commands run only with your leave.');
  }
  return askFor(first.reason, combineScopes(asked.map((decision) => decision.scope)));
}

function combineScopes(scopes: readonly (PartScope | undefined)[]): ThreadScope | undefined {
  if (scopes.every((scope) => scope?.kind === 'edits')) {
    return editScope;
  }
  const prefixes = new Map<string, readonly string[]>();
  for (const scope of scopes) {
    if (scope?.kind !== 'prefix') {
      return undefined;
    }
    prefixes.set(scope.words.join(' '), scope.words);
  }
  if (prefixes.size > maxScopePrefixes) {
    return undefined;
  }
  const names = [...prefixes.keys()].map((name) => `"${name}"`).join(' or ');
  return {
    description: `Commands that begin with ${names} run without asking in this thread.`,
    grant: { kind: 'commands', prefixes: [...prefixes.values()] },
  };
}

function decidePart(part: CommandPart, setting: CommandSetting): PartDecision {
  switch (part.kind) {
    case 'assignment':
      return isSafeVariable(part.name)
        ? { kind: 'harmless' }
        : {
            kind: 'ask',
            reason: `The command sets the variable ${shorten(part.name)} for what follows.`,
          };
    case 'redirection':
      return decideRedirection(part, setting);
    case 'command':
      return decideCall(part, setting);
  }
}

function decideRedirection(part: CommandRedirection, setting: CommandSetting): PartDecision {
  const { target, access } = part;
  if (freeDevices.has(target.text)) {
    return { kind: 'harmless' };
  }
  const verb = access === 'write' ? 'writes to' : 'reads';
  if (!target.isLiteral || !isInside(target.text, setting)) {
    return {
      kind: 'ask',
      reason: `The command ${verb} ${shorten(target.text)}, which may be outside the workspace.`,
    };
  }
  const needsCare =
    isSensitiveFile(target.text) || (access === 'write' && steersTools(target.text));
  if (needsCare) {
    return {
      kind: 'ask',
      reason: `The command ${verb} ${shorten(target.text)}, which may hold secrets or steer other programs.`,
    };
  }
  if (access === 'read') {
    return { kind: 'harmless' };
  }
  if (mayWriteUnasked(setting.rules, setting.grants)) {
    return { kind: 'leave' };
  }
  return {
    kind: 'ask',
    reason: `The command writes to ${shorten(target.text)}.`,
    scope: { kind: 'edits' },
  };
}

/** Whether a relative or absolute path is in the workspace from every folder the part may run in. */
function isInside(path: string, { facts, directories }: CommandSetting): boolean {
  if (!directories) {
    return false;
  }
  return directories.every((directory) => {
    const located = facts.locate(directory, path);
    return located !== undefined && isInWorkspace(located, facts.roots);
  });
}

function decideCall(call: CommandCall, setting: CommandSetting): PartDecision {
  const isPassedOn = call.isTransparent && hasSafeAssignments(call);
  if (isPassedOn || isHarmless(call) || isMoveInside(call, setting)) {
    return { kind: 'harmless' };
  }
  const { rules } = setting;
  const isNear = rules.denyCommands.some((rule) => denyMatch(call, ruleWords(rule)) === 'near');
  if (isNear) {
    return { kind: 'ask', reason: `${named(call)} may be a command that you forbade.` };
  }
  const byRule = allowedWords(rules.allowCommands.map(ruleWords), call);
  const byGrant = grantedWords(setting.grants, call);
  const byTool = setting.isToolAllowed && hasSafeAssignments(call) ? 1 : undefined;
  const covered = byRule ?? byGrant ?? byTool;
  if (covered === undefined) {
    const reason = `${named(call)} runs only with your leave.`;
    const words = scopeOf(call, setting);
    return words
      ? { kind: 'ask', reason, scope: { kind: 'prefix', words } }
      : { kind: 'ask', reason };
  }
  const isOpen = call.hasMoreArguments || call.words.some((word) => !word.isLiteral);
  if (byRule === undefined && byGrant !== undefined && isOpen) {
    return {
      kind: 'ask',
      reason: `${named(call)} gets arguments that are known only when it runs.`,
    };
  }
  const isNamedInRule = byRule !== undefined && isDangerous({ words: call.words.slice(0, byRule) });
  return decideCovered(call, covered, { setting, isNamedInRule });
}

/** A call that a rule covers may still do more than the rule says. */
function decideCovered(
  call: CommandCall,
  covered: number,
  { setting, isNamedInRule }: { readonly setting: CommandSetting; readonly isNamedInRule: boolean },
): PartDecision {
  if (isDangerous(call) && !isNamedInRule) {
    return { kind: 'ask', reason: `${named(call)} can destroy work or reach others.` };
  }
  if (!setting.isToolAllowed && hasEscape(call, covered)) {
    return {
      kind: 'ask',
      reason: `${named(call)} has options that may run or write something else.`,
    };
  }
  const rest = call.words.slice(covered);
  const stray = rest.find((word) => !isPlainArgument(word.text, setting));
  if (stray) {
    return {
      kind: 'ask',
      reason: `${named(call)} names ${shorten(stray.text)}, which is outside the workspace or may hold secrets.`,
    };
  }
  return { kind: 'leave' };
}

/** The words by which leave for the thread would know the call, or the one that runs it. */
function scopeOf(call: CommandCall, setting: CommandSetting): readonly string[] | undefined {
  if (call.outer && !call.outer.call.isTransparent) {
    const outer = scopeOf(call.outer.call, setting);
    return outer && outer.length > call.outer.offset ? outer : undefined;
  }
  const words = scopePrefix(call);
  if (!words || hasEscape(call, words.length)) {
    return undefined;
  }
  const rest = call.words.slice(words.length);
  return rest.every((word) => isPlainArgument(word.text, setting)) ? words : undefined;
}

/** Whether the argument names nothing outside the workspace and no file that may hold secrets. */
function isPlainArgument(text: string, setting: CommandSetting): boolean {
  const value = /^(?:-\w?(?=[/~])|[\w-]+=|@)/.exec(text)?.[0] ?? '';
  return [text, text.slice(value.length)].every((candidate) => {
    if (/^(?:~|\$HOME\b|\$\{HOME\b|%|file:)/i.test(candidate)) {
      return false;
    }
    return !leadsOutside(candidate, setting) && !isSensitiveFile(candidate);
  });
}

function leadsOutside(path: string, setting: CommandSetting): boolean {
  if (freeDevices.has(path)) {
    return false;
  }
  const isAway = /^[/\\]|^[A-Za-z]:[\\/]/.test(path) || path.split(/[\\/]/).includes('..');
  if (isAway) {
    return !isInside(path, setting);
  }
  // It need not be a path at all: only one that leads outside through a link counts.
  const { facts, directories = [] } = setting;
  return directories.some((directory) => {
    const located = facts.locate(directory, path);
    return located !== undefined && !isInWorkspace(located, facts.roots);
  });
}

function named(call: CommandCall): string {
  const [program = '', second] = call.words.map((word) => word.text);
  const isPair = second !== undefined && /^[a-z][\w:-]*$/.test(second);
  return `"${shorten(isPair ? `${program} ${second}` : program)}"`;
}

/** Words of a command may be as long as the model likes; a reason is one line. */
function shorten(text: string): string {
  return text.length > maxQuotedCharacters ? `${text.slice(0, maxQuotedCharacters)}…` : text;
}

/** `cd` to a folder of the workspace. */
function isMoveInside(call: CommandCall, setting: CommandSetting): boolean {
  const target = moveTarget(call);
  return target !== undefined && call.assignments.length === 0 && isInside(target, setting);
}

/** Where a plain `cd` goes. */
function moveTarget(call: CommandCall): string | undefined {
  const [program, target, ...rest] = call.words;
  const isPlain = program?.text === 'cd' && target?.isLiteral && rest.length === 0;
  return isPlain && !target.text.startsWith('-') && target.text !== '' ? target.text : undefined;
}

/** Every folder that a part of the command may run in, given that each `cd` may fail. */
function possibleDirectories(
  start: string,
  calls: readonly CommandCall[],
  facts: AccessFacts,
): readonly string[] | undefined {
  let directories = [start];
  for (const call of calls) {
    const program = call.words[0]?.text ?? '';
    const target = moveTarget(call);
    if (target === undefined && ['cd', 'chdir', 'pushd', 'popd', 'source', '.'].includes(program)) {
      return undefined;
    }
    if (target !== undefined) {
      const moved = directories.map((directory) => facts.locate(directory, target));
      const known = moved.filter((directory) => directory !== undefined);
      if (known.length < moved.length || directories.length > maxDirectories) {
        return undefined;
      }
      directories = [...new Set([...directories, ...known])];
    }
  }
  return directories;
}

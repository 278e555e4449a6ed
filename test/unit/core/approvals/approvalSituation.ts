import nodePath from 'node:path';
import type {
  AccessDecision,
  AccessFacts,
} from '../../../../src/core/approvals/approvalDecision.ts';
import { noGrants, type ThreadGrants } from '../../../../src/core/approvals/approvalGrants.ts';
import type { ApprovalRules } from '../../../../src/core/approvals/approvalRules.ts';
import { decideAccess } from '../../../../src/core/approvals/approvals.ts';
import type { ToolAccess } from '../../../../src/core/tools/tool.ts';

/** The one open folder. */
export const root = '/home/ada/shop';
const facts: AccessFacts = {
  toolName: 'run_command',
  isTrusted: true,
  roots: [{ name: 'shop', path: root }],
  homeDirectory: '/home/ann',
  shell: 'posix',
  // `link` leads out of the workspace, `lost` nowhere.
  locate: (directory, target) => {
    const path = nodePath.posix.resolve(directory, target);
    return path.startsWith(`${root}/lost`) ? undefined : path.replace(`${root}/link`, '/etc');
  },
};
const noRules: ApprovalRules = { tools: {}, allowCommands: [], denyCommands: [] };

/** What differs from a trusted workspace without rules and grants. */
export interface Situation {
  readonly rules?: Partial<ApprovalRules>;
  readonly grants?: ThreadGrants;
  readonly facts?: Partial<AccessFacts>;
}

export function decide(access: readonly ToolAccess[], situation: Situation = {}): AccessDecision {
  const rules = { ...noRules, ...situation.rules };
  return decideAccess(access, rules, situation.grants ?? noGrants, {
    ...facts,
    ...situation.facts,
  });
}

export function run(command: string, situation: Situation = {}, directory = root): AccessDecision {
  return decide([{ kind: 'command', command, directory }], situation);
}

/** The leave that "Allow in this thread" would give, as commands or another word. */
export function scopeOf(decision: AccessDecision): readonly string[] | string | undefined {
  if (decision.kind !== 'ask' || !decision.threadScope) {
    return undefined;
  }
  const { grant } = decision.threadScope;
  return grant.kind === 'commands' ? grant.prefixes.map((words) => words.join(' ')) : grant.kind;
}

/** One command per line, with the escapes of JSON strings. */
export function commandsOf(table: string): readonly string[] {
  return table
    .trim()
    .split('\n')
    .map((line) =>
      line.trim().replace(/\\(?:n|r|t|u[\da-f]{4})/g, (written) => JSON.parse(`"${written}"`)),
    );
}

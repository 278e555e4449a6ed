import { isSensitiveFile } from '../tools/sensitiveFiles.ts';
import type { ToolAccess } from '../tools/tool.ts';
import { decideCommand } from './approvalCommands.ts';
import {
  type AccessDecision,
  type AccessFacts,
  askFor,
  editScope,
  type ThreadScope,
} from './approvalDecision.ts';
import { isReadGranted, type ThreadGrants } from './approvalGrants.ts';
import { scopeFolder, steersTools } from './approvalPaths.ts';
import { type ApprovalRules, toolRule } from './approvalRules.ts';

/**
 * Decides whether a call that would touch these things may run, must be asked for, or is refused.
 * Pure but for `facts.locate`. What is refused beats what must be asked for, and that beats leave;
 * leave for the thread is offered only where it covers all that must be asked for.
 */
export function decideAccess(
  access: readonly ToolAccess[],
  rules: ApprovalRules,
  grants: ThreadGrants,
  facts: AccessFacts,
): AccessDecision {
  const rule = toolRule(rules, facts.toolName);
  if (rule === 'deny') {
    return deny(`Your setting slipstream.approvals.tools forbids the tool ${facts.toolName}.`);
  }
  if (access.length === 0) {
    return rule === 'ask'
      ? askFor(`${facts.toolName} runs only with your leave.`)
      : { kind: 'allow' };
  }
  return combine(access.map((one) => decideOne(one, rules, grants, facts)));
}

function decideOne(
  access: ToolAccess,
  rules: ApprovalRules,
  grants: ThreadGrants,
  facts: AccessFacts,
): AccessDecision {
  if (access.kind !== 'read' && !facts.isTrusted) {
    return deny('The workspace is in Restricted Mode, where nothing is edited or run.');
  }
  const rule = toolRule(rules, facts.toolName);
  switch (access.kind) {
    case 'read':
      return decideRead(access, rule === 'ask', grants, facts);
    case 'edit':
      return decideEdit(access, rule === 'allow' || grants.canEdit);
    case 'command':
      return decideCommand(access, { rules, grants, facts });
  }
}

function decideRead(
  access: Extract<ToolAccess, { kind: 'read' }>,
  isAskedAlways: boolean,
  grants: ThreadGrants,
  facts: AccessFacts,
): AccessDecision {
  if (access.isSensitive || isSensitiveFile(access.path)) {
    return askFor('The name of this file suggests that it holds secrets.');
  }
  if (access.isInWorkspace) {
    return isAskedAlways ? askFor('Your settings ask before this tool reads.') : { kind: 'allow' };
  }
  if (isReadGranted(grants, access.path)) {
    return { kind: 'allow' };
  }
  const folder = scopeFolder(access.path, facts.homeDirectory);
  return askFor(
    'This is outside the workspace.',
    folder === undefined
      ? undefined
      : {
          description: `Files in ${folder} are read without asking in this thread.`,
          grant: { kind: 'readFolders', folders: [folder] },
        },
  );
}

function decideEdit(
  access: Extract<ToolAccess, { kind: 'edit' }>,
  hasLeave: boolean,
): AccessDecision {
  if (!access.isInWorkspace) {
    return askFor('This changes a file outside the workspace.');
  }
  if (isSensitiveFile(access.path)) {
    return askFor('This changes a file whose name suggests that it holds secrets.');
  }
  if (steersTools(access.path)) {
    return askFor('This changes a file that can make other programs run something.');
  }
  return hasLeave
    ? { kind: 'allow' }
    : askFor('Files are changed only with your leave.', editScope);
}

function combine(decisions: readonly AccessDecision[]): AccessDecision {
  const denied = decisions.find((decision) => decision.kind === 'deny');
  if (denied) {
    return denied;
  }
  const asked = decisions.filter((decision) => decision.kind === 'ask');
  const [first] = asked;
  if (!first) {
    return { kind: 'allow' };
  }
  return askFor(first.reason, combineScopes(asked.map((decision) => decision.threadScope)));
}

/** One leave for all, where all want the same kind of leave. */
function combineScopes(scopes: readonly (ThreadScope | undefined)[]): ThreadScope | undefined {
  const [first] = scopes;
  if (!first || scopes.length === 1) {
    return first;
  }
  if (scopes.every((scope) => scope?.grant.kind === 'edits')) {
    return first;
  }
  const folders = new Set<string>();
  for (const scope of scopes) {
    if (scope?.grant.kind !== 'readFolders') {
      return undefined;
    }
    for (const folder of scope.grant.folders) {
      folders.add(folder);
    }
  }
  return {
    description: `Files in ${[...folders].join(' and ')} are read without asking in this thread.`,
    grant: { kind: 'readFolders', folders: [...folders] },
  };
}

function deny(reason: string): AccessDecision {
  return { kind: 'deny', reason };
}

import type { WorkspaceRoot } from '../tools/workspace.ts';
import type { ThreadGrant } from './approvalGrants.ts';
import type { CommandShell } from './commandLineParts.ts';

/** What a decision needs to know besides rules and grants. */
export interface AccessFacts {
  readonly toolName: string;
  /** False in Restricted Mode. */
  readonly isTrusted: boolean;
  /** The open folders, links resolved. */
  readonly roots: readonly WorkspaceRoot[];
  readonly homeDirectory: string;
  readonly shell: CommandShell;
  /** Where `target` leads from `directory`, links resolved; undefined where that can't be told. */
  readonly locate: (directory: string, target: string) => string | undefined;
}

/** What "Allow in this thread" would allow. */
export interface ThreadScope {
  /** One sentence. */
  readonly description: string;
  readonly grant: ThreadGrant;
}

/** Whether a call may run. Reasons are single sentences for the user and the model. */
export type AccessDecision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reason: string }
  | { readonly kind: 'ask'; readonly reason: string; readonly threadScope?: ThreadScope };

/** The user has to be asked, for this reason. */
export function askFor(reason: string, threadScope?: ThreadScope): AccessDecision {
  return threadScope === undefined ? { kind: 'ask', reason } : { kind: 'ask', reason, threadScope };
}

/** What leave for all edits covers. */
export const editScope: ThreadScope = {
  description: 'Files in the workspace are edited without asking in this thread.',
  grant: { kind: 'edits' },
};

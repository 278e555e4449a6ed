import type { ApprovalPreview, ApprovalView } from '../../shared/views.ts';
import type { ToolAccess } from '../tools/tool.ts';
import type { AccessDecision } from './approvalDecision.ts';

/** What the user sees where a call must be asked for: everything it would change or run, in full. */
export function toApprovalView(
  access: readonly ToolAccess[],
  decision: Extract<AccessDecision, { kind: 'ask' }>,
): ApprovalView {
  const isFreeRead = (one: ToolAccess): boolean =>
    one.kind === 'read' && one.isInWorkspace && !one.isSensitive;
  const shown = access.filter((one) => !isFreeRead(one));
  const previews = (shown.length > 0 ? shown : access).map(toPreview);
  const view = { reason: decision.reason, previews };
  return decision.threadScope === undefined
    ? view
    : { ...view, threadScope: decision.threadScope.description };
}

function toPreview(access: ToolAccess): ApprovalPreview {
  switch (access.kind) {
    case 'read':
      return { kind: 'path', path: access.path };
    case 'edit':
      return {
        kind: 'diff',
        path: access.path,
        diff: access.diff,
        ...(access.note === undefined ? {} : { note: access.note }),
      };
    case 'command':
      return { kind: 'command', command: access.command, directory: access.directory };
  }
}

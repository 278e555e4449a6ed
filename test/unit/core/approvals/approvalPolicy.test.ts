import assert from 'node:assert/strict';
import { RuleAccessPolicy } from '../../../../src/core/approvals/approvalPolicy.ts';
import { toApprovalView } from '../../../../src/core/approvals/approvalPreviews.ts';
import type { ApprovalRules } from '../../../../src/core/approvals/approvalRules.ts';
import type { ToolAccess } from '../../../../src/core/tools/tool.ts';

const command: ToolAccess = { kind: 'command', command: 'npm test', directory: '/w' };
const edit: ToolAccess = { kind: 'edit', path: '/w/a', isInWorkspace: true, diff: '-a\n+b' };
const inside: ToolAccess = { kind: 'read', path: '/w/b', isInWorkspace: true };
const outside: ToolAccess = { kind: 'read', path: '/opt/x/c', isInWorkspace: false };

describe('toApprovalView', () => {
  it('shows all that would be touched, in full, but for what is free', () => {
    const view = toApprovalView([inside, outside, edit, command], { kind: 'ask', reason: 'Why.' });
    assert.deepEqual(view, {
      reason: 'Why.',
      previews: [
        { kind: 'path', path: '/opt/x/c' },
        { kind: 'diff', path: '/w/a', diff: '-a\n+b' },
        { kind: 'command', command: 'npm test', directory: '/w' },
      ],
    });
  });

  it('shows a free read where there is nothing else, and what the thread would allow', () => {
    const threadScope = { description: 'All.', grant: { kind: 'edits' } } as const;
    const view = toApprovalView([inside], { kind: 'ask', reason: 'Why.', threadScope });
    assert.deepEqual(view.previews, [{ kind: 'path', path: '/w/b' }]);
    assert.equal(view.threadScope, 'All.');
  });
});

describe('RuleAccessPolicy', () => {
  let rules: ApprovalRules;
  const policy = new RuleAccessPolicy({
    rules: () => rules,
    facts: () => ({
      isTrusted: true,
      roots: [{ name: 'w', path: '/w' }],
      homeDirectory: '/home/ann',
      shell: 'posix',
      locate: (directory, target) => `${directory}/${target}`,
    }),
  });

  beforeEach(() => {
    rules = { tools: {}, allowCommands: [], denyCommands: [] };
  });

  it('asks until the user allows it in the thread', () => {
    const verdict = policy.judge('run_command', [command], policy.noGrants);
    assert.equal(verdict.kind, 'ask');
    const grants = policy.grant(policy.noGrants, 'run_command', [command]);
    assert.equal(policy.judge('run_command', [command], grants).kind, 'allow');
    assert.equal(policy.judge('edit_file', [edit], grants).kind, 'ask');
    assert.equal(policy.judge('run_command', [command], policy.noGrants).kind, 'ask');
  });

  it('grants nothing where nothing was offered', () => {
    const removal: ToolAccess = { ...command, command: 'rm -rf x' };
    assert.deepEqual(policy.grant(policy.noGrants, 'run_command', [removal]), policy.noGrants);
    assert.deepEqual(policy.grant(policy.noGrants, 'read_file', [inside]), policy.noGrants);
  });

  it('takes the rules of the moment, also against grants', () => {
    const grants = policy.grant(policy.noGrants, 'run_command', [command]);
    rules = { ...rules, denyCommands: ['npm'] };
    assert.equal(policy.judge('run_command', [command], grants).kind, 'deny');
  });
});

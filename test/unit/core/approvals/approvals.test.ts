import assert from 'node:assert/strict';
import { addGrant, noGrants } from '../../../../src/core/approvals/approvalGrants.ts';
import type { ToolAccess } from '../../../../src/core/tools/tool.ts';
import { decide, root, run, type Situation, scopeOf } from './approvalSituation.ts';

const read = (path: string): ToolAccess => ({
  kind: 'read',
  path,
  isInWorkspace: path.startsWith(`${root}/`),
});
const edit = (path: string): ToolAccess => ({
  kind: 'edit',
  path,
  isInWorkspace: path.startsWith(`${root}/`),
  diff: '',
});

describe('decideAccess: reading', () => {
  it('is free in the workspace', () => {
    assert.deepEqual(decide([read(`${root}/src/a.ts`)]), { kind: 'allow' });
    assert.deepEqual(decide([]), { kind: 'allow' });
  });

  it('asks outside, and offers the folder', () => {
    const decision = decide([read('/opt/lib/src/a.ts')]);
    assert.equal(decision.kind, 'ask');
    assert.equal(scopeOf(decision), 'readFolders');
    assert.ok(decision.kind === 'ask' && decision.threadScope);
    const grants = addGrant(noGrants, decision.threadScope.grant);
    assert.equal(decide([read('/opt/lib/src/deep/b.ts')], { grants }).kind, 'allow');
    assert.equal(decide([read('/opt/lib/c.ts')], { grants }).kind, 'ask');
    assert.equal(decide([read('/opt/lib/src-old/c.ts')], { grants }).kind, 'ask');
    assert.equal(decide([read('/opt/lib/src/.env')], { grants }).kind, 'ask');
  });

  it('never offers the home folder, what is above it, hidden folders or the top of the disk', () => {
    for (const path of ['/home/ann/x', '/home/x', '/x', '/etc/hosts', '/home/ann/.config/x/y']) {
      assert.equal(scopeOf(decide([read(path)])), undefined, path);
    }
    assert.equal(scopeOf(decide([read('/home/ann/notes/x')])), 'readFolders');
  });

  it('offers all folders of one call together', () => {
    const decision = decide([read('/opt/a/x'), read('/opt/b/y'), read(`${root}/z`)]);
    assert.ok(decision.kind === 'ask' && decision.threadScope?.grant.kind === 'readFolders');
    assert.deepEqual(decision.threadScope.grant.folders, ['/opt/a', '/opt/b']);
    assert.equal(scopeOf(decide([read('/opt/a/x'), read('/etc/hosts')])), undefined);
  });

  it('asks for files that may hold secrets, whatever is allowed', () => {
    const rules = { tools: { read_file: 'allow' } as const };
    for (const name of ['.env', '.env.local', 'id_rsa', 'server.pem', '.npmrc', '.ssh/config']) {
      const decision = decide([read(`${root}/${name}`)], {
        rules,
        facts: { toolName: 'read_file' },
      });
      assert.equal(decision.kind, 'ask', name);
      assert.equal(scopeOf(decision), undefined, name);
    }
    const flagged = { ...read(`${root}/x`), isSensitive: true } as ToolAccess;
    assert.equal(decide([flagged]).kind, 'ask');
    assert.equal(decide([read(`${root}/.env.example`)]).kind, 'allow');
  });

  it('follows the rule for the tool', () => {
    const forTool = (rule: 'ask' | 'allow' | 'deny'): Situation => ({
      rules: { tools: { read_file: rule } },
      facts: { toolName: 'read_file' },
    });
    assert.equal(decide([read(`${root}/a`)], forTool('ask')).kind, 'ask');
    assert.equal(decide([read(`${root}/a`)], forTool('deny')).kind, 'deny');
    assert.equal(decide([read('/opt/x/a')], forTool('allow')).kind, 'ask');
    assert.equal(decide([], forTool('deny')).kind, 'deny');
    assert.equal(decide([], forTool('ask')).kind, 'ask');
  });

  it('works in Restricted Mode', () => {
    assert.equal(decide([read(`${root}/a`)], { facts: { isTrusted: false } }).kind, 'allow');
  });
});

describe('decideAccess: editing', () => {
  const byTool = (rule: 'ask' | 'allow' | 'deny'): Situation => ({
    rules: { tools: { edit_file: rule } },
    facts: { toolName: 'edit_file' },
  });
  const granted: Situation = { grants: addGrant(noGrants, { kind: 'edits' }) };

  it('asks, and can be allowed for the thread or by a rule', () => {
    assert.equal(scopeOf(decide([edit(`${root}/a`), edit(`${root}/b`)])), 'edits');
    assert.equal(decide([edit(`${root}/a`)], byTool('ask')).kind, 'ask');
    assert.equal(decide([edit(`${root}/a`)], byTool('allow')).kind, 'allow');
    assert.equal(decide([edit(`${root}/a`)], granted).kind, 'allow');
  });

  it('asks outside the workspace, for secrets and for what steers tools, whatever is allowed', () => {
    const paths = ['/etc/hosts', `${root}/.env`, `${root}/.git/hooks/pre-commit`];
    for (const path of [...paths, `${root}/.vscode/tasks.json`, `${root}/.HUSKY/x`]) {
      for (const situation of [{}, byTool('allow'), granted]) {
        const decision = decide([edit(path)], situation);
        assert.equal(decision.kind, 'ask', path);
        assert.equal(scopeOf(decision), undefined, path);
      }
    }
  });

  it('is refused by a rule and in Restricted Mode, also where another file is allowed', () => {
    assert.equal(decide([edit(`${root}/a`)], { ...byTool('deny'), ...granted }).kind, 'deny');
    const restricted = { ...granted, facts: { isTrusted: false } };
    assert.equal(decide([read(`${root}/b`), edit(`${root}/a`)], restricted).kind, 'deny');
    assert.equal(run('npm test', restricted).kind, 'deny');
  });

  it('takes an inherited property of objects for no rule', () => {
    const situation = { facts: { toolName: 'constructor' } };
    assert.equal(decide([edit(`${root}/a`)], situation).kind, 'ask');
  });
});

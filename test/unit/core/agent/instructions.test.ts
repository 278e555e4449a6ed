import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { givenFolders, InstructionFinder } from '../../../../src/core/agent/instructions.ts';
import {
  type AgentHarness,
  createAgentHarness,
  draft,
  reply,
  ScriptedModel,
  text,
  toolUse,
} from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { MemoryThreadStore } from '../../../support/memoryThreadStore.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';
import { answer, result, user } from './recordBuilders.ts';

describe('instructions of a project', () => {
  let folder: TemporaryFolder;
  let root: string;

  beforeEach(() => {
    folder = createTemporaryFolder('instructions');
    root = path.join(folder.path, 'project');
    mkdirSync(root);
  });

  afterEach(() => folder.dispose());

  function write(file: string, content: string): string {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
    return target;
  }

  function finder(...roots: string[]): InstructionFinder {
    return new InstructionFinder(
      (roots.length > 0 ? roots : [root]).map((one) => ({ name: path.basename(one), path: one })),
    );
  }

  it('come from AGENTS.md and CLAUDE.md at the root', async () => {
    write('AGENTS.md', 'Use tabs.\n');
    write('CLAUDE.md', 'Be brief.\n');
    assert.equal(
      await finder().atRoots(),
      '<instructions path="AGENTS.md">\nUse tabs.\n</instructions>\n\n' +
        '<instructions path="CLAUDE.md">\nBe brief.\n</instructions>',
    );
  });

  it('are given once where one file is a copy of or a link to the other', async () => {
    write('AGENTS.md', 'Use tabs.\n');
    write('CLAUDE.md', '\nUse tabs.');
    assert.equal((await finder().atRoots()).match(/Use tabs/g)?.length, 1);
    const other = path.join(folder.path, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'AGENTS.md'), 'Linked.');
    symlinkSync('AGENTS.md', path.join(other, 'CLAUDE.md'));
    assert.equal((await finder(other).atRoots()).match(/Linked/g)?.length, 1);
  });

  it('are not read through a link that leads out of the folder', async () => {
    writeFileSync(path.join(folder.path, 'secret.md'), 'secret');
    symlinkSync(path.join(folder.path, 'secret.md'), path.join(root, 'AGENTS.md'));
    mkdirSync(path.join(folder.path, 'outside'));
    writeFileSync(path.join(folder.path, 'outside', 'AGENTS.md'), 'secret');
    symlinkSync(path.join(folder.path, 'outside'), path.join(root, 'inside'));
    assert.equal(await finder().atRoots(), '');
    assert.equal(await finder().alongPaths([path.join(root, 'inside', 'a.ts')], new Set()), '');
  });

  it('are nothing where there is no file, an empty one, a folder or a pipe of that name', async () => {
    assert.equal(await finder().atRoots(), '');
    write('AGENTS.md', ' \n');
    mkdirSync(path.join(root, 'CLAUDE.md'));
    assert.equal(await finder().atRoots(), '');
    mkdirSync(path.join(root, 'pipes'));
    execFileSync('mkfifo', [path.join(root, 'pipes', 'AGENTS.md')]);
    assert.equal(await finder().alongPaths([path.join(root, 'pipes', 'a.ts')], new Set()), '');
  });

  it('are cut where they are long, between two characters', async () => {
    write('AGENTS.md', `x${'é'.repeat(20_000)}`);
    const found = await finder().atRoots();
    assert.ok(found.length < 9_000);
    assert.ok(!found.includes('\uFFFD'));
    assert.match(found, /é\n\(cut after 16384 bytes\)\n<\/instructions>$/);
  });

  it('come from the folders down to a file, outermost first, and once', async () => {
    write('AGENTS.md', 'root');
    write('src/AGENTS.md', 'outer');
    write('src/deep/CLAUDE.md', 'inner');
    const file = write('src/deep/er/a.ts', '');
    const given = new Set<string>();
    const found = await finder().alongPaths([file, write('src/b.ts', '')], given);
    assert.deepEqual(found.match(/root|outer|inner/g), ['outer', 'inner']);
    assert.match(found, /path="src\/deep\/CLAUDE\.md"/);
    assert.equal(await finder().alongPaths([file], given), '');
  });

  it('are not looked for outside the workspace', async () => {
    mkdirSync(path.join(folder.path, 'project-too'));
    writeFileSync(path.join(folder.path, 'project-too', 'AGENTS.md'), 'not mine');
    const outside = path.join(folder.path, 'project-too', 'a.ts');
    assert.equal(await finder().alongPaths([outside, '/etc/passwd'], new Set()), '');
  });

  it('are told apart by root where several are open', async () => {
    const other = path.join(folder.path, 'other');
    mkdirSync(path.join(other, 'src'), { recursive: true });
    write('src/AGENTS.md', 'of project');
    writeFileSync(path.join(other, 'src', 'AGENTS.md'), 'of other');
    const roots = [root, other];
    const first = await finder(...roots).alongPaths([path.join(root, 'src', 'a.ts')], new Set());
    assert.match(first, /path="project\/src\/AGENTS\.md"/);
    const records = [user('go'), answer([], { toolResults: [result('1', 'done', first)] })];
    const given = givenFolders(
      records,
      roots.map((one) => ({ name: path.basename(one), path: one })),
    );
    assert.deepEqual([...given], [path.join(root, 'src')]);
    const second = await finder(...roots).alongPaths([path.join(other, 'src', 'a.ts')], given);
    assert.match(second, /of other/);
  });

  it('count as given also where the result had images, and not for what a user wrote', () => {
    const said = '<instructions path="a/AGENTS.md">\nx\n</instructions>';
    const shown = '<instructions path="b/AGENTS.md">\nx\n</instructions>';
    const content = [{ type: 'text', text: `Image.\n\n${shown}` }] as const;
    const records = [user(said), answer([], { toolResults: [result('1', 'done', content)] })];
    assert.deepEqual(
      [...givenFolders(records, [{ name: 'project', path: root }])],
      [path.join(root, 'b')],
    );
  });

  it('reach the model in the system prompt and with the first file of a folder, once per thread', async () => {
    write('AGENTS.md', 'Rule of the root.');
    write('src/AGENTS.md', 'Rule of src.');
    const file = write('src/a.ts', 'a');
    const store = new MemoryThreadStore();
    const tools = { read: { run: async () => ({ text: 'a', readPaths: [file] }) } };
    const openWindow = (): AgentHarness => {
      const model = new ScriptedModel(
        reply([toolUse('r', 'read', { n: 1 })]),
        reply([toolUse('s', 'read', { n: 2 })]),
        reply([text('Done.')]),
      );
      return createAgentHarness({ store, tools, model, workspace: new DiskWorkspace(root) });
    };
    const first = openWindow();
    await first.service.send('t', draft('go'));
    await first.settled('t');
    const second = openWindow();
    await second.service.send('t', draft('again'));
    await second.settled('t');
    const last = second.model.requests.at(-1);
    assert.equal(JSON.stringify(last?.messages).match(/Rule of src/g)?.length, 1);
    assert.match(first.model.requests[0]?.system ?? '', /Rule of the root/);
    write('AGENTS.md', 'Another rule.');
    const third = openWindow();
    await third.service.send('t', draft('and again'));
    await third.settled('t');
    assert.equal(third.model.requests[0]?.system, first.model.requests[0]?.system);
  });
});

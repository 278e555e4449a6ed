import assert from 'node:assert/strict';
import { fillPrompt, parsePromptFile } from '../../../src/host/promptFile.ts';
import { SlashCommands } from '../../../src/host/slashCommands.ts';
import { DiskWorkspace } from '../../support/diskWorkspace.ts';
import { createFolder, type TemporaryFolder } from '../../support/folderTree.ts';

describe('Slash commands', () => {
  let folder: TemporaryFolder;
  let workspace: DiskWorkspace;
  let commands: SlashCommands;
  let unreadable: string[];

  beforeEach(async () => {
    folder = await createFolder({
      '.slipstream/prompts/changelog.md':
        '---\nname: Add to Changelog\ndescription: "Adds a line"\n---\nAdd $ARGUMENTS to it.\n',
      '.github/prompts/plan.prompt.md': '# Plan the work\n\nThink first.',
      '.github/prompts/readme.md': 'not a prompt',
      '.claude/commands/plan.md': 'Another plan',
      '.claude/commands/explain.md': 'Not this one',
      '.claude/commands/empty.md': '---\nname: empty\n---\n',
      '.claude/commands/away.md': { linkTo: '../../../away.md' },
      '.claude/commands/hidden.md': 'Hidden',
      '.slipstreamignore': '.claude/commands/hidden.md\n',
    });
    workspace = new DiskWorkspace(folder.path);
    unreadable = [];
    commands = new SlashCommands(workspace, (file) => unreadable.push(file));
  });

  afterEach(() => folder.dispose());

  it('are the built-in ones and the folder’s own', async () => {
    const list = await commands.list();
    assert.deepEqual(
      list.map((command) => command.name),
      [
        'explain',
        'fix',
        'tests',
        'doc',
        'review',
        'add-to-changelog',
        'plan',
        'clear',
        'compact',
        'help',
      ],
    );
    const own = list.find((command) => command.name === 'add-to-changelog');
    assert.deepEqual(own, { name: 'add-to-changelog', description: 'Adds a line', kind: 'prompt' });
    assert.equal(list.find((command) => command.name === 'plan')?.description, 'Plan the work');
    assert.equal(list.at(-1)?.kind, 'panel');
  });

  it('leave out what leads out of the folder, and tell of it', async () => {
    await commands.list();
    assert.deepEqual(unreadable, [folder.join('.claude/commands/away.md')]);
  });

  it('are the built-in ones alone while the folder is not trusted', async () => {
    workspace.isTrustedNow = false;
    const names = (await commands.list()).map((command) => command.name);
    assert.ok(!names.includes('plan'));
    assert.equal(await commands.expand('/plan now'), '/plan now');
  });

  it('take what follows them into the prompt', async () => {
    assert.equal(await commands.expand('/add-to-changelog the fix'), 'Add the fix to it.');
    assert.equal(
      await commands.expand('/plan\nslowly'),
      '# Plan the work\n\nThink first.\n\nslowly',
    );
  });

  it('say which code is meant', async () => {
    const file = folder.join('src/a.ts');
    assert.match(await commands.expand('/explain'), /ask which code is meant/);
    workspace.open(file);
    assert.match(
      await commands.expand('/explain the loop'),
      /the loop\n\n.*the file in the editor: src\/a\.ts\.$/s,
    );
    workspace.selectionNow = { path: file, startLine: 3, endLine: 9, text: '', languageId: 'ts' };
    assert.match(await commands.expand('/fix'), /src\/a\.ts, lines 3-9\.$/);
  });

  for (const text of ['plain text', '/unknown thing', '/usr/bin/env is a path', 'see /fix', '/']) {
    it(`leave "${text}" as it is`, async () => assert.equal(await commands.expand(text), text));
  }
});

describe('parsePromptFile', () => {
  it('reads CRLF, a byte-order mark and quotes', () => {
    const text = "\ufeff---\r\nname: 'x y'\r\nmode: agent\r\n---\r\nBody\r\n";
    assert.deepEqual(parsePromptFile(text), { name: 'x y', description: 'Body', body: 'Body' });
  });

  it('takes a rule in the text for what it is', () => {
    assert.equal(parsePromptFile('Body\n---\nmore\n---\n').body, 'Body\n---\nmore\n---');
    assert.equal(parsePromptFile('---\nnever closed').body, '---\nnever closed');
  });
});

describe('fillPrompt', () => {
  it('fills every place, whatever the text holds', () => {
    assert.equal(fillPrompt('$ARGUMENTS and $ARGUMENTS', "$& $1 $'"), "$& $1 $' and $& $1 $'");
  });
});

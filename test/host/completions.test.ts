import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { systemClock } from '../../src/base/clock.ts';
import { liveResourceManagers } from '../../src/base/lifecycle.ts';
import { CompletionStatistics } from '../../src/core/completion/completionStatistics.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, failure, text } from '../support/messagesServerScript.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { connect, disconnect, eventually, type MemorySecrets } from './support/assistantHarness.ts';
import {
  acceptBy,
  CompletionWindow,
  fill,
  openNew,
  typeText,
} from './support/completionHarness.ts';
import { closeAll, show, writeOnDisk } from './support/editor.ts';

describe('Ghost text in VS Code', () => {
  let server: MessagesServer;
  let storage: TemporaryFolder;
  let secrets: MemorySecrets;
  let window: CompletionWindow;

  before(async () => {
    server = await MessagesServer.start();
    storage = createTemporaryFolder('completions');
    secrets = await connect(server);
    // The installed extension is awake as well, and has no key.
    await vscode.workspace
      .getConfiguration('slipstream')
      .update('completion.local', false, vscode.ConfigurationTarget.Global);
    window = new CompletionWindow({ storageFolder: storage.path, secrets });
    // What loads with the first completion is there before a test types a single key.
    fill(server, '');
    await window.completeHere(await openNew('javascript', 'let '));
    await closeAll();
  });

  after(async () => {
    await vscode.workspace
      .getConfiguration('slipstream')
      .update('completion.local', undefined, vscode.ConfigurationTarget.Global);
    window.close();
    assert.deepEqual(liveResourceManagers(), []);
    storage.dispose();
    await disconnect();
    await server.stop();
  });

  beforeEach(() => server.reset());

  afterEach(async () => {
    await closeAll();
    const refused = server.messageRequests.filter(({ status }) => status === 400);
    assert.deepEqual(refused.length, 0);
    assert.deepEqual(window.loggedErrors, []);
    assert.deepEqual(window.told, []);
  });

  it('is shown while one types, and accepted; both are counted', async () => {
    fill(server, 'ole.log(1);');
    const editor = await openNew('javascript', 'con');
    await typeText('s');
    await acceptBy('editor.action.inlineSuggest.commit', editor, (text) =>
      text.includes('console.log(1);'),
    );
    const { models } = await window.foundation();
    const statistics = new CompletionStatistics({
      store: models.storeConnection,
      clock: systemClock,
    });
    const accepted = await eventually(async () => {
      const [totals] = await statistics.totals('day');
      return totals?.accepted ? totals : undefined;
    }, 'the accept to be counted');
    assert.equal(accepted.model, 'claude-haiku-5-5');
    // VS Code asks again for what follows, which may have been offered by now.
    assert.ok(accepted.offered >= 1);
    assert.equal(accepted.accepted, 1);
    assert.equal(accepted.accepted_characters, 'ole.log(1);'.length);
  });

  it('is looked for where it was accepted when the document is closed', async () => {
    const { models } = await window.foundation();
    const statistics = new CompletionStatistics({
      store: models.storeConnection,
      clock: systemClock,
    });
    const count = async () => {
      const [totals] = await statistics.totals('day');
      return { accepted: totals?.accepted ?? 0, checked: totals?.checked_5min ?? 0 };
    };
    const before = await count();
    fill(server, 'rt(2);');
    const editor = await openNew('javascript', 'ale');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await acceptBy('editor.action.inlineSuggest.commit', editor, (text) =>
      text.includes('alert(2);'),
    );
    await eventually(async () => (await count()).accepted > before.accepted, 'the accept');
    await closeAll();
    await eventually(async () => (await count()).checked > before.checked, 'the last look');
  });

  it('is nothing, and no failure, for a line that is gone by the time it comes', async () => {
    server.respond(() => answer(text('<fill>thing</fill>'), { headDelayMs: 500 }));
    const editor = await openNew('javascript', 'one\nsome');
    const found = window.completeHere(editor);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(editor.document.uri, new vscode.Range(0, 0, 1, 4), 'one');
    await vscode.workspace.applyEdit(edit);
    assert.deepEqual(await found, []);
  });

  it('is accepted word by word', async () => {
    fill(server, 't first = second;');
    const editor = await openNew('javascript', 'l');
    await typeText('e');
    await acceptBy('editor.action.inlineSuggest.acceptNextWord', editor, (text) =>
      text.startsWith('let'),
    );
    await acceptBy('editor.action.inlineSuggest.acceptNextWord', editor, (text) =>
      text.startsWith('let first'),
    );
    assert.ok(!editor.document.getText().includes('second'));
  });

  it('is accepted line by line', async () => {
    fill(server, 'f (a) {\n  b();\n}');
    const editor = await openNew('javascript', '');
    await typeText('i');
    await acceptBy('editor.action.inlineSuggest.acceptNextLine', editor, (text) =>
      text.startsWith('if (a) {'),
    );
    assert.ok(!editor.document.getText().includes('}'));
  });

  it('comes in many languages, also in a document that was never saved', async () => {
    for (const [language, before, answer] of [
      ['python', 'def area(r):\n    ret', 'urn 3 * r * r'],
      ['rust', 'fn area(r: f64) -> f64 {\n    3.0 ', '* r * r'],
      ['go', 'package main\n\nfunc area(r int) int { ret', 'urn 3 * r * r'],
      ['java', 'class Area {\n    int of(int r) { ret', 'urn 3 * r * r;'],
      ['c', 'int area(int r) {\n    ret', 'urn 3 * r * r;'],
      ['cpp', 'auto area(int r) {\n    ret', 'urn 3 * r * r;'],
      ['csharp', 'class Area {\n    int Of(int r) { ret', 'urn 3 * r * r;'],
      ['ruby', 'def area(r)\n  3 ', '* r * r'],
      ['php', '<?php\nfunction area($r) {\n    ret', 'urn 3 * $r * $r;'],
      ['shellscript', 'area() {\n  ec', 'ho $((3 * $1 * $1))'],
      ['css', '.area {\n  wid', 'th: 3px;'],
      ['typescriptreact', 'const Area = () => <di', 'v />;'],
      ['yaml', 'name: a\nver', 'sion: 1'],
    ] as const) {
      fill(server, answer);
      const editor = await openNew(language, before);
      const [item] = await window.completeHere(editor);
      const line = before.split('\n').at(-1);
      assert.equal(item?.insertText, `${line}${answer}`, language);
    }
  });

  it('offers several when asked for by hand', async () => {
    const answers = ['sole', 'nect()', 'tinue;'];
    let count = 0;
    server.respond(() => {
      count += 1;
      return { type: 'text', text: `<fill>${answers[count % 3]}</fill>` };
    });
    const editor = await openNew('javascript', 'con');
    const items = await window.completeHere(editor, vscode.InlineCompletionTriggerKind.Invoke);
    assert.deepEqual(items.map(({ insertText }) => insertText).sort(), [
      'connect()',
      'console',
      'continue;',
    ]);
  });

  describe('while something is selected in VS Code’s own list', () => {
    /** As for `console` behind `con`, in the second line. */
    const listed = {
      text: 'console',
      range: new vscode.Range(1, 0, 1, 3),
    };
    const { Automatic } = vscode.InlineCompletionTriggerKind;

    it('goes on from it where both agree, without asking again', async () => {
      fill(server, 'sole.log(1);');
      const editor = await openNew('javascript', '// agrees\ncon');
      assert.equal((await window.completeHere(editor)).length, 1);
      const asked = server.messageRequests.length;
      const [item] = await window.completeHere(editor, Automatic, listed);
      assert.equal(item?.insertText, 'console.log(1);');
      assert.deepEqual(item.range, listed.range);
      assert.equal(server.messageRequests.length, asked);
    });

    it('is not what was known where they conflict: the model is asked as if it stood there', async () => {
      fill(server, 'st one = 1;');
      const editor = await openNew('javascript', '// conflicts\ncon');
      assert.equal((await window.completeHere(editor)).length, 1);
      fill(server, '.table();');
      const [item] = await window.completeHere(editor, Automatic, listed);
      assert.equal(item?.insertText, 'console.table();');
      assert.deepEqual(item.range, listed.range);
      const prompt = JSON.stringify(server.messageRequests.at(-1)?.body?.['messages']);
      assert.match(prompt, /console<\/prefix>/);
    });

    it('is nothing where nothing goes on from it', async () => {
      fill(server, 'st one = 1;');
      const editor = await openNew('javascript', '// ends\ncon');
      assert.equal((await window.completeHere(editor)).length, 1);
      fill(server, '');
      assert.deepEqual(await window.completeHere(editor, Automatic, listed), []);
    });

    it('is accepted together with it', async () => {
      server.respond(({ body }) => {
        const isSelected = JSON.stringify(body?.['messages']).includes('zebras</prefix>');
        return { type: 'text', text: `<fill>${isSelected ? ': 2' : ''}</fill>` };
      });
      const editor = await openNew('yaml', 'zebras: 1\n');
      await typeText('ze');
      await vscode.commands.executeCommand('editor.action.triggerSuggest');
      await acceptBy('editor.action.inlineSuggest.commit', editor, (text) =>
        text.includes('\nzebras: 2'),
      );
    });
  });

  it('is asked for nowhere where it is not wanted or files are nobody’s business', async () => {
    fill(server, 'KEY=secret');
    writeOnDisk('.gitignore', 'hidden.js\n');
    for (const file of [
      writeOnDisk('.env', 'API_'),
      writeOnDisk('hidden.js', 'con'),
      writeOnDisk('notes.md', 'con'),
    ]) {
      assert.deepEqual(await window.completeHere(await show(file)), [], file);
    }
    const report = vscode.Uri.parse('slipstream-report:/a.md');
    const document = await vscode.workspace.openTextDocument(report).then(
      (found) => found,
      () => undefined,
    );
    if (document) {
      const editor = await vscode.window.showTextDocument(document);
      assert.deepEqual(await window.completeHere(editor), []);
    }
    const selecting = await openNew('javascript', 'con');
    selecting.selection = new vscode.Selection(0, 0, 0, 3);
    assert.deepEqual(await window.completeHere(selecting), []);
    assert.equal(server.messageRequests.length, 0);
  });

  it('leaves comments and strings alone where the user says so', async () => {
    await window.settings.update('completion.inCommentsAndStrings', false);
    fill(server, 'sole');
    assert.deepEqual(await window.completeHere(await openNew('javascript', '// con')), []);
    assert.deepEqual(await window.completeHere(await openNew('javascript', 'f("con')), []);
    assert.equal(server.messageRequests.length, 0);
    assert.equal((await window.completeHere(await openNew('javascript', 'con'))).length, 1);
    await window.settings.update('completion.inCommentsAndStrings', undefined);
  });

  it('comes from what was kept in an earlier window', async () => {
    fill(server, 'ole.table();');
    const file = writeOnDisk('kept.js', 'cons');
    const editor = await show(file);
    editor.selection = new vscode.Selection(0, 4, 0, 4);
    assert.equal((await window.completeHere(editor)).length, 1);
    const next = new CompletionWindow({ storageFolder: storage.path, secrets });
    server.reset();
    const [item] = await next.completeHere(editor);
    assert.equal(item?.insertText, 'console.table();');
    assert.equal(server.messageRequests.length, 0);
    next.close();
  });

  it('tells of no failure but in the status bar', async () => {
    server.respond(() => failure(529, 'overloaded_error'));
    assert.deepEqual(await window.completeHere(await openNew('javascript', 'failing')), []);
    const asked = server.messageRequests.length;
    assert.ok(asked > 0);
    await window.completeHere(await openNew('javascript', 'failed'));
    assert.equal(server.messageRequests.length, asked, 'the next key does not ask at once');
  });
});

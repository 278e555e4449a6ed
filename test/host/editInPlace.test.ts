import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { MessagesServer } from '../support/messagesServer.ts';
import { type AnswerOptions, answer, failure, text } from '../support/messagesServerScript.ts';
import {
  type AssistantWindow,
  assertNoneRefused,
  eventually,
  lastRequest,
  type MemorySecrets,
} from './support/assistantHarness.ts';
import { type ConnectedWindow, openConnected } from './support/connectedWindow.ts';
import {
  closeAll,
  readFromDisk,
  show,
  undo,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';
import { assertTraced } from './support/tracedOperation.ts';

const body = ['function add(left, right) {', '  return left + right;', '}'];
const source = `const one = 1;\n\n${body.join('\n')}\n\nadd(one, 2);\n`;
const comment = '/** Adds two numbers. */';
const documented = source.replace(body[0] ?? '', `${comment}\n${body[0]}`);

describe('An edit in place', () => {
  let connected: ConnectedWindow;
  let server: MessagesServer;
  let secrets: MemorySecrets;
  let window: AssistantWindow;
  let problems: vscode.DiagnosticCollection;
  let editor: vscode.TextEditor;
  let path: string;
  let files = 0;

  before(async () => {
    connected = await openConnected('edits');
    ({ server, secrets, window } = connected);
    problems = vscode.languages.createDiagnosticCollection('rules');
  });

  after(async () => {
    problems.dispose();
    await connected.close();
  });

  beforeEach(async () => {
    server.reset();
    await open(source);
  });

  afterEach(async () => {
    assert.deepEqual(window.loggedErrors, []);
    problems.clear();
    await closeAll();
    rmSync(workspacePath('edits'), { recursive: true, force: true });
  });

  /** Shows a file with the function selected. */
  async function open(content: string): Promise<void> {
    // A name of its own: a file that is written anew is read anew, at some time.
    files += 1;
    path = writeOnDisk(`edits/add${files}.jsx`, content);
    editor = await show(path);
    editor.selection = new vscode.Selection(2, 0, 4, 1);
  }

  function block(lines: readonly string[], options: AnswerOptions = {}) {
    return answer(text(`\`\`\`js\n${lines.join('\n')}\n\`\`\``), {
      deltaCharacters: 8,
      ...options,
    });
  }

  /** An answer that stands still once its first lines are there. */
  function stuck() {
    return block([comment, ...body], { fault: { kind: 'stall', after: { deltas: 8 } } });
  }

  const textNow = (): string => editor.document.getText();
  const streamed = (): Promise<unknown> =>
    eventually(() => textNow().includes(comment), 'the first line of the edit');

  it('arrives as one step to undo, saved and under review', async () => {
    server.reply(block([comment, ...body]));
    await window.commands.writeDocumentation();
    assertNoneRefused(server);
    assert.equal(textNow(), documented);
    assert.equal(readFromDisk(path), documented);
    assert.match(lastRequest(server), /<part>\\nfunction add/);
    await eventually(
      () =>
        window.panel.events.some((event) => event.type === 'review/file' && event.path === path),
      'the edit to be under review',
    );
    await undo(path);
    assert.equal(textNow(), source);
  });

  it('is one operation, from the command to the file that is saved', async () => {
    server.reply(block([comment, ...body], { firstEventDelayMs: 300 }));
    await window.commands.writeDocumentation();
    await assertTraced(
      window,
      'action.edit',
      /^action\.edit\(action\.gather chat .*stream\) action\.apply\)$/,
    );
  });

  it('shows lines as they come, and keeps every old one until the end', async () => {
    server.reply(stuck());
    const edit = window.commands.writeDocumentation();
    await streamed();
    assert.equal(textNow().replace(`${comment}\n`, ''), source);
    await window.commands.stopEdit();
    await edit;
  });

  it('leaves the file as it was when it is stopped, not even unsaved', async () => {
    server.reply(stuck());
    const edit = window.commands.writeDocumentation();
    await streamed();
    await window.commands.stopEdit();
    await edit;
    assert.equal(textNow(), source);
    await eventually(() => !editor.document.isDirty, 'the file to count as saved');
    assert.equal(readFromDisk(path), source);
    const request = await server.received(1);
    await request.closed;
    assert.equal(request.isAborted, true, 'the model is told to stop');
  });

  it('keeps line ends and a file without one at its end', async () => {
    const bare = body.join('\r\n');
    await closeAll();
    await open(`const one = 1;\r\n\r\n${bare}`);
    server.reply(block([...body.slice(0, 2), '}', '', 'add(1, 2);']));
    await window.commands.optimize();
    assert.equal(textNow(), `const one = 1;\r\n\r\n${bare}\r\n\r\nadd(1, 2);`);
    assert.equal(readFromDisk(path), textNow());
  });

  it('is stopped where the user types into it, and what was typed stays', async () => {
    server.reply(stuck());
    const edit = window.commands.writeDocumentation();
    await streamed();
    const line = textNow().split('\n').indexOf('  return left + right;');
    await editor.edit((builder) => builder.insert(new vscode.Position(line, 2), '/* mine */ '));
    await assert.rejects(edit, /These lines were changed/);
    assert.equal(textNow(), source.replace('  return', '  /* mine */ return'));
  });

  it('moves with what is typed elsewhere meanwhile', async () => {
    server.reply(block([comment, ...body], { deltasPerSecond: 12 }));
    const edit = window.commands.writeDocumentation();
    await streamed();
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), '// typed\n'));
    await edit;
    assert.equal(textNow(), `// typed\n${documented}`);
  });

  it('never reaches the disk half done', async () => {
    server.reply(stuck());
    const edit = window.commands.writeDocumentation();
    await streamed();
    await editor.document.save();
    assert.equal(readFromDisk(path), source);
    await window.commands.stopEdit();
    await edit;
    assert.equal(textNow(), source);
  });

  it('changes nothing where the answer is no code, fails, or changes nothing', async () => {
    server.reply(text('I would rather not.'));
    await assert.rejects(window.commands.writeDocumentation(), /without the code/);
    server.reply(failure(400, 'invalid_request_error', { message: 'No.' }));
    await assert.rejects(window.commands.writeDocumentation());
    server.reply(block(body));
    await window.commands.writeDocumentation();
    assert.match(window.told.at(-1) ?? '', /nothing to change/);
    assert.equal(textNow(), source);
    assert.equal(editor.document.isDirty, false);
  });

  it('leaves the file saved, too, where it ends other than by key', async () => {
    const broken = { kind: 'errorEvent', type: 'api_error', message: 'No.' } as const;
    const fault = { ...broken, after: { deltas: 10 } };
    server.reply(block([comment, ...body], { fault, deltasPerSecond: 20 }));
    const edit = assert.rejects(window.commands.writeDocumentation());
    await streamed();
    await edit;
    assert.equal(textNow(), source);
    await eventually(() => !editor.document.isDirty, 'the file to count as saved');
    assert.equal(readFromDisk(path), source);
  });

  it('says what to do where no model is connected', async () => {
    const [name] = secrets.names();
    assert.ok(name);
    await secrets.delete(name);
    await assert.rejects(window.commands.optimize(), /takes a language model.*Set API key/);
    await secrets.store(name, server.apiKey);
  });

  describe('of a problem', () => {
    beforeEach(() => {
      const problem = new vscode.Diagnostic(new vscode.Range(3, 9, 3, 21), 'Use sum().');
      problem.code = { value: 'no-plus', target: vscode.Uri.parse('https://example.org/no-plus') };
      problems.set(editor.document.uri, [problem]);
      editor.selection = new vscode.Selection(3, 10, 3, 10);
    });

    function fix(oldText: string, newText: string) {
      const edits = [{ old_text: oldText, new_text: newText }];
      return text(JSON.stringify({ edits, explanation: 'Plus is not wanted.' }));
    }

    it('is applied to the character, and goes under review', async () => {
      server.reply(fix('left + right', 'sum(left, right)'));
      await window.commands.fixProblem();
      assertNoneRefused(server);
      assert.equal(textNow(), source.replace('left + right', 'sum(left, right)'));
      assert.ok(lastRequest(server).includes('https://example.org/no-plus'));
      await undo(path);
      assert.equal(textNow(), source);
    });

    it('is asked for once more where it does not fit', async () => {
      server.reply(fix('nowhere', 'x'), fix('left + right', 'sum(left, right)'));
      await window.commands.fixProblem();
      assertNoneRefused(server);
      assert.match(lastRequest(server), /does not occur/);
      assert.match(textNow(), /sum\(left, right\)/);
    });

    it('is one operation with both requests', async () => {
      const slowly = (edits: ReturnType<typeof fix>) => answer(edits, { firstEventDelayMs: 300 });
      server.reply(slowly(fix('nowhere', 'x')), slowly(fix('left + right', 'sum(left, right)')));
      await window.commands.fixProblem();
      await assertTraced(
        window,
        'action.fix',
        /^action\.fix\(action\.gather chat .*stream\) edit\.match chat .*stream\) edit\.match action\.apply\)$/,
      );
    });

    it('changes nothing where it never fits, or there is none', async () => {
      server.reply(fix('nowhere', 'x'), fix('nowhere', 'x'));
      await assert.rejects(window.commands.fixProblem(), /does not fit/);
      server.reply(text(JSON.stringify({ edits: [], explanation: 'It is right as it is.' })));
      await window.commands.fixProblem();
      assert.match(window.told.at(-1) ?? '', /It is right as it is/);
      assert.equal(textNow(), source);
    });
  });
});

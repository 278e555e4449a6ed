import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { offeredActions } from '../../src/host/actions/codeActions.ts';
import type { AssistantMessageView } from '../../src/shared/views.ts';
import type { MessagesServer } from '../support/messagesServer.ts';
import { answer, text } from '../support/messagesServerScript.ts';
import {
  type AssistantWindow,
  assertNoneRefused,
  eventually,
  lastRequest,
  type MemorySecrets,
} from './support/assistantHarness.ts';
import { type ConnectedWindow, openConnected } from './support/connectedWindow.ts';
import { closeAll, show, workspacePath, writeOnDisk } from './support/editor.ts';
import { assertTraced } from './support/tracedOperation.ts';

const source = 'function add(left, right) {\n  return left + right;\n}\n\nadd(1, 2);\n';
const documentation = 'https://example.org/rules/no-add';

describe('Code actions', () => {
  let connected: ConnectedWindow;
  let server: MessagesServer;
  let secrets: MemorySecrets;
  let window: AssistantWindow;
  let problems: vscode.DiagnosticCollection;
  /** In which something was explained. */
  let threads: Set<string>;

  before(async () => {
    connected = await openConnected('actions');
    ({ server, secrets, window } = connected);
    problems = vscode.languages.createDiagnosticCollection('rules');
  });

  after(async () => {
    problems.dispose();
    await connected.close();
  });

  beforeEach(async () => {
    server.reset();
    threads = new Set();
    await window.commands.clearAnswerCache();
    await window.newThread();
  });

  afterEach(async () => {
    assertNoneRefused(server);
    assert.deepEqual(window.loggedErrors, []);
    problems.clear();
    await closeAll();
    rmSync(workspacePath('actions'), { recursive: true, force: true });
  });

  async function open(first: number, last = first): Promise<vscode.TextEditor> {
    const editor = await show(writeOnDisk('actions/add.jsx', source));
    // The test before removed the file, which VS Code may have yet to notice.
    await eventually(() => editor.document.getText() === source, 'the file as it is on disk');
    const end = first === last ? 0 : editor.document.lineAt(last).text.length;
    editor.selection = new vscode.Selection(first, 0, last, end);
    return editor;
  }

  function reportProblem(uri: vscode.Uri): vscode.Diagnostic {
    const range = new vscode.Range(1, 9, 1, 21);
    const problem = new vscode.Diagnostic(range, 'Do not add.', vscode.DiagnosticSeverity.Warning);
    problem.source = 'rules';
    problem.code = { value: 'no-add', target: vscode.Uri.parse(documentation) };
    problems.set(uri, [problem]);
    return problem;
  }

  /** The answer in the thread in view. */
  function lastAnswer(): AssistantMessageView | undefined {
    const view = window.panel.views.get(window.threadId);
    const last = view?.messages.at(-1);
    return last?.role === 'assistant' ? last : undefined;
  }

  /** Asks for an explanation, which comes in a thread of its own. */
  async function explained(): Promise<AssistantMessageView> {
    const before = window.threadId;
    await window.commands.explain();
    assert.ok(threads.has(before) === false || window.threadId !== before);
    threads.add(window.threadId);
    return answered();
  }

  async function answered(): Promise<AssistantMessageView> {
    return eventually(() => {
      const last = lastAnswer();
      return last?.state === 'done' ? last : undefined;
    }, 'the answer');
  }

  it('are offered at once, without work and without arguments', async () => {
    const editor = await open(0, 2);
    const problem = reportProblem(editor.document.uri);
    const offered = offeredActions(editor.document, editor.selection, {
      diagnostics: [problem],
      only: undefined,
      triggerKind: vscode.CodeActionTriggerKind.Automatic,
    });
    assert.ok(Array.isArray(offered), 'a promise would mean work');
    const titles = offered.map(({ title }) => title);
    assert.ok(titles.includes('Explain this problem with Slipstream'), titles.join());
    assert.ok(titles.includes('Explain with Slipstream'), titles.join());
    for (const { command, edit, title } of offered) {
      assert.ok(command);
      assert.match(command.command, /^slipstream\./, title);
      assert.equal(command.arguments, undefined, title);
      assert.equal(edit, undefined, title);
    }
    assert.equal(server.messageRequests.length, 0);
  });

  it('leave the lightbulb alone where nothing is selected or wrong', async () => {
    const editor = await open(0);
    const context = { diagnostics: [], only: undefined };
    const at = (triggerKind: vscode.CodeActionTriggerKind) =>
      offeredActions(editor.document, editor.selection, { ...context, triggerKind }).length;
    assert.equal(at(vscode.CodeActionTriggerKind.Automatic), 0);
    assert.ok(at(vscode.CodeActionTriggerKind.Invoke) > 0);
  });

  it('reach VS Code through the provider that activation registers', async () => {
    const editor = await open(0, 2);
    await vscode.extensions.getExtension('slipstream.slipstream')?.activate();
    reportProblem(editor.document.uri);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      editor.document.uri,
      new vscode.Range(1, 9, 1, 21),
    );
    const titles = actions.map(({ title }) => title);
    assert.ok(titles.includes('Explain this problem with Slipstream'), titles.join());
  });

  it('explain in a thread of their own, and again from what was kept', async () => {
    await open(0, 2);
    server.respond(() => text('It adds two numbers.'));
    const first = await explained();
    assert.equal(first.notice, undefined);
    assert.match(lastRequest(server), /add\.jsx/);
    assert.match(lastRequest(server), /left \+ right/);
    // The file was made just now: once that is noticed, what was kept of it is forgotten.
    const again = await eventually(async () => {
      const answer = await explained();
      return answer.notice ? answer : undefined;
    }, 'an answer that was kept');
    assert.match(again.notice?.text ?? '', /kept/);
    assert.equal(window.textOf(again.turnId), 'It adds two numbers.');
    const asked = server.messageRequests.length;
    server.reset();
    assert.ok(asked < threads.size, 'one was not asked for');
    server.reply(text('It sums them up.'));
    await window.ask('turn/retry', { threadId: window.threadId, turnId: again.turnId });
    await eventually(() => server.messageRequests.length === 1, 'the model to be asked again');
    assert.equal(window.textOf((await answered()).turnId), 'It sums them up.');
  });

  it('are one operation with the turn, from the command to the answer', async () => {
    const editor = await open(0, 2);
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), '// traced\n'));
    server.respond(() => answer(text('It adds two numbers.'), { firstEventDelayMs: 300 }));
    await explained();
    await assertTraced(
      window,
      'turn',
      /^turn\(action\.gather panel\.reveal message\.prepare turn\.begin .*chat .* turn\.finish/,
    );
  });

  it('ask anew where the code is another', async () => {
    await open(0, 2);
    server.reply(text('It adds.'));
    await window.commands.explain();
    await answered();
    const editor = await open(0, 2);
    await editor.edit((builder) => builder.replace(new vscode.Range(1, 14, 1, 15), '-'));
    server.reply(text('It subtracts.'));
    await window.commands.explain();
    await eventually(() => server.messageRequests.length === 2, 'the second request');
  });

  it('explain a problem with the documentation of its rule', async () => {
    const editor = await open(1);
    reportProblem(editor.document.uri);
    server.reply(text('Adding is not allowed.'));
    await window.commands.explainProblem();
    await answered();
    assert.match(lastRequest(server), /Do not add\./);
    assert.ok(lastRequest(server).includes(documentation));
  });

  it('say so where there is no problem to explain', async () => {
    await open(1);
    await assert.rejects(window.commands.explainProblem(), /No problem is reported/);
  });

  it('review with the agent, which has its tools', async () => {
    await open(0, 2);
    server.reply(text('No mistakes.'));
    await window.commands.reviewSelection();
    await answered();
    assert.match(lastRequest(server), /read_file/);
  });

  it('are about the function around the cursor where nothing is selected, else about the file', async () => {
    server.respond(() => text('Fine.'));
    for (const [line, label] of [
      [1, 'add.jsx:1-3'],
      [4, 'add.jsx'],
    ] as const) {
      await open(line);
      await window.commands.reviewSelection();
      await answered();
      const [asked] = window.panel.views.get(window.threadId)?.messages ?? [];
      assert.ok(asked?.role === 'user');
      assert.deepEqual(
        asked.chips.map((chip) => chip.label),
        [label],
      );
    }
  });

  it('take a question into a new thread, and leave a draft where it is', async () => {
    const { threadId } = window;
    const draft = { text: 'Half a thought', chips: [], images: [] };
    await window.ask('draft/save', { threadId, draft });
    await open(0, 2);
    server.reply(text('Fine.'));
    await window.commands.reviewSelection();
    await answered();
    assert.notEqual(window.threadId, threadId);
    const view = await window.ask('thread/open', { threadId });
    assert.equal(view.draft.text, 'Half a thought');
  });

  it('explain without a model from what the workspace tells', async () => {
    await open(0, 2);
    const [name] = secrets.names();
    assert.ok(name);
    await secrets.delete(name);
    await window.commands.explain();
    const answer = await answered();
    assert.equal(answer.model, 'Offline');
    assert.match(window.textOf(answer.turnId), /add/);
    await secrets.store(name, server.apiKey);
    assert.equal(server.messageRequests.length, 0);
  });
});

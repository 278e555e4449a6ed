import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import {
  closeAll,
  type OpenWorkspace,
  openWorkspace,
  show,
  until,
  workspacePath,
  writeOnDisk,
} from './support/editor.ts';

const signal = new AbortController().signal;

describe('The workspace as the tools see it', () => {
  let open: OpenWorkspace;
  let problems: vscode.DiagnosticCollection;

  beforeEach(() => {
    open = openWorkspace();
    problems = vscode.languages.createDiagnosticCollection('checker');
  });

  afterEach(async () => {
    problems.dispose();
    open.dispose();
    await closeAll();
    rmSync(workspacePath('tools'), { recursive: true, force: true });
  });

  it('has the open folder as its root, and knows that it is trusted', () => {
    const [root] = open.workspace.roots();
    assert.equal(root?.path, workspacePath().replace(/\/$/, ''));
    assert.equal(root?.name, 'workspace');
    assert.equal(open.workspace.isTrusted(), true);
  });

  it('finds the ripgrep that VS Code brings', async () => {
    const program = await open.workspace.ripgrepPath();
    assert.ok(program);
    assert.match(execFileSync(program, ['--version'], { encoding: 'utf8' }), /^ripgrep/);
  });

  it('lists open files, the active one first', async () => {
    const first = writeOnDisk('tools/first.txt', 'x');
    const second = writeOnDisk('tools/second.txt', 'x');
    await vscode.window.showTextDocument(vscode.Uri.file(first), { preview: false });
    await vscode.window.showTextDocument(vscode.Uri.file(second), { preview: false });
    assert.deepEqual(open.workspace.openFiles(), [second, first]);
  });

  it('takes the file that was looked at last where a page has the place of the text', async () => {
    const first = writeOnDisk('tools/first.ts', 'x');
    const second = writeOnDisk('tools/second.ts', 'x');
    await vscode.window.showTextDocument(vscode.Uri.file(first), { preview: false });
    await vscode.window.showTextDocument(vscode.Uri.file(second), { preview: false });
    await vscode.window.showTextDocument(vscode.Uri.file(first), { preview: false });
    const page = vscode.window.createWebviewPanel('page', 'Page', vscode.ViewColumn.One);
    try {
      await until(() => vscode.window.activeTextEditor === undefined, 'the page to be active');
      assert.deepEqual(open.workspace.openFiles(), [first, second]);
    } finally {
      page.dispose();
    }
  });

  it('takes the file whose preview is shown', async () => {
    const code = writeOnDisk('tools/code.ts', 'x');
    const notes = writeOnDisk('tools/notes.md', '# Notes\n');
    await vscode.window.showTextDocument(vscode.Uri.file(code), { preview: false });
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(notes));
    await until(() => open.workspace.openFiles()[0] === notes, 'the preview to be active');
    assert.deepEqual(open.workspace.openFiles(), [notes, code]);
  });

  it('tells the selection in whole lines', async () => {
    const path = writeOnDisk('tools/select.ts', 'one\ntwo\nthree\n');
    const editor = await show(path);
    assert.equal(open.workspace.selection(), undefined);
    editor.selection = new vscode.Selection(0, 1, 2, 0);
    await until(() => open.workspace.selection() !== undefined, 'the selection');
    assert.deepEqual(open.workspace.selection(), {
      path,
      startLine: 1,
      endLine: 2,
      text: 'ne\ntwo\n',
      languageId: 'typescript',
    });
  });

  it('tells problems by path and line', () => {
    const path = writeOnDisk('tools/problems.txt', 'one\ntwo\n');
    const late = new vscode.Diagnostic(new vscode.Range(1, 2, 1, 3), 'late');
    const early = new vscode.Diagnostic(
      new vscode.Range(0, 0, 0, 3),
      'early',
      vscode.DiagnosticSeverity.Warning,
    );
    late.code = { value: 42, target: vscode.Uri.parse('https://a.example') };
    late.source = 'checker';
    problems.set(vscode.Uri.file(path), [late, early]);
    assert.deepEqual(open.workspace.diagnostics([path]), [
      {
        path,
        startLine: 1,
        startColumn: 1,
        endLine: 1,
        severity: 'warning',
        message: 'early',
      },
      {
        path,
        startLine: 2,
        startColumn: 3,
        endLine: 2,
        severity: 'error',
        message: 'late',
        source: 'checker',
        code: '42',
      },
    ]);
    assert.deepEqual(open.workspace.diagnostics([workspacePath('other.txt')]), []);
  });

  it('gives an edit’s problems once a language service has looked at it', async () => {
    const path = writeOnDisk('tools/checked.txt', 'good\n');
    const checker = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const isBad = document.getText().includes('bad');
      const found = isBad ? [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), 'Bad word')] : [];
      setTimeout(() => problems.set(document.uri, found), 150);
    });
    await open.workspace.applyChanges([{ path, before: 'good\n', after: 'bad\n' }]);
    const after = await open.workspace.settledDiagnostics([path], signal);
    assert.deepEqual(
      after.map((problem) => problem.message),
      ['Bad word'],
    );
    await open.workspace.applyChanges([{ path, before: 'bad\n', after: 'good again\n' }]);
    assert.deepEqual(await open.workspace.settledDiagnostics([path], signal), []);
    checker.dispose();
  });

  it('tells of changes in editors and on disk', async () => {
    const seen: string[] = [];
    const subscription = open.workspace.onDidChangeFile((path) => seen.push(path));
    const path = writeOnDisk('tools/watched.txt', 'one\n');
    await until(() => {
      // A file that is written while its folder is new can slip past VS Code's watcher.
      writeFileSync(path, 'one\n');
      return seen.includes(path);
    }, 'the new file');
    const editor = await show(path);
    seen.length = 0;
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), 'x'));
    await until(() => seen.includes(path), 'typing');
    const other = workspacePath('tools/other.txt');
    await until(() => {
      writeFileSync(other, 'x');
      return seen.includes(other);
    }, 'another file');
    subscription.dispose();
  });
});

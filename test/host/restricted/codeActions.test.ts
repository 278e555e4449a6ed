import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { offeredActions } from '../../../src/host/actions/codeActions.ts';
import { assertTrusted } from '../../../src/host/actions/preconditions.ts';
import { closeAll, show, workspacePath } from '../support/editor.ts';

describe('In Restricted Mode code actions', () => {
  after(closeAll);

  it('explain, and offer nothing that edits', async () => {
    const { document } = await show(workspacePath('greeting.ts'));
    const range = new vscode.Range(0, 0, 1, 0);
    const titles = offeredActions(document, range, {
      diagnostics: [new vscode.Diagnostic(range, 'Wrong.')],
      only: undefined,
      triggerKind: vscode.CodeActionTriggerKind.Invoke,
    }).map(({ title }) => title);
    assert.deepEqual(titles, [
      'Explain this problem with Slipstream',
      'Explain with Slipstream',
      'Review with Slipstream',
      'Ask Slipstream…',
    ]);
  });

  it('that are asked for all the same say what to do', () => {
    assert.throws(() => assertTrusted('edit files'), /Trust the folder first/);
  });
});

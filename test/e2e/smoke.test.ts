import assert from 'node:assert/strict';
import { type Editor, startEditor } from './support/editor.ts';
import type { Workbench } from './support/workbenchPage.ts';

describe('A window of VS Code with Slipstream installed', () => {
  let editor: Editor | undefined;
  let workbench: Workbench;

  before(async () => {
    editor = await startEditor();
    workbench = await editor.open();
  });

  after(() => editor?.close());

  it('lists Slipstream among the installed extensions', async () => {
    const { page } = workbench;
    await workbench.runCommand('Extensions: Show Installed Extensions');
    const entry = page.getByRole('listitem', { name: /^Slipstream/ }).first();
    await entry.waitFor();
    assert.match((await entry.getAttribute('aria-label')) ?? '', /Slipstream/);
  });

  it('offers Slipstream in the activity bar', async () => {
    const tab = workbench.page.getByRole('tab', { name: /^Slipstream/ }).first();
    await tab.click();
    assert.equal(await tab.getAttribute('aria-selected'), 'true');
  });

  it('opens a file of its own copy of the sample', async () => {
    await workbench.openFile('src/cart.js');
    await workbench.page.getByText('class Cart').first().waitFor();
  });

  it('comes back after the extension host was killed', async () => {
    const killed = await workbench.killHost();
    assert.notEqual(await workbench.hostPid(), killed);
  });

  it('comes back after a reload', async () => {
    await workbench.reload();
    assert.ok(await workbench.hostPid());
    await workbench.screenshot('smoke');
  });
});

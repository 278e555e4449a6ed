import type { Locator } from 'playwright-core';
import type { Workbench } from './workbenchPage.ts';

/** The text of the editors that are in view, as far as it is scrolled into view. */
export function editorPane({ page }: Workbench): Locator {
  return page.locator('.editor-instance');
}

/** Puts the focus into the active editor, so that keys reach it. */
export async function focusEditor(workbench: Workbench): Promise<void> {
  const pane = editorPane(workbench).last();
  await pane.locator('.view-lines').click();
  await pane.locator('.monaco-editor.focused').waitFor();
}

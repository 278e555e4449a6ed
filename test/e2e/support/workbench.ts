import { type EditorOptions, startEditor, type WindowOptions } from './editor.ts';
import type { Workbench } from './workbenchPage.ts';

/**
 * Opens a window of a fresh VS Code with the extension installed, for a test that needs only one;
 * closing it ends everything. Tests that open several share one `startEditor`.
 */
export async function openWorkbench(
  options: EditorOptions & WindowOptions = {},
): Promise<Workbench> {
  const editor = await startEditor(options);
  try {
    const workbench = await editor.open(options);
    workbench.close = () => editor.close();
    return workbench;
  } catch (error) {
    await editor.close();
    throw error;
  }
}

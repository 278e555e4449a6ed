import { UserError } from '../../base/errors.ts';
import { countLineEnds } from '../../base/lineBounds.ts';
import { unifyLineEnds, withLineEnd } from '../edit/lineEnds.ts';
import { applyChange, assertWritable, editAccess } from './fileChange.ts';
import { fileEditOf } from './fileEdit.ts';
import { defineInput } from './input.ts';
import { findTarget, type Target } from './target.ts';
import type { Tool, ToolContext } from './tool.ts';

const input = defineInput((s) =>
  s.object({
    path: s.name('The file; missing folders are made.'),
    content: s.text('Its whole text.'),
  }),
);

/** Makes a file, or replaces all of its text. */
export function createWriteFileTool(): Tool {
  return {
    name: 'write_file',
    description:
      'Makes a new file, or replaces the whole text of one; for changes to an existing file prefer edit_file. Line ends of an existing file are kept. Tells the problems the file has afterwards.',
    inputSchema: input.schema,
    kind: 'write',
    prepare: async (given, context) => {
      const { path, content } = input.parse(given);
      if (/\p{Surrogate}/u.test(content)) {
        throw new UserError('content holds half of a surrogate pair, which is no character.');
      }
      if (/[\\/]$/.test(path)) {
        throw new UserError(`${path} names a folder: add the name of a file.`);
      }
      const target = await findTarget(path, context);
      assertWritable(target);
      const before = await currentText(target, context);
      const after = before === undefined ? content : inStyleOf(before, content);
      if (before === after) {
        throw new UserError(`${target.display} has exactly this content already.`);
      }
      const change = { path: target.path, before, after };
      const verb = before === undefined ? 'Made' : 'Replaced the text of';
      const done = `${verb} ${target.display}: ${lineCount(after)}.`;
      return {
        title: `${before === undefined ? 'Make' : 'Overwrite'} ${target.display}`,
        access: editAccess(target, change),
        edits: [fileEditOf(change)],
        run: (_progress, signal) => applyChange(target, change, { done, context }, signal),
      };
    },
  };
}

/** Undefined for a new file. Throws `UserError` for a binary one, which is never overwritten. */
async function currentText(target: Target, context: ToolContext): Promise<string | undefined> {
  const { workspace } = context;
  if (target.kind === 'missing' && !workspace.openFiles().includes(target.path)) {
    return undefined;
  }
  return (await workspace.readText(target.path)).text;
}

/** With the line ends that most lines of the file have. Its byte-order mark stays by itself. */
function inStyleOf(before: string, content: string): string {
  const text = content.startsWith('\uFEFF') ? content.slice(1) : content;
  const { lineEnd } = unifyLineEnds(before);
  return lineEnd === undefined ? text : withLineEnd(text, lineEnd);
}

function lineCount(text: string): string {
  const count = countLineEnds(text) + (text === '' || text.endsWith('\n') ? 0 : 1);
  return count === 1 ? '1 line' : `${count} lines`;
}

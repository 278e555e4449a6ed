import { UserError } from '../../base/errors.ts';
import {
  explainFailure,
  explainFailureWithoutContent,
  type FailedEdit,
} from '../edit/failureText.ts';
import type { LooseEdit, TextEdit } from '../edit/match.ts';
import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import { inSpan } from '../telemetry/traceScope.ts';
import { applyChange, assertWritable, editAccess } from './fileChange.ts';
import { fileEditOf } from './fileEdit.ts';
import { defineInput } from './input.ts';
import { explainMissing } from './missingFile.ts';
import { findTarget, type Target } from './target.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { FileChange } from './workspace.ts';

const input = defineInput((s) =>
  s.object({
    path: s.name('An existing file.'),
    edits: s.array(
      s.object({
        old_text: s.text('Exact text of the file, without line numbers; must occur once.'),
        new_text: s.text('What replaces it.'),
        replace_all: s.optional(s.flag('Replace every occurrence.')),
      }),
      'Applied in order, each to what the ones before left.',
    ),
  }),
);

/** Replaces exact pieces of a file's text: all of them, or none. */
export function createEditFileTool(): Tool {
  return {
    name: 'edit_file',
    description:
      'Replaces exact text in a file. All edits apply or none does. Line ends are matched to the file; indentation must be exact. Tells the problems the file has afterwards.',
    inputSchema: input.schema,
    kind: 'write',
    prepare: async (given, context, signal) => {
      const parsed = input.parse(given);
      const edits = parsed.edits.map((edit) => ({
        oldText: edit.old_text,
        newText: edit.new_text,
        replaceAll: edit.replace_all ?? false,
      }));
      const target = await findTarget(parsed.path, context);
      assertWritable(target);
      const { change, replacements, loose } = await computeChange(target, edits, context, signal);
      const note = loose.length > 0 ? looseNote(loose) : undefined;
      const count = `${replacements} ${replacements === 1 ? 'replacement' : 'replacements'}`;
      const done = `Edited ${target.display}: ${count}.${note === undefined ? '' : ` ${note}`}`;
      return {
        title: `Edit ${target.display}`,
        access: editAccess(target, change, note),
        edits: [fileEditOf(change)],
        run: (_progress, runSignal) => applyChange(target, change, { done, context }, runSignal),
      };
    },
  };
}

interface ComputedChange {
  readonly change: FileChange;
  readonly replacements: number;
  readonly loose: readonly LooseEdit[];
}

/** For the user and the model alike. */
function looseNote(loose: readonly LooseEdit[]): string {
  const places = loose.map(({ startLine, endLine }) =>
    startLine === endLine ? `line ${startLine}` : `lines ${startLine}-${endLine}`,
  );
  return `White space was matched loosely at ${places.join(', ')}: the text quoted has other tabs or spaces than the file, and the file’s own indentation was kept.`;
}

async function computeChange(
  target: Target,
  edits: readonly TextEdit[],
  context: ToolContext,
  signal: AbortSignal,
): Promise<ComputedChange> {
  const { workspace } = context;
  if (target.kind === 'missing' && !workspace.openFiles().includes(target.path)) {
    throw new UserError(await explainMissing(target, context, signal));
  }
  const { text } = await workspace.readText(target.path);
  const result = await inSpan(
    context.trace,
    operation.editMatch,
    () => context.matcher.apply(text, edits, signal),
    { [slipstream.size]: text.length },
  );
  if (result.kind === 'failed') {
    throw new UserError(explain(target, edits, result));
  }
  if (result.text === text) {
    throw new UserError(`The edits leave ${target.display} as it is: they undo one another.`);
  }
  const change = { path: target.path, before: text, after: result.text };
  return { change, replacements: result.replacements, loose: result.loose ?? [] };
}

function explain(
  target: Target,
  edits: readonly TextEdit[],
  { editIndex, failure }: Pick<FailedEdit, 'editIndex' | 'failure'>,
): string {
  const oldText = edits[editIndex]?.oldText ?? '';
  const failed = { failure, editIndex, editCount: edits.length, file: target.display, oldText };
  // Nobody has given leave yet, and an error that quotes the file would be a way to read it.
  return target.isFree ? explainFailure(failed) : explainFailureWithoutContent(failed);
}

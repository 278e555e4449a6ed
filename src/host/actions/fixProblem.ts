import { throwIfCancelled, UserError } from '../../base/errors.ts';
import { type ActionTracing, requestWithin } from '../../core/actions/actionTrace.ts';
import { wholeText } from '../../core/actions/answerText.ts';
import type { AskedModel } from '../../core/actions/editRequest.ts';
import {
  type Fix,
  fixMessages,
  fixRequest,
  readFix,
  repairMessages,
} from '../../core/actions/fixRequest.ts';
import { explainFailure } from '../../core/edit/failureText.ts';
import { applyEdits } from '../../core/edit/match.ts';
import type { Message } from '../../core/model/message.ts';
import type { ModelGateway } from '../../core/model/request.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { TraceScope } from '../../core/telemetry/traceScope.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import type { Notifications } from '../notifications.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { ActionTarget } from './actionTarget.ts';

export interface FixProblemParts extends ActionTracing {
  /** The operation that it is; undefined where nobody measures. */
  readonly trace: TraceScope | undefined;
  readonly folders: WorkspaceFolders;
  readonly gateway: ModelGateway;
  readonly notifications: Notifications;
  readonly workspace: Workspace;
  /** The model to ask, for a task in these words. */
  readonly model: (userText: string) => Promise<AskedModel>;
}

/** Of a file this much goes along, around the problem: some 16,000 tokens. Characters. */
const maxFileCharacters = 40_000;

/** Edits that do not apply are asked for once more, with the reason: a second failure would be a third. */
const maxTries = 2;

/** Asks for a fix of the problems at the target, and applies it where it fits to the character. */
export async function fixProblem(
  target: ActionTarget,
  parts: FixProblemParts,
  signal: AbortSignal,
): Promise<void> {
  const { workspace, folders, notifications, trace } = parts;
  const { path, document, problems } = target;
  const { text: before } = await workspace.readText(path);
  const displayPath = folders.displayPath(path);
  const text = aroundProblems(before.replaceAll('\r\n', '\n'), problems[0]?.startLine ?? 1);
  const messages = fixMessages({ displayPath, languageId: document.languageId, text, problems });
  const { after, explanation } = await askForFix({ before, displayPath, messages }, parts, signal);
  if (after === before) {
    notifications.info(`Nothing was changed in ${displayPath}. ${explanation}`.trim());
    return;
  }
  throwIfCancelled(signal);
  trace?.enter(operation.actionApply);
  await workspace.applyChanges([{ path, before, after }]);
}

interface FixedFile {
  readonly before: string;
  readonly displayPath: string;
  readonly messages: readonly Message[];
}

async function askForFix(
  { before, displayPath, messages }: FixedFile,
  { gateway, model, clock, trace }: FixProblemParts,
  signal: AbortSignal,
): Promise<{ readonly after: string; readonly explanation: string }> {
  let said = messages;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const request = fixRequest(said, await model('Fix this problem'));
    const answer = await wholeText(gateway, requestWithin(trace, clock, request), signal);
    trace?.enter(operation.editMatch);
    const fix = readFix(answer);
    const result = fix && applied(before, fix, displayPath);
    if (fix && result?.after !== undefined) {
      return { after: result.after, explanation: fix.explanation };
    }
    const failure = result?.failure ?? 'The answer is not the JSON object that was asked for.';
    said = repairMessages(said, answer, failure);
  }
  throw new UserError(
    `The model’s fix does not fit ${displayPath} to the character. Nothing was changed. Try again, or ask for the fix in the chat.`,
  );
}

function applied(
  before: string,
  { edits }: Fix,
  file: string,
): { readonly after?: string; readonly failure?: string } {
  const result = applyEdits(before, edits);
  if (result.kind === 'applied') {
    return { after: result.text };
  }
  const { editIndex, failure } = result;
  const oldText = edits[editIndex]?.oldText ?? '';
  return {
    failure: explainFailure({ failure, editIndex, editCount: edits.length, file, oldText }),
  };
}

/** The whole text where it is short, else the lines around a place. */
function aroundProblems(text: string, line: number): string {
  if (text.length <= maxFileCharacters) {
    return text;
  }
  const lines = text.split('\n');
  let [first, end] = [line - 1, line];
  let size = lines[first]?.length ?? 0;
  while (size < maxFileCharacters && (first > 0 || end < lines.length)) {
    first = Math.max(0, first - 1);
    end = Math.min(lines.length, end + 1);
    size += (lines[first]?.length ?? 0) + (lines[end - 1]?.length ?? 0) + 2;
  }
  return `(lines ${first + 1} to ${end} of ${lines.length})\n${lines.slice(first, end).join('\n')}`;
}

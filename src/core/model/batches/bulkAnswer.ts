import { UserError } from '../../../base/errors.ts';
import { withLineEnd } from '../../edit/lineEnds.ts';
import { type BulkTask, bulkTask } from './bulkTask.ts';

/** Why an answer that ended in this way is of no use; undefined where it is whole. */
export function problemOfStop(task: BulkTask, stopReason: string): string | undefined {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return undefined;
    case 'refusal':
      return 'The model declined to answer.';
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return bulkTask(task).changesFiles
        ? 'The answer was cut off at the most tokens that it may have, so the file would not be whole.'
        : undefined;
    default:
      return 'The model stopped before its answer was whole.';
  }
}

/** A fence that opens or closes a code block: its run of characters, and what follows them. */
const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*(.*)$/;

/**
 * The text of a file that an answer consists of: what is in its first code block up to the last fence
 * that can close it, so that fences inside of the file are its own. `before` is the file that it
 * replaces, whose line ends and end it keeps. Throws `UserError` where there is no such block.
 */
export function fileOfAnswer(answer: string, before: string | undefined): string {
  const lines = answer.replaceAll('\r\n', '\n').split('\n');
  const start = lines.findIndex((line) => fence.test(line));
  const [, opening = ''] = fence.exec(lines[start] ?? '') ?? [];
  const end = lines.findLastIndex((line) => isClosing(line, opening));
  if (start < 0 || end <= start) {
    throw new UserError('The answer holds no whole file in a code block.');
  }
  const text = lines.slice(start + 1, end).join('\n');
  if (text.trim() === '') {
    throw new UserError('The file in the answer is empty.');
  }
  const hasEnd = before === undefined || before === '' || before.endsWith('\n');
  const ended = `${text.replace(/\n+$/, '')}${hasEnd ? '\n' : ''}`;
  return withLineEnd(ended, before?.includes('\r\n') ? '\r\n' : '\n');
}

function isClosing(line: string, opening: string): boolean {
  const [, run = '', rest = ''] = fence.exec(line) ?? [];
  return run[0] === opening[0] && run.length >= opening.length && rest.trim() === '';
}

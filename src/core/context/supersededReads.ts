import type { ToolResultBlock, ToolUseBlock } from '../model/message.ts';
import type { AssistantMessageRecord, MessageRecord, ToolResultRecord } from '../store/records.ts';
import { instructionsIn } from '../tokens/messageTokens.ts';

const changingTools: ReadonlySet<string> = new Set(['edit_file', 'write_file']);

const readAgainText = '[Left out: this was read again later.]';
const changedText = '[Left out: the file was changed later. Read it again where it is needed.]';

/** How `read_file` says that there is more of the file than it gave. */
const hasMorePattern = /\[[^\n]*Read on with start_line \d+[^\n]*\]\s*$/;

/**
 * The results of `read_file` whose contents are out of date or come again later among these records,
 * by the id of their message and tool use, each with what is sent in its place.
 */
export function supersededReads(records: readonly MessageRecord[]): ReadonlyMap<string, string> {
  const superseded = new Map<string, string>();
  const later: LaterCalls = { changed: new Set(), read: new Set(), readWhole: new Set() };
  // From the end, so that what comes later is known.
  for (const record of records.toReversed()) {
    if (record.role === 'assistant') {
      for (const call of callsOf(record).toReversed()) {
        const stub = stubFor(call, later);
        if (stub !== undefined) {
          superseded.set(readKey(record.id, call.use.id), stub);
        }
        take(call, later);
      }
    }
  }
  return superseded;
}

/** Tells a result apart: ids of tool uses may come again in one thread. */
export function readKey(messageId: string, toolUseId: string): string {
  return `${messageId} ${toolUseId}`;
}

/** The stub, with the instructions that came with the contents: those still hold. */
export function stubContent(stub: string, content: ToolResultBlock['content']): string {
  return [stub, ...instructionsIn(textOf(content))].join('\n\n');
}

interface Call {
  readonly use: ToolUseBlock;
  readonly result: ToolResultRecord;
  readonly path: string;
}

/** Paths, and reads by what exactly they asked for. */
interface LaterCalls {
  readonly changed: Set<string>;
  readonly read: Set<string>;
  readonly readWhole: Set<string>;
}

function callsOf({ content, toolResults }: AssistantMessageRecord): readonly Call[] {
  return content.flatMap((block) => {
    if (block.type !== 'tool_use') {
      return [];
    }
    const result = toolResults.find((candidate) => candidate.toolUseId === block.id);
    const path = pathOf(block.input);
    return path !== undefined && result?.status === 'done' ? [{ use: block, result, path }] : [];
  });
}

function stubFor({ use, path }: Call, later: LaterCalls): string | undefined {
  if (use.name !== 'read_file') {
    return undefined;
  }
  if (later.changed.has(path)) {
    return changedText;
  }
  const comesAgain = later.readWhole.has(path) || later.read.has(rangeKey(use, path));
  return comesAgain ? readAgainText : undefined;
}

function take({ use, result, path }: Call, later: LaterCalls): void {
  if (changingTools.has(use.name)) {
    later.changed.add(path);
  } else if (use.name === 'read_file') {
    later.read.add(rangeKey(use, path));
    if (isWhole(use, result)) {
      later.readWhole.add(path);
    }
  }
}

function isWhole(use: ToolUseBlock, result: ToolResultRecord): boolean {
  const { start_line, end_line } = use.input as Readonly<Record<string, unknown>>;
  return (
    (start_line === undefined || start_line === 1) &&
    end_line === undefined &&
    !hasMorePattern.test(textOf(result.content))
  );
}

function rangeKey(use: ToolUseBlock, path: string): string {
  const { start_line, end_line, start_character } = use.input as Readonly<Record<string, unknown>>;
  return JSON.stringify([path, start_line, end_line, start_character]);
}

/** As the model wrote it: the same file under two names counts as two, which keeps too much at worst. */
function pathOf(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('path' in input)) {
    return undefined;
  }
  const { path } = input;
  return typeof path === 'string' ? path.replaceAll('\\', '/').replace(/^\.\//, '') : undefined;
}

function textOf(content: ToolResultBlock['content']): string {
  if (typeof content === 'string') {
    return content;
  }
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}

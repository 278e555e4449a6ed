import type { AssistantMessageRecord, MessageRecord, ToolResultRecord } from '../store/records.ts';
import { type FileEdit, isUndone } from '../tools/fileEdit.ts';
import type { Workspace } from '../tools/workspace.ts';

/** More files than a turn changes by single edits; those after them are not looked at. */
const mostFiles = 128;

/** What a turn has done to files: each as it was before the turn, and as the turn has left it. */
export class TurnEdits {
  private readonly byPath = new Map<string, FileEdit>();

  private isRejected = false;

  get isEmpty(): boolean {
    return this.byPath.size === 0;
  }

  add(edit: FileEdit): void {
    const first = this.byPath.get(edit.path);
    if (first || this.byPath.size < mostFiles) {
      this.byPath.set(edit.path, first ? { ...edit, before: first.before } : edit);
    }
  }

  has(path: string): boolean {
    return this.byPath.has(path);
  }

  /** The user did not want a piece of it. */
  reject(): void {
    this.isRejected = true;
  }

  /** Whether a piece was rejected, or any of the files reads again as before the turn. */
  async areUndone(workspace: Pick<Workspace, 'readText'>): Promise<boolean> {
    if (this.isRejected) {
      return true;
    }
    for (const edit of [...this.byPath.values()]) {
      if (await isUndone(edit, workspace)) {
        return true;
      }
    }
    return false;
  }
}

/**
 * Whether more of a turn's edits failed than applied. What the user denied or stopped says nothing.
 * @param isEdit Whether a tool of this name edits files.
 */
export function haveEditsFailed(
  records: readonly MessageRecord[],
  turnId: string,
  isEdit: (toolName: string) => boolean,
): boolean {
  const statuses = records.flatMap((record) =>
    record.role === 'assistant' && record.turnId === turnId ? editStatuses(record, isEdit) : [],
  );
  const failed = statuses.filter((status) => status === 'failed').length;
  const applied = statuses.filter((status) => status === 'done').length;
  return failed > applied;
}

function editStatuses(
  { content, toolResults }: AssistantMessageRecord,
  isEdit: (toolName: string) => boolean,
): readonly ToolResultRecord['status'][] {
  const edits = new Set(
    content.flatMap((block) => (block.type === 'tool_use' && isEdit(block.name) ? block.id : [])),
  );
  return toolResults.flatMap(({ toolUseId, status }) => (edits.has(toolUseId) ? status : []));
}

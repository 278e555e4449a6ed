import { noUsage } from '../model/message.ts';
import type { ThreadRecord } from '../store/records.ts';
import { InstructionFinder } from './instructions.ts';
import { isReadOnlyPrompt, systemPrompt } from './systemPrompt.ts';
import type { ThreadParts } from './threadParts.ts';
import { titleOf } from './userContent.ts';

type Surroundings = Pick<ThreadParts<unknown>, 'workspace' | 'workspaceKey' | 'platform' | 'clock'>;

/** The record of a thread that begins with this text, named by it unless the user has named it. */
export async function newThreadRecord(
  id: string,
  text: string,
  titleByUser: string | undefined,
  parts: Surroundings,
): Promise<ThreadRecord> {
  const now = parts.clock.wallTime();
  return {
    id,
    workspace: parts.workspaceKey(),
    title: titleByUser ?? titleOf(text),
    isTitleByUser: titleByUser !== undefined,
    systemPrompt: await freshPrompt(parts),
    createdAt: now,
    updatedAt: now,
    usage: noUsage,
    costUsd: 0,
  };
}

/**
 * The thread's own system prompt. It is made anew only where it would keep the model from what it
 * may do since: in a folder that the user has trusted after the thread began.
 */
export async function currentPrompt(record: ThreadRecord, parts: Surroundings): Promise<string> {
  const isOutdated = parts.workspace.isTrusted() && isReadOnlyPrompt(record.systemPrompt);
  return isOutdated ? freshPrompt(parts) : record.systemPrompt;
}

async function freshPrompt({ workspace, platform }: Surroundings): Promise<string> {
  const roots = workspace.roots();
  const instructions = await new InstructionFinder(roots).atRoots();
  return systemPrompt({ ...platform, roots, canEdit: workspace.isTrusted(), instructions });
}

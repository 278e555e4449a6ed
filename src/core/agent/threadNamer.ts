import { isCancellation } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { HostEvent } from '../../shared/protocol.ts';
import type { ThreadStore } from '../store/records.ts';
import { pageMessages } from './messageOrder.ts';
import { beginningOf, type ThreadBeginning } from './threadNaming.ts';

export interface ThreadNamerParts {
  readonly store: Pick<ThreadStore, 'readThread' | 'readPage'>;
  /** The name of a thread that began so. */
  readonly ask: (beginning: ThreadBeginning, signal: AbortSignal) => Promise<string>;
  /** Whether the user wants it and there is a model to ask. */
  readonly isWanted: () => Promise<boolean>;
  /** Gives the thread its name unless the user has named it meanwhile. */
  readonly suggestTitle: (threadId: string, title: string) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** Gives a thread a better name than its first words once its first turn has been answered. */
export class ThreadNamer implements Disposable {
  private readonly parts: ThreadNamerParts;
  private readonly resources = new ResourceManager('threadNamer');
  private readonly disposal: AbortSignal;
  private hasFailed = false;

  constructor(parts: ThreadNamerParts) {
    this.parts = parts;
    this.disposal = this.resources.abortController().signal;
  }

  /** Hears what the panel is told. Never throws: a thread without a better name keeps the one it has. */
  observe(event: HostEvent): void {
    if (event.type === 'turn/ended' && event.state === 'done' && !this.hasFailed) {
      this.name(event.threadId).catch((error: unknown) => this.fail(error));
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private async name(threadId: string): Promise<void> {
    const { store, ask, isWanted, suggestTitle } = this.parts;
    if (!(await isWanted())) {
      return;
    }
    const record = await store.readThread(threadId);
    const { messages, hasEarlier } = await store.readPage(threadId, { limit: pageMessages });
    const beginning = record && !hasEarlier ? beginningOf(record.workspace, messages) : undefined;
    if (!beginning || record?.isTitleByUser || this.disposal.aborted) {
      return;
    }
    await suggestTitle(threadId, await ask(beginning, this.disposal));
  }

  /** What failed once, for want of the small model or of credit, would fail with every thread. */
  private fail(error: unknown): void {
    if (!isCancellation(error)) {
      this.hasFailed = true;
      this.parts.onFailure(error);
    }
  }
}

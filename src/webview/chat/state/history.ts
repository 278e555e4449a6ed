import { type Signal, signal } from '@preact/signals';
import type { ThreadSummary, ThreadTeamView } from '../../../shared/views.ts';

export interface ThreadPage {
  readonly threads: readonly ThreadSummary[];
  readonly hasMore: boolean;
}

export type ListThreads = (
  params: { query: string; limit: number; before?: { updatedAt: number; id: string } },
  signal: AbortSignal,
) => Promise<ThreadPage>;

/** Rows per request: two screens of a tall panel. Own choice. */
const pageSize = 50;

/** The list of threads with its search, loaded page by page. */
export class History {
  readonly query: Signal<string> = signal('');
  readonly threads: Signal<readonly ThreadSummary[]> = signal([]);
  readonly state: Signal<'idle' | 'loading' | 'failed'> = signal('idle');
  private readonly list: ListThreads;
  private hasMore = false;
  private pending: AbortController | undefined;

  constructor(list: ListThreads) {
    this.list = list;
  }

  /** Loads the first page for a query. An answer to an earlier query is dropped. */
  async search(query: string): Promise<void> {
    this.query.value = query;
    this.pending?.abort();
    await this.load([]);
  }

  /** Loads the next page, if there is one and none is being loaded. */
  async loadMore(): Promise<void> {
    if (this.hasMore && this.state.peek() === 'idle') {
      await this.load(this.threads.peek());
    }
  }

  rename(threadId: string, title: string): void {
    this.threads.value = this.threads
      .peek()
      .map((thread) => (thread.id === threadId ? { ...thread, title } : thread));
  }

  /** Says what a thread is to the team now. */
  mark(threadId: string, team: ThreadTeamView): void {
    this.threads.value = this.threads
      .peek()
      .map((thread) => (thread.id === threadId ? { ...thread, team } : thread));
  }

  /** Lists again what is listed, where that is one page: whoever scrolled on is not disturbed. */
  async refresh(): Promise<void> {
    if (this.state.peek() === 'idle' && this.threads.peek().length <= pageSize) {
      await this.load([]);
    }
  }

  remove(threadId: string): void {
    this.threads.value = this.threads.peek().filter((thread) => thread.id !== threadId);
  }

  /** Stops loading: the list is about to go. */
  close(): void {
    this.pending?.abort();
    this.pending = undefined;
    this.state.value = 'idle';
  }

  private async load(before: readonly ThreadSummary[]): Promise<void> {
    const controller = new AbortController();
    this.pending = controller;
    this.state.value = 'loading';
    const last = before.at(-1);
    try {
      const page = await this.list(
        {
          query: this.query.peek(),
          limit: pageSize,
          ...(last && { before: { updatedAt: last.updatedAt, id: last.id } }),
        },
        controller.signal,
      );
      if (this.pending === controller) {
        this.threads.value = [...before, ...page.threads];
        this.hasMore = page.hasMore;
        this.state.value = 'idle';
      }
    } catch (error) {
      if (this.pending !== controller) {
        return;
      }
      this.state.value = 'failed';
      throw error;
    }
  }
}

/** A row's excerpt in pieces: the host marks matches with `‹` and `›`. */
export function splitExcerpt(excerpt: string): { text: string; isMatch: boolean }[] {
  const pieces: { text: string; isMatch: boolean }[] = [];
  for (const [whole, match] of excerpt.matchAll(/‹([^›]*)›|[^‹]+|‹/g)) {
    pieces.push({ text: match ?? whole, isMatch: match !== undefined });
  }
  return pieces;
}

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isCancellation, throwIfCancelled, UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { type ActionTracing, requestWithin, tracedAction } from '../../core/actions/actionTrace.ts';
import { answerText } from '../../core/actions/answerText.ts';
import { type FileDiff, splitDiff } from '../../core/actions/changeDiff.ts';
import {
  type CommitSource,
  commitRequest,
  messageOf,
  partsToSummarize,
  type ReadChanges,
  summarizeDiffs,
  wholeDiff,
} from '../../core/actions/commitMessage.ts';
import type { AskedModel } from '../../core/actions/editRequest.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import type { ModelGateway } from '../../core/model/request.ts';
import { BatchQueue } from '../../core/model/schedule/batchQueue.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { TelemetrySources } from '../../core/telemetry/telemetrySources.ts';
import type { TraceScope } from '../../core/telemetry/traceScope.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import { isHidden } from '../hiding.ts';
import type { Notifications } from '../notifications.ts';
import { withProgress } from '../progress.ts';
import { findRepository, type GitRepository } from './gitRepository.ts';
import { assertOnline } from './preconditions.ts';

export interface CommitMessageParts extends ActionTracing {
  readonly connection: ConnectionProvider;
  readonly gateway: ModelGateway;
  readonly registry: TelemetrySources;
  readonly notifications: Notifications;
  readonly workspace: Workspace;
  /** The model to ask, for a task in these words. */
  readonly model: (userText: string) => Promise<AskedModel>;
  /** The model for notes on parts of a diff. */
  readonly smallModel: () => Promise<string>;
}

/** So many of the last commits show the style. */
const recentCommits = 10;

/** Writes commit messages into the input box of VS Code's Git. */
export class CommitMessages implements Disposable {
  private readonly parts: CommitMessageParts;
  private readonly notes: BatchQueue<string, string>;
  private readonly counting: Disposable;
  private isRunning = false;

  constructor(parts: CommitMessageParts) {
    this.parts = parts;
    this.notes = new BatchQueue({
      kind: summarizeDiffs,
      gateway: parts.gateway,
      clock: parts.clock,
      newId: randomUUID,
      model: parts.smallModel,
    });
    this.counting = parts.registry.add(
      'counters',
      `together.${summarizeDiffs.name}`,
      () => this.notes.counts,
    );
  }

  /** @param clicked What VS Code passes from the title of a repository. */
  async write(clicked: unknown): Promise<void> {
    if (this.isRunning) {
      throw new UserError('A commit message is being written already.');
    }
    this.isRunning = true;
    try {
      const kind = { name: operation.commitMessage, surface: 'commitMessage' } as const;
      await tracedAction(this.parts.tracing, kind, (trace) => this.writeTraced(clicked, trace));
    } finally {
      this.isRunning = false;
    }
  }

  dispose(): void {
    this.counting.dispose();
    this.notes.dispose();
  }

  private async writeTraced(clicked: unknown, trace: TraceScope | undefined): Promise<void> {
    await assertOnline(this.parts.connection, 'Writing a commit message');
    const repository = await findRepository(clicked);
    await withProgress('Writing a commit message', (signal) =>
      this.fill(repository, signal, trace),
    );
  }

  /** What the user had written is back where it comes to nothing. */
  private async fill(
    repository: GitRepository,
    signal: AbortSignal,
    trace: TraceScope | undefined,
  ): Promise<void> {
    const box = repository.inputBox;
    const begun = box.value;
    // Each text comes back from the window a little later: only one that we never wrote is the user's.
    const written = new Set([begun]);
    try {
      const source = await this.read(repository, begun);
      throwIfCancelled(signal);
      const changes = await this.changesOf(source.files, signal, trace);
      const asked = commitRequest(source, changes, await this.parts.model('Commit message'));
      const request = requestWithin(trace, this.parts.clock, asked);
      let answer = '';
      for await (const text of answerText(this.parts.gateway, request, signal)) {
        answer += text;
        if (!written.has(box.value)) {
          throw new UserError('You typed into the message, so Slipstream stopped writing it.');
        }
        box.value = messageOf(answer);
        written.add(box.value);
      }
      trace?.enter(operation.actionApply);
      if (messageOf(answer) === '') {
        throw new UserError('The model wrote no message. Try again.');
      }
    } catch (error) {
      if (written.has(box.value)) {
        box.value = begun;
      }
      if (!isCancellation(error)) {
        throw error;
      }
      trace?.fail(error);
    }
  }

  private async read(repository: GitRepository, begun: string): Promise<CommitSource> {
    const { state } = repository;
    const isStaged = state.indexChanges.length > 0;
    const files = await this.withoutHidden(repository, splitDiff(await repository.diff(isStaged)));
    if (files.length === 0) {
      throw new UserError('There are no changes to describe. Stage some first.');
    }
    if (!isStaged) {
      this.parts.notifications.info(
        'Nothing is staged, so the message describes all changes of the working tree.',
      );
    }
    const branch = state.HEAD?.name;
    return {
      files,
      recent: await recentMessages(repository),
      begun,
      ...(branch === undefined ? {} : { branch }),
    };
  }

  private async changesOf(
    files: readonly FileDiff[],
    signal: AbortSignal,
    trace: TraceScope | undefined,
  ): Promise<ReadChanges> {
    const parts = partsToSummarize(files);
    if (!parts) {
      return wholeDiff(files);
    }
    trace?.enter(operation.actionNotes);
    const notes = await Promise.all(parts.map((part) => this.notes.ask(part, signal)));
    trace?.enter(operation.actionGather);
    return { kind: 'notes', text: notes.map((note) => `- ${note}`).join('\n') };
  }

  private async withoutHidden(
    { rootUri }: GitRepository,
    files: readonly FileDiff[],
  ): Promise<readonly FileDiff[]> {
    const roots = this.parts.workspace.roots();
    return Promise.all(
      files.map(async (file) =>
        (await isHidden(join(rootUri.fsPath, file.path), false, roots))
          ? { ...file, leftOut: 'hidden' as const }
          : file,
      ),
    );
  }
}

async function recentMessages(repository: GitRepository): Promise<readonly string[]> {
  try {
    return (await repository.log({ maxEntries: recentCommits })).map(({ message }) => message);
  } catch {
    // A repository without a commit has no history, which git takes for a failure.
    return [];
  }
}

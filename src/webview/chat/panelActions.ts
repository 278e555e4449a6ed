import { type Signal, signal } from '@preact/signals';
import type {
  ApprovalDecision,
  BulkAction,
  Draft,
  PanelAction,
  ReviewAction,
  SlashCommand,
  ThreadTeamView,
  UserMessageView,
  WindowUsageView,
} from '../../shared/views.ts';
import type { Panel } from './panel.ts';
import { Restoring } from './restoring.ts';
import { Composer, emptyDraft } from './state/composer.ts';
import { removalOf } from './text/removal.ts';
import { readCommand } from './text/trigger.ts';

/** Commands of the panel itself, offered also where the host does not list them. */
const ownCommands: readonly SlashCommand[] = [
  { name: 'clear', description: 'Start a new thread', kind: 'panel' },
  { name: 'compact', description: 'Summarize earlier messages', kind: 'panel' },
  { name: 'help', description: 'What Slipstream can do and which keys it knows', kind: 'panel' },
];

/** What is known of a thread that goes. */
export interface RemovedThread {
  readonly id: string;
  readonly title: string;
  readonly team?: ThreadTeamView | undefined;
}

/** What the user can do. No method rejects: failures are shown. */
export class PanelActions {
  /** The earlier message that is being edited. */
  readonly editing: Signal<{ readonly turnId: string; readonly composer: Composer } | undefined> =
    signal(undefined);
  readonly isHelpShown: Signal<boolean> = signal(false);
  /** All commands, for the help. */
  readonly commands: Signal<readonly SlashCommand[]> = signal(ownCommands);
  readonly restoring: Restoring;
  private readonly panel: Panel;
  private isSending = false;
  private isLoadingEarlier = false;

  constructor(panel: Panel) {
    this.panel = panel;
    this.restoring = new Restoring(panel);
  }

  /** Sends what stands in the input, or acts on a command of the panel. */
  send(): Promise<void> {
    const { composer, thread, announcer } = this.panel;
    if (composer.isEmpty.peek() || this.isSending) {
      return Promise.resolve();
    }
    if (thread.isRunning.peek()) {
      announcer.say('Slipstream is still answering. Your draft is kept.');
      return Promise.resolve();
    }
    const command = readCommand(composer.text.peek());
    if (command && ownCommands.some(({ name }) => name === command.name)) {
      return this.runCommand(command.name, command.rest);
    }
    return this.panel.run(() => this.sendDraft(composer.toDraft()));
  }

  /** Acts on a command of the panel: `clear`, `compact` or `help`. */
  async runCommand(name: string, rest = ''): Promise<void> {
    this.panel.composer.clear();
    if (name === 'clear') {
      await this.newThread();
    } else if (name === 'compact') {
      await this.compact(rest);
    } else {
      await this.panel.run(() => this.loadCommands());
      this.isHelpShown.value = true;
    }
  }

  /** The host's commands and the panel's own. */
  async loadCommands(signal?: AbortSignal): Promise<readonly SlashCommand[]> {
    const { commands } = await this.panel.request('command/list', {}, signal);
    const names = new Set(commands.map(({ name }) => name));
    this.commands.value = [...commands, ...ownCommands.filter(({ name }) => !names.has(name))];
    return this.commands.value;
  }

  /** Summarizes earlier messages now. `focus` says what to keep above all; empty without. */
  compact(focus: string): Promise<void> {
    return this.inThread((threadId) => this.panel.request('thread/compact', { threadId, focus }));
  }

  openSummary(): Promise<void> {
    return this.inThread((threadId) => this.panel.request('thread/openSummary', { threadId }));
  }

  /** What fills the model's window; undefined where that cannot be told. */
  async readUsage(): Promise<WindowUsageView | undefined> {
    let usage: WindowUsageView | undefined;
    await this.inThread(async (threadId) => {
      usage = await this.panel.request('thread/usage', { threadId });
    });
    return usage;
  }

  stop(): Promise<void> {
    return this.inThread((threadId) => this.panel.request('turn/stop', { threadId }));
  }

  retry(turnId: string): Promise<void> {
    return this.inThread((threadId) => {
      const traceparent = this.panel.renderTrace.sending();
      return this.panel.request('turn/retry', { threadId, turnId, traceparent });
    });
  }

  startEditing(message: UserMessageView): void {
    const { turnId, text, chips, images } = message;
    this.editing.value = { turnId, composer: new Composer({ text, chips, images }) };
  }

  /** Edits the newest message of the user; false if there is none. */
  editLast(): boolean {
    const last = this.panel.thread.messages.peek().findLast((message) => message.role === 'user');
    if (last?.role !== 'user') {
      return false;
    }
    this.startEditing(last);
    return true;
  }

  cancelEditing(): void {
    this.editing.value = undefined;
    this.panel.focusRequests.value += 1;
  }

  saveEdit(): Promise<void> {
    const editing = this.editing.peek();
    if (!editing || editing.composer.isEmpty.peek()) {
      return Promise.resolve();
    }
    const { turnId, composer } = editing;
    return this.inThread(async (threadId) => {
      const traceparent = this.panel.renderTrace.sending();
      const draft = composer.toDraft();
      await this.panel.request('turn/edit', { threadId, turnId, draft, traceparent });
      this.cancelEditing();
    });
  }

  decide(blockId: string, decision: ApprovalDecision): Promise<void> {
    return this.inThread((threadId) =>
      this.panel.request('approval/decide', { threadId, blockId, decision }),
    );
  }

  showDiff(blockId: string, path: string): Promise<void> {
    return this.inThread((threadId) =>
      this.panel.request('approval/showDiff', { threadId, blockId, path }),
    );
  }

  async readOutput(blockId: string): Promise<string | undefined> {
    let output: string | undefined;
    await this.inThread(async (threadId) => {
      output = (await this.panel.request('tool/output', { threadId, blockId })).text;
    });
    return output;
  }

  /** Runs the action of a notice. Those about a turn know which: the notice's own. */
  runAction(action: PanelAction, turnId?: string): Promise<void> {
    if (action === 'newThread') {
      return this.newThread();
    }
    if (action === 'retryTurn' && turnId !== undefined) {
      return this.retry(turnId);
    }
    if (action === 'continueTurn') {
      return this.inThread((threadId) => this.panel.request('turn/continue', { threadId }));
    }
    return this.inThread((threadId) => this.panel.request('action/run', { action, threadId }));
  }

  newThread(): Promise<void> {
    return this.panel.run(async () => {
      this.leaveThread();
      this.panel.show(await this.panel.request('thread/new', {}));
      this.panel.focusRequests.value += 1;
    });
  }

  openThread(threadId: string): Promise<void> {
    return this.panel.run(async () => {
      this.leaveThread();
      this.panel.show(await this.panel.request('thread/open', { threadId }));
      this.panel.focusRequests.value += 1;
    });
  }

  rename(threadId: string, title: string): Promise<void> {
    const trimmed = title.trim();
    if (trimmed === '') {
      return Promise.resolve();
    }
    return this.panel.run(async () => {
      await this.panel.request('thread/rename', { threadId, title: trimmed });
      this.panel.history.rename(threadId, trimmed);
      if (threadId === this.panel.thread.id.peek()) {
        this.panel.thread.title.value = trimmed;
      }
    });
  }

  /** Deletes a thread, or hides one of somebody else, and offers to take that back. */
  delete({ id: threadId, title, team }: RemovedThread): Promise<void> {
    return this.panel.run(async () => {
      await this.panel.request('thread/delete', { threadId });
      const wasShown = threadId === this.panel.thread.id.peek();
      this.panel.history.remove(threadId);
      this.panel.toasts.show({
        text: removalOf(team).done(title),
        severity: 'info',
        action: { label: 'Undo', run: () => void this.restore(threadId, wasShown) },
      });
      if (wasShown) {
        this.leaveThread();
        const view = this.panel.view.peek();
        this.panel.show(await this.panel.request('thread/new', {}));
        this.panel.view.value = view;
      }
    });
  }

  exportThread(threadId: string): Promise<void> {
    return this.panel.run(() => this.panel.request('thread/export', { threadId }));
  }

  /** Lets the team see a thread, or its owner alone again. */
  share(threadId: string, isShared: boolean): Promise<void> {
    return this.panel.run(() => this.panel.request('thread/share', { threadId, isShared }));
  }

  loadEarlier(): Promise<void> {
    const { thread } = this.panel;
    const [first] = thread.messages.peek();
    if (!first || !thread.hasEarlier.peek() || this.isLoadingEarlier) {
      return Promise.resolve();
    }
    this.isLoadingEarlier = true;
    return this.inThread(async (threadId) => {
      const params = { threadId, beforeMessageId: first.id };
      const page = await this.panel.request('thread/earlier', params);
      if (threadId === thread.id.peek()) {
        thread.prepend(page.messages, page.hasEarlier);
      }
    }).finally(() => {
      this.isLoadingEarlier = false;
    });
  }

  /** Does something about a task over many files. */
  actOnJob(jobId: string, action: BulkAction): Promise<void> {
    return this.panel.run(() => this.panel.request('bulk/act', { jobId, action }));
  }

  /** Decides on the edits of a file or, without a path, of all files. */
  review(action: ReviewAction, path?: string): Promise<void> {
    const params = path === undefined ? { action } : { action, path };
    return this.panel.run(() => this.panel.request('review/act', params));
  }

  /** Copies text and says so. */
  copy(text: string): Promise<void> {
    return this.panel.run(async () => {
      await this.panel.request('clipboard/write', { text });
      this.panel.announcer.say('Copied.');
    });
  }

  insertCode(text: string): Promise<void> {
    return this.panel.run(() => this.panel.request('code/insert', { text }));
  }

  applyCode(text: string, path: string | undefined): Promise<void> {
    return this.panel.run(() => this.panel.request('code/apply', path ? { text, path } : { text }));
  }

  openLink(target: string): Promise<void> {
    return this.panel.run(() => this.panel.request('link/open', { target }));
  }

  private async sendDraft(draft: Draft): Promise<void> {
    const { composer, thread, request } = this.panel;
    this.isSending = true;
    this.isHelpShown.value = false;
    composer.load(emptyDraft);
    try {
      const traceparent = this.panel.renderTrace.sending();
      await request('turn/send', { threadId: thread.id.peek(), draft, traceparent });
    } catch (error) {
      // What was not sent is the user's again, unless something else was typed meanwhile.
      if (composer.isEmpty.peek()) {
        composer.load(draft);
      }
      throw error;
    } finally {
      this.isSending = false;
    }
  }

  private async restore(threadId: string, shouldShow: boolean): Promise<void> {
    await this.panel.run(async () => {
      this.panel.toasts.close();
      await this.panel.request('thread/restore', { threadId });
      if (this.panel.view.peek() === 'history') {
        await this.panel.history.search(this.panel.history.query.peek());
      } else if (shouldShow) {
        this.panel.show(await this.panel.request('thread/open', { threadId }));
      }
    });
  }

  private leaveThread(): void {
    this.editing.value = undefined;
    this.restoring.question.value = undefined;
    this.isHelpShown.value = false;
  }

  private inThread(work: (threadId: string) => Promise<unknown>): Promise<void> {
    return this.panel.run(() => work(this.panel.thread.id.peek()));
  }
}

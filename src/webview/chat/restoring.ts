import { type Signal, signal } from '@preact/signals';
import type { RestoreFileView, RestorePlanView } from '../../shared/views.ts';
import type { Panel } from './panel.ts';

/** What the user is asked about before anything is restored. */
export interface RestoreQuestion {
  readonly plan: RestorePlanView;
  /** Whether the conversation goes back as well. */
  readonly withThread: boolean;
  /** Files to restore although somebody else has changed them since, by path. */
  readonly overwritten: Signal<ReadonlySet<string>>;
}

/** Takes files, and the conversation, back to before a message. No method rejects. */
export class Restoring {
  /** What waits for the user's word. */
  readonly question: Signal<RestoreQuestion | undefined> = signal(undefined);
  readonly isBusy: Signal<boolean> = signal(false);
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  /** Shows what a restore to before this turn would change. */
  ask(turnId: string, withThread: boolean): Promise<void> {
    return this.run(async () => {
      this.question.value = await this.newQuestion(turnId, withThread);
    });
  }

  /** Takes the last restore back; asks first where somebody else has changed files since. */
  takeBack(restoreId: string): Promise<void> {
    return this.run(async () => {
      const question = await this.newQuestion(restoreId, false);
      if (question.plan.files.some(needsWord)) {
        this.question.value = question;
      } else {
        await this.restore(question);
      }
    });
  }

  /** Does what was asked about. */
  confirm(): Promise<void> {
    return this.run(async () => {
      const question = this.question.peek();
      if (question) {
        await this.restore(question);
        this.close();
      }
    });
  }

  /** Leaves everything as it is. */
  close(): void {
    this.question.value = undefined;
    this.panel.focusRequests.value += 1;
  }

  toggle(path: string): void {
    const overwritten = this.question.peek()?.overwritten;
    if (overwritten) {
      const paths = new Set(overwritten.peek());
      if (!paths.delete(path)) {
        paths.add(path);
      }
      overwritten.value = paths;
    }
  }

  /** Opens one file's difference, or all where none is named. */
  showDiff(checkpointId: string, path?: string): Promise<void> {
    const threadId = this.panel.thread.id.peek();
    const params = { threadId, checkpointId, ...(path === undefined ? {} : { path }) };
    return this.panel.run(() => this.panel.request('checkpoint/showDiff', params));
  }

  private async newQuestion(checkpointId: string, withThread: boolean): Promise<RestoreQuestion> {
    const threadId = this.panel.thread.id.peek();
    const plan = await this.panel.request('checkpoint/plan', { threadId, checkpointId });
    return { plan, withThread, overwritten: signal(new Set<string>()) };
  }

  private async restore({ plan, withThread, overwritten }: RestoreQuestion): Promise<void> {
    const { panel } = this;
    const { draft } = await panel.request('checkpoint/restore', {
      threadId: panel.thread.id.peek(),
      checkpointId: plan.checkpointId,
      withThread,
      overwritten: [...overwritten.peek()],
    });
    panel.announcer.say(withThread ? 'Files and thread restored.' : 'Files restored.');
    if (!draft) {
      return;
    }
    if (panel.composer.isEmpty.peek()) {
      panel.composer.load(draft);
    } else {
      panel.composer.add(draft.text, draft.chips);
    }
  }

  /** One thing at a time: a second press does nothing. */
  private async run(work: () => Promise<void>): Promise<void> {
    if (this.isBusy.peek()) {
      return;
    }
    this.isBusy.value = true;
    await this.panel.run(work);
    this.isBusy.value = false;
  }
}

function needsWord(file: RestoreFileView): boolean {
  return file.isConflict || file.kind === 'lost';
}

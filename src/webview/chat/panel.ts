import { batch, effect, type Signal, signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { isCancellation, toError } from '../../base/errors.ts';
import type { Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { HostEvent, HostRequestName, HostRequests } from '../../shared/protocol.ts';
import type {
  BulkJobView,
  ConnectionView,
  Draft,
  ReviewedFileView,
  ThreadView,
} from '../../shared/views.ts';
import type { PanelMemory } from '../hostChannel.ts';
import { Announcer } from './state/announcer.ts';
import { Composer } from './state/composer.ts';
import { announceEvent } from './state/eventSpeech.ts';
import { History } from './state/history.ts';
import { announceJobs } from './state/jobSpeech.ts';
import { RenderTrace } from './state/renderTrace.ts';
import { announceReview, withFile } from './state/reviewedFiles.ts';
import { Thread } from './state/thread.ts';
import { Toasts } from './state/toasts.ts';

/** Asks the host; see `RpcClient.request`. */
export type HostRequester = <Name extends HostRequestName>(
  name: Name,
  params: HostRequests[Name]['params'],
  signal?: AbortSignal,
) => Promise<HostRequests[Name]['result']>;

export interface PanelOptions {
  readonly request: HostRequester;
  readonly memory: PanelMemory;
  readonly clock: Clock;
  readonly resources: ResourceManager;
}

/** Quiet time before a draft is saved: short enough to survive a reload, rare enough while typing. */
const draftDebounceMs = 400;
/** The same for a draft with images, which is megabytes each time. */
const imageDraftDebounceMs = 2_000;

const offline: ConnectionView = { kind: 'offline', label: 'Offline', acceptsImages: false };

/** The state of the whole panel and what the host tells it. What the user does is in `PanelActions`. */
export class Panel implements Disposable {
  readonly phase: Signal<'connecting' | 'ready' | 'failed'> = signal('connecting');
  readonly failure: Signal<string> = signal('');
  readonly view: Signal<'thread' | 'history'> = signal('thread');
  readonly connection: Signal<ConnectionView> = signal(offline);
  readonly isTrusted: Signal<boolean> = signal(true);
  readonly hasFolder: Signal<boolean> = signal(true);
  /** Whether threads can be shared with a team. */
  readonly hasTeam: Signal<boolean> = signal(false);
  /** Tasks over many files. */
  readonly jobs: Signal<readonly BulkJobView[]> = signal([]);
  /** Files whose edits wait to be accepted or rejected. */
  readonly reviewed: Signal<readonly ReviewedFileView[]> = signal([]);
  /** Counts requests to put the focus into the input. */
  readonly focusRequests: Signal<number> = signal(0);
  readonly thread: Thread;
  readonly composer: Composer = new Composer();
  readonly history: History;
  readonly toasts: Toasts;
  readonly announcer: Announcer;
  readonly renderTrace: RenderTrace;
  readonly request: HostRequester;
  readonly memory: PanelMemory;
  readonly clock: Clock;
  private readonly resources: ResourceManager;
  private savedDraft: Draft = this.composer.toDraft();
  private draftTimer: Disposable | undefined;

  constructor(options: PanelOptions) {
    this.request = options.request;
    this.memory = options.memory;
    this.clock = options.clock;
    this.resources = options.resources;
    this.thread = new Thread(options.clock);
    this.announcer = options.resources.add(new Announcer(options.clock));
    this.toasts = new Toasts(options.resources);
    this.renderTrace = new RenderTrace(options.clock, (report) => {
      // Nobody misses it where the host is gone or measures no more.
      this.request('trace/rendered', report).catch(() => undefined);
    });
    this.history = new History((params, abort) => options.request('thread/list', params, abort));
    options.resources.defer(effect(() => this.scheduleDraft(this.composer.toDraft())));
  }

  /** Asks for the snapshot and shows it. Never rejects: a failure is shown. */
  async connect(): Promise<void> {
    this.phase.value = 'connecting';
    const threadId = this.memory.read()?.threadId;
    try {
      const snapshot = await this.request('connect', threadId === undefined ? {} : { threadId });
      batch(() => {
        this.connection.value = snapshot.connection;
        this.isTrusted.value = snapshot.isTrusted;
        this.hasFolder.value = snapshot.hasFolder;
        this.hasTeam.value = snapshot.hasTeam;
        this.reviewed.value = snapshot.reviewed;
        this.show(snapshot.thread);
        this.phase.value = 'ready';
      });
    } catch (error) {
      this.failure.value = toError(error).message;
      this.phase.value = 'failed';
    }
  }

  /** Shows a thread in place of the one before, whose draft is saved, with its own draft. */
  show(view: ThreadView): void {
    if (this.thread.id.peek() !== '') {
      void this.run(() => this.saveDraft());
    }
    batch(() => {
      this.announcer.reset();
      if (view.id !== this.memory.read()?.threadId) {
        this.memory.write({ threadId: view.id, distanceFromEnd: 0 });
      }
      this.thread.load(view);
      this.composer.load(view.draft);
      this.savedDraft = this.composer.toDraft();
      this.view.value = 'thread';
    });
  }

  handleEvents(events: readonly HostEvent[]): void {
    batch(() => {
      for (const event of events) {
        this.handleEvent(event);
      }
    });
  }

  /** Saves the draft now, if it changed since it was saved. */
  async saveDraft(): Promise<void> {
    this.draftTimer?.dispose();
    const draft = this.composer.toDraft();
    if (isSameDraft(draft, this.savedDraft)) {
      return;
    }
    this.savedDraft = draft;
    await this.request('draft/save', { threadId: this.thread.id.peek(), draft });
  }

  /** Runs something whose failure the user is told in a toast. Never rejects. */
  async run(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isCancellation(error)) {
        this.toasts.show({ text: toError(error).message, severity: 'error' });
      }
    }
  }

  dispose(): void {
    this.resources.dispose();
  }

  private handleEvent(event: HostEvent): void {
    this.renderTrace.observe(event);
    switch (event.type) {
      case 'thread/opened':
        this.show(event.thread);
        break;
      case 'history/show':
        this.view.value = 'history';
        break;
      case 'history/changed':
        this.listAgain();
        break;
      case 'team/changed':
        this.hasTeam.value = event.hasTeam;
        break;
      case 'draft/add':
        this.view.value = 'thread';
        this.composer.add(event.text, event.chips);
        this.focusRequests.value += 1;
        break;
      case 'bulk/jobs':
        announceJobs(this.jobs.peek(), event.jobs, this.announcer);
        this.jobs.value = event.jobs;
        break;
      case 'review/file':
        this.changeReviewed(event.path, event.file);
        break;
      case 'connection/changed':
        this.connection.value = event.connection;
        break;
      case 'trust/changed':
        this.isTrusted.value = event.isTrusted;
        break;
      case 'input/focus':
        this.view.value = 'thread';
        this.focusRequests.value += 1;
        break;
      default:
        this.handleThreadEvent(event);
    }
  }

  private changeReviewed(path: string, file: ReviewedFileView | null): void {
    const before = this.reviewed.peek();
    this.reviewed.value = withFile(before, path, file);
    announceReview(before, this.reviewed.peek(), this.announcer);
  }

  private handleThreadEvent(event: HostEvent & { readonly threadId: string }): void {
    if (event.type === 'thread/renamed') {
      this.history.rename(event.threadId, event.title);
    } else if (event.type === 'thread/team') {
      this.history.mark(event.threadId, event.team);
    }
    if (event.threadId === this.thread.id.peek()) {
      this.thread.apply(event);
      announceEvent(event, this.thread, this.announcer);
    }
  }

  /** Only where it is looked at, and never in place of more rows than it was. */
  private listAgain(): void {
    if (this.view.peek() === 'history') {
      void this.run(() => this.history.refresh());
    }
  }

  private scheduleDraft(draft: Draft): void {
    this.draftTimer?.dispose();
    if (isSameDraft(draft, this.savedDraft)) {
      return;
    }
    const debounceMs = draft.images.length > 0 ? imageDraftDebounceMs : draftDebounceMs;
    this.draftTimer = this.resources.setTimeout(
      () => void this.run(() => this.saveDraft()),
      debounceMs,
    );
  }
}

/** By identity: every change of a composer makes new lists. */
function isSameDraft(one: Draft, other: Draft): boolean {
  return one.text === other.text && one.chips === other.chips && one.images === other.images;
}

import type { ThreadMeter } from '../../shared/views.ts';
import type { MessageRecord } from '../store/records.ts';
import type { KeptThread } from './keptThread.ts';
import type { LiveTurn } from './liveTurn.ts';
import { meterInUse } from './meterInUse.ts';
import { shownModel } from './shownModel.ts';
import type { ThreadHistory } from './threadHistory.ts';
import type { LiveThreadParts, ModelProfile } from './threadParts.ts';

export interface LiveMeterParts {
  readonly threadId: string;
  readonly parts: LiveThreadParts<unknown>;
  readonly history: ThreadHistory;
  readonly kept: KeptThread;
  /** The turn that runs. */
  readonly turn: () => LiveTurn | undefined;
  readonly summary: () => ThreadMeter['summary'];
}

/** Tells the figures of a thread in use. */
export class LiveMeter {
  private readonly own: LiveMeterParts;

  constructor(own: LiveMeterParts) {
    this.own = own;
  }

  of(profile: ModelProfile, records: readonly MessageRecord[]): ThreadMeter {
    const { history, kept, parts, turn, summary } = this.own;
    const [record, now, state] = [kept.record, turn(), summary()];
    return meterInUse({ profile, records, turn: now, history, record, summary: state, parts });
  }

  async read(): Promise<ThreadMeter> {
    const { history, parts } = this.own;
    await history.load();
    return this.of(await shownModel(parts), history.records);
  }

  /** Tells the panel. */
  emit(profile: ModelProfile): void {
    const { threadId, parts, history } = this.own;
    parts.emit({ type: 'thread/meter', threadId, meter: this.of(profile, history.records) });
  }

  /** The same for the model that is asked next. */
  tell(): void {
    const { parts } = this.own;
    shownModel(parts).then(
      (profile) => this.emit(profile),
      (error: unknown) => parts.unexpectedEnd(error),
    );
  }
}

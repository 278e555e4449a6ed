import type { AnswerReader } from './answerReader.ts';
import type { Attempt } from './attempt.ts';
import { EventStreamParser } from './eventStreamParser.ts';
import type { ModelEvent, Outcome } from './request.ts';

/** Says how a stream ended that did not end well. May throw what is a mistake of ours. */
export interface Judge {
  /** The stream ended without its last event. */
  outcomeOfEnd(): Outcome;
  outcomeOfError(error: unknown): Outcome;
}

type Result = IteratorResult<ModelEvent>;

/**
 * The bytes of one HTTP try, read into our events. All events that came together are told from memory;
 * written by hand, because a generator costs more than all the rest for each event. The try is closed
 * with the stream.
 */
export class AnswerStream implements AsyncIterator<ModelEvent> {
  private readonly body: AsyncIterator<Uint8Array>;
  private readonly reader: AnswerReader;
  private readonly attempt: Attempt;
  private readonly judge: Judge;
  private readonly parser = new EventStreamParser();
  /** Events that were parsed and not read yet, from `at` on. */
  private raw: readonly object[] = [];
  private at = 0;
  private outcome: Outcome | undefined;
  private hasBegun = false;
  private isOver = false;

  constructor(
    body: AsyncIterator<Uint8Array>,
    reader: AnswerReader,
    attempt: Attempt,
    judge: Judge,
  ) {
    this.body = body;
    this.reader = reader;
    this.attempt = attempt;
    this.judge = judge;
  }

  next(): Promise<Result> {
    if (this.outcome || this.isOver) {
      return Promise.resolve(this.last());
    }
    try {
      const event = this.reader.takePending() ?? this.readRaw();
      if (event) {
        return Promise.resolve({ done: false, value: event });
      }
    } catch (error) {
      return this.onError(error);
    }
    return this.reader.isEnded ? this.endWell() : this.body.next().then(this.onBytes, this.onError);
  }

  return(): Promise<Result> {
    this.isOver = true;
    this.attempt.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The next event that the raw ones at hand give. */
  private readRaw(): ModelEvent | undefined {
    while (this.at < this.raw.length && !this.reader.isEnded) {
      const raw = this.raw[this.at];
      this.at += 1;
      const event = raw && this.reader.read(raw);
      if (event) {
        return event;
      }
    }
    return undefined;
  }

  private readonly onBytes = (result: IteratorResult<Uint8Array>): Promise<Result> => {
    try {
      if (!this.hasBegun && !result.done) {
        this.hasBegun = true;
        this.attempt.began();
      }
      this.raw = result.done ? this.parser.finish() : this.parser.push(result.value);
      this.at = 0;
    } catch (error) {
      return this.onError(error);
    }
    if (result.done && this.raw.length === 0) {
      return this.end(() => this.judge.outcomeOfEnd());
    }
    return this.next();
  };

  private readonly onError = (error: unknown): Promise<Result> =>
    this.end(() => this.judge.outcomeOfError(error));

  private async endWell(): Promise<Result> {
    this.outcome = this.reader.finish();
    this.attempt.ended(this.outcome);
    await this.attempt.drain(this.body);
    return this.next();
  }

  private async end(judge: () => Outcome): Promise<Result> {
    try {
      this.outcome = judge();
      this.attempt.ended(this.outcome);
    } finally {
      this.attempt.close();
    }
    return this.next();
  }

  /** What is left to tell once the outcome is known. */
  private last(): Result {
    const pending = this.reader.takePending();
    const { outcome } = this;
    if (!outcome || this.isOver) {
      return { done: true, value: undefined };
    }
    if (pending) {
      return { done: false, value: pending };
    }
    this.isOver = true;
    return { done: false, value: { type: 'ended', outcome } };
  }
}

import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { UserError } from '../../../../src/base/errors.ts';
import { TurnEdits } from '../../../../src/core/agent/turnEdits.ts';
import { TurnOutcomes, type TurnOutcomesParts } from '../../../../src/core/agent/turnOutcomes.ts';
import type { AssistantMessageRecord } from '../../../../src/core/store/records.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import { answer } from './recordBuilders.ts';

const path = '/home/ada/a.ts';
const minuteMs = 60_000;

function edited(file = path): TurnEdits {
  const edits = new TurnEdits();
  edits.add(fileEditOf({ path: file, before: 'before', after: 'after' }));
  return edits;
}

describe('How turns went', () => {
  let clock: FakeClock;
  let text: string;
  let reads: number;
  let readFailure: Error | undefined;
  let recorded: string[];
  let troubles: unknown[];
  let rejections: Emitter<string>;
  let outcomes: TurnOutcomes;

  beforeEach(() => {
    clock = new FakeClock();
    text = 'after';
    reads = 0;
    readFailure = undefined;
    recorded = [];
    troubles = [];
    rejections = new Emitter();
    outcomes = new TurnOutcomes(parts());
  });
  afterEach(() => {
    outcomes.dispose();
    rejections.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  function parts(): TurnOutcomesParts {
    const workspace = new DiskWorkspace();
    workspace.readText = async () => {
      reads += 1;
      if (readFailure) {
        throw readFailure;
      }
      return { text, hasByteOrderMark: false, isDirty: false };
    };
    return {
      clock,
      workspace,
      onDidRejectEdit: rejections.event,
      recordOutcome: (turnId, held) => recorded.push(`${turnId} ${held ? 'held' : 'did not'}`),
      unexpectedEnd: (error) => {
        troubles.push(error);
        const failure = { kind: 'internal', message: 'A bug.', canRetry: false } as const;
        return { kind: 'failed', failure, hasBegun: true };
      },
    };
  }

  function answered(changes: Partial<AssistantMessageRecord> = {}): AssistantMessageRecord {
    return answer([], { createdAt: clock.wallTime(), ...changes });
  }

  it('is told by whoever goes on, where there were no edits without looking', () => {
    outcomes.settle(answered(), true);
    outcomes.settle(answered({ turnId: 'other' }), false);
    assert.deepEqual(recorded, ['turn held', 'other did not']);
    assert.equal(reads, 0);
  });

  it('is looked at when the user goes on: edits that stayed have held', async () => {
    outcomes.watch(answered(), edited());
    outcomes.settle(answered(), true);
    await settle();
    assert.deepEqual(recorded, ['turn held']);
  });

  it('did not hold where the edits were taken back by then', async () => {
    outcomes.watch(answered(), edited());
    text = 'before';
    outcomes.settle(answered(), true);
    await settle();
    assert.deepEqual(recorded, ['turn did not']);
  });

  it('did not hold where it was asked again, whatever the files say', () => {
    outcomes.watch(answered(), edited());
    outcomes.settle(answered(), false);
    assert.deepEqual(recorded, ['turn did not']);
    assert.equal(reads, 0);
  });

  it('is looked at nine minutes after the last request where the user says nothing', async () => {
    const last = answered();
    await clock.advance(2 * minuteMs);
    outcomes.watch(last, edited());
    text = 'before';
    await clock.advance(7 * minuteMs - 1);
    assert.deepEqual(recorded, []);
    await clock.advance(1);
    assert.deepEqual(recorded, ['turn did not']);
  });

  it('gives the user a minute where the last request itself took that long', async () => {
    const last = answered();
    await clock.advance(30 * minuteMs);
    outcomes.watch(last, edited());
    await clock.advance(minuteMs - 1);
    assert.deepEqual(recorded, []);
    await clock.advance(1);
    assert.deepEqual(recorded, ['turn held']);
  });

  it('is told once: who has settled is not looked at later', async () => {
    outcomes.watch(answered(), edited());
    outcomes.settle(answered(), true);
    await clock.advance(60 * minuteMs);
    assert.deepEqual(recorded, ['turn held']);
  });

  it('says nothing of an answer that failed, nor of one that was stopped and stayed', async () => {
    outcomes.settle(answered({ state: 'failed' }), false);
    outcomes.settle(answered({ state: 'stopped' }), true);
    assert.deepEqual(recorded, []);
    outcomes.settle(answered({ state: 'stopped' }), false);
    assert.deepEqual(recorded, ['turn did not']);
  });

  it('counts a file that cannot be read any more as left alone', async () => {
    outcomes.watch(answered(), edited());
    readFailure = new UserError('It is gone.');
    outcomes.settle(answered(), true);
    await settle();
    assert.deepEqual(recorded, ['turn held']);
  });

  it('reports a bug while looking, and says nothing of the turn', async () => {
    outcomes.watch(answered(), edited());
    readFailure = new TypeError('A bug.');
    outcomes.settle(answered(), true);
    await settle();
    assert.deepEqual([recorded, troubles], [[], [readFailure]]);
  });

  it('watches so many turns and no more, and none without edits', () => {
    outcomes.watch(answered(), new TurnEdits());
    assert.equal(clock.pendingTimers, 0);
    for (let index = 0; index < 70; index += 1) {
      outcomes.watch(answered({ turnId: `turn ${index}` }), edited());
    }
    assert.equal(clock.pendingTimers, 64);
  });

  it('watches nothing where nobody wants to know', () => {
    const { recordOutcome: _, ...rest } = parts();
    const silent = new TurnOutcomes(rest);
    silent.watch(answered(), edited());
    assert.equal(clock.pendingTimers, 0);
    silent.settle(answered(), true);
    silent.dispose();
  });

  it('did not hold where the user rejected a piece of its edits, the last turn on the file', async () => {
    const turns = { first: path, second: path, other: '/home/ada/b.ts' };
    for (const [turnId, file] of Object.entries(turns)) {
      outcomes.watch(answered({ turnId }), edited(file));
    }
    rejections.fire(path);
    for (const turnId of Object.keys(turns)) {
      outcomes.settle(answered({ turnId }), true);
    }
    await settle();
    assert.deepEqual(recorded.sort(), ['first held', 'other held', 'second did not']);
  });
});

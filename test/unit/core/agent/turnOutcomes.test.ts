import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { TurnEdits } from '../../../../src/core/agent/turnEdits.ts';
import { TurnOutcomes } from '../../../../src/core/agent/turnOutcomes.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';
import { answer } from './recordBuilders.ts';

describe('The outcome of a turn', () => {
  let rejections: Emitter<string>;
  let outcomes: TurnOutcomes;
  let recorded: string[];

  beforeEach(() => {
    rejections = new Emitter();
    recorded = [];
    outcomes = new TurnOutcomes({
      clock: new FakeClock(),
      workspace: {
        readText: async () => ({ text: 'after', hasByteOrderMark: false, isDirty: false }),
      } as unknown as ConstructorParameters<typeof TurnOutcomes>[0]['workspace'],
      onDidRejectEdit: rejections.event,
      recordOutcome: (turnId, held) => recorded.push(`${turnId} ${held}`),
      unexpectedEnd: (error) => assert.fail(String(error)),
    });
  });

  afterEach(() => {
    outcomes.dispose();
    rejections.dispose();
  });

  function turn(turnId: string, path: string) {
    const edits = new TurnEdits();
    edits.add(fileEditOf({ path, before: 'before', after: 'after' }));
    const record = { ...answer([]), turnId };
    outcomes.watch(record, edits);
    return record;
  }

  it('is that it did not hold where the user rejected a piece of its edits', async () => {
    const first = turn('first', 'a');
    const second = turn('second', 'a');
    const other = turn('other', 'b');
    rejections.fire('a');
    for (const record of [first, second, other]) {
      outcomes.settle(record, true);
    }
    await settle();
    assert.deepEqual(recorded.sort(), ['first true', 'other true', 'second false']);
  });
});

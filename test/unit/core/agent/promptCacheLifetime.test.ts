import assert from 'node:assert/strict';
import { lifetimeFor } from '../../../../src/core/agent/promptCacheLifetime.ts';
import type { MessageRecord } from '../../../../src/core/store/records.ts';

const minuteMs = 60_000;

/** Answers that were asked for at these minutes. */
function askedAt(...minutes: number[]): MessageRecord[] {
  return minutes.map(
    (minute) => ({ role: 'assistant', createdAt: minute * minuteMs }) as MessageRecord,
  );
}

function check(expected: '5m' | '1h', nowMinutes: number, records: MessageRecord[]): void {
  assert.equal(lifetimeFor('auto', records, nowMinutes * minuteMs), expected);
}

describe('How long the prompt of a thread is kept', () => {
  it('is five minutes for a new thread and for one without pauses', () => {
    check('5m', 0, []);
    check('5m', 9, askedAt(0, 2, 5));
    check('5m', 5, askedAt(0));
  });

  it('is an hour from the first pause on that an hour bridges', () => {
    check('1h', 6, askedAt(0));
    check('1h', 15, askedAt(0, 2, 14));
    check('1h', 60, askedAt(0));
  });

  it('counts from request to request, not to the user’s message', () => {
    const user = { role: 'user', createdAt: 3 * minuteMs } as MessageRecord;
    check('1h', 6, [...askedAt(0), user]);
  });

  it('is five minutes where pauses are mostly longer than an hour', () => {
    check('5m', 61, askedAt(0));
    check('5m', 500, askedAt(0, 100, 110, 300));
    check('1h', 500, askedAt(0, 100, 110, 125, 140, 300));
  });

  it('is what the user has set', () => {
    assert.equal(lifetimeFor('5m', askedAt(0, 20), 40 * minuteMs), '5m');
    assert.equal(lifetimeFor('1h', [], 0), '1h');
  });
});

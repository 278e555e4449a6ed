import assert from 'node:assert/strict';
import {
  joinedAlerts,
  type KeptAlert,
  keptAlertOfRow,
} from '../../../../src/core/alerts/keptAlert.ts';

const minuteMs = 60_000;

function kept(changes: Partial<KeptAlert>): KeptAlert {
  return {
    id: 'alert',
    rule: 'budget',
    subject: 'day',
    severity: 'warning',
    title: 'A limit',
    detail: 'It is near.',
    since: 0,
    isElsewhere: false,
    ...changes,
  };
}

function check(alerts: readonly KeptAlert[], expected: readonly string[]): void {
  const told = joinedAlerts(alerts).map(
    ({ id, since, endedAt, isElsewhere }) =>
      `${id} ${since} to ${endedAt ?? (isElsewhere ? 'now, elsewhere' : 'now')}`,
  );
  assert.deepEqual(told, expected);
}

describe('Kept alerts', () => {
  it('are one where windows told of the same at the same time, and more where not', () =>
    check(
      [
        kept({ id: 'a', since: 0, endedAt: 10 }),
        kept({ id: 'b', since: 5, endedAt: 30 }),
        kept({ id: 'c', since: 6, endedAt: 8 }),
        kept({ id: 'd', since: 40, endedAt: 50 }),
        kept({ id: 'e', since: 7, endedAt: 9, subject: 'month' }),
      ],
      ['d 40 to 50', 'b 0 to 30', 'e 7 to 9'],
    ));

  it('are this window’s where it is in force here and elsewhere', () =>
    check(
      [
        kept({ id: 'there', since: 3, isElsewhere: true }),
        kept({ id: 'here', since: 5 }),
        kept({ id: 'over', since: 6, endedAt: 7 }),
      ],
      ['here 3 to now'],
    ));

  it('stand in the order of what matters now', () =>
    check(
      [
        kept({ id: 'old', rule: 'errors', since: 1, endedAt: 2 }),
        kept({ id: 'there', rule: 'memory', since: 9, isElsewhere: true }),
        kept({ id: 'here', rule: 'edits', since: 3 }),
        kept({ id: 'newer', rule: 'pools', since: 1, endedAt: 8 }),
      ],
      ['here 3 to now', 'there 9 to now, elsewhere', 'newer 1 to 8', 'old 1 to 2'],
    ));
});

describe('A row of an alert', () => {
  const row = {
    id: 'alert',
    rule: 'budget',
    subject: 'day',
    severity: 'warning',
    title: 'A limit',
    detail: 'It is near.',
    since: 0,
    seen_at: minuteMs,
    ended_at: null,
  };

  it('is in force as long as its window says so', () => {
    assert.equal(keptAlertOfRow(row, 2 * minuteMs)?.isElsewhere, true);
    assert.equal(keptAlertOfRow(row, 2 * minuteMs)?.endedAt, undefined);
  });

  it('is over when its window was last heard of, once that is gone', () => {
    const gone = keptAlertOfRow(row, 10 * minuteMs);
    assert.deepEqual([gone?.isElsewhere, gone?.endedAt], [false, minuteMs]);
  });

  it('is left out where its rule is of another version', () =>
    assert.equal(keptAlertOfRow({ ...row, rule: 'tides' }, 0), undefined));
});

import assert from 'node:assert/strict';
import {
  BugError,
  CancelledError,
  isCancellation,
  throwIfCancelled,
  toError,
  UserError,
} from '../../../src/base/errors.ts';

describe('Errors', () => {
  it('knows an error of another copy of this module by its kind, and no other', () => {
    const copied = Object.assign(new Error('Say what to do.'), { name: 'UserError' });
    assert.ok(copied instanceof UserError);
    assert.ok(!(copied instanceof BugError));
    assert.ok(!(copied instanceof CancelledError));
    assert.ok(!(new Error('Oh') instanceof UserError));
    assert.ok(!({ name: 'UserError' } instanceof UserError));
    assert.equal(isCancellation(Object.assign(new Error(), { name: 'CancelledError' })), true);
  });

  it('tells cancellation from failure, whoever raised it', () => {
    const byPlatform = AbortSignal.abort().reason;
    const byVsCode = Object.assign(new Error('Canceled'), { name: 'Canceled' });
    for (const error of [new CancelledError(), byPlatform, byVsCode]) {
      assert.equal(isCancellation(error), true);
    }
    for (const error of [
      new UserError('Cancelled.'),
      new Error('AbortError'),
      'AbortError',
      null,
    ]) {
      assert.equal(isCancellation(error), false);
    }
  });

  it('throws for an aborted signal alone', () => {
    throwIfCancelled(new AbortController().signal);
    assert.throws(() => throwIfCancelled(AbortSignal.abort(new Error('why'))), CancelledError);
  });

  it('makes an error of whatever was thrown, and keeps what is one', () => {
    const error = new UserError('as it is');
    assert.equal(toError(error), error);
    assert.equal(toError('text').message, 'text');
    assert.equal(toError(undefined).message, 'undefined');
  });
});

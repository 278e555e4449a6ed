import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base/clock.ts';
import { CancelledError } from '../../../../src/base/errors.ts';
import {
  bigTextCharacters,
  EditMatcher,
  type MatchRequest,
} from '../../../../src/core/edit/editMatcher.ts';
import { applyEdits, type EditResult } from '../../../../src/core/edit/match.ts';
import { WorkerHost } from '../../../../src/core/worker/workerHost.ts';

const { signal } = new AbortController();
const big = `${'x'.repeat(79)}\n`.repeat(bigTextCharacters / 80);

describe('EditMatcher', () => {
  let worker: WorkerHost<MatchRequest, EditResult>;

  beforeEach(() => {
    const entry = new URL('../../../../src/core/edit/matchWorker.ts', import.meta.url);
    worker = new WorkerHost({ entry, clock: systemClock, idleMs: 10_000 });
  });

  afterEach(() => worker.dispose());

  it('matches small files here', async () => {
    const matcher = new EditMatcher({ matching: () => 'exact', worker });
    const result = await matcher.apply('a', [{ oldText: 'a', newText: 'b' }], signal);
    assert.deepEqual(result, { kind: 'applied', text: 'b', replacements: 1 });
    assert.equal(worker.isRunning, false);
  });

  it('matches big files in a worker, with the same outcome', async () => {
    const matcher = new EditMatcher({ matching: () => 'whitespaceTolerant', worker });
    const text = `${big}\tend\n`;
    for (const edits of [
      [{ oldText: '\tend', newText: '\tEND' }],
      [{ oldText: '    end', newText: '    END' }],
      [{ oldText: 'and', newText: 'AND' }],
      [{ oldText: 'x', newText: 'y' }],
    ]) {
      const result = await matcher.apply(text, edits, signal);
      assert.deepEqual(result, applyEdits(text, edits, 'whitespaceTolerant'));
    }
    assert.equal(worker.isRunning, true);
  });

  it('matches a big file here where the worker fails, and tells', async () => {
    const errors: Error[] = [];
    const broken = { run: () => Promise.reject(new Error('No such file.')) };
    const matcher = new EditMatcher({
      matching: () => 'exact',
      worker: broken,
      workerFailed: (error) => errors.push(error),
    });
    const result = await matcher.apply(`${big}a`, [{ oldText: 'a', newText: 'b' }], signal);
    assert.equal(result.kind === 'applied' && result.text, `${big}b`);
    assert.match(String(errors), /No such file/);
  });

  it('stops when it is told to', async () => {
    const matcher = new EditMatcher({ matching: () => 'exact', worker });
    const controller = new AbortController();
    const matched = matcher.apply(big, [{ oldText: 'z', newText: '' }], controller.signal);
    controller.abort();
    await assert.rejects(matched, CancelledError);
    assert.equal(worker.isRunning, false);
    await assert.rejects(matcher.apply('a', [], controller.signal), CancelledError);
  });
});

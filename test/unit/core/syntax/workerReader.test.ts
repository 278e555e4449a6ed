import assert from 'node:assert/strict';
import { WorkerReader } from '../../../../src/core/syntax/workerReader.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { grammarsDir, workerFile } from '../../../support/syntaxHarness.ts';

const text = { languageId: 'python', text: 'def f():\n    return "a"  # b\n' };

describe('WorkerReader', function () {
  // A thread starts when the machine gets to it.
  this.timeout(0);

  let clock: FakeClock;
  let reader: WorkerReader;

  beforeEach(async () => {
    clock = new FakeClock();
    reader = new WorkerReader({
      grammarsDir: await grammarsDir(),
      workerFile,
      clock,
      onError: (error, action) => assert.fail(`${action}: ${error.stack}`),
    });
  });

  afterEach(() => reader.dispose());

  it('ends a worker that has nothing to do, and starts another for the next text', async () => {
    assert.equal(reader.isRunning, false);
    const first = await reader.read(text, undefined);
    assert.deepEqual(
      first?.definitions.map(({ name }) => name),
      ['f'],
    );
    await clock.advance(29_999);
    assert.equal(reader.isRunning, true);
    await clock.advance(1);
    assert.equal(reader.isRunning, false);
    const second = await reader.read({ ...text, text: 'a = 1\n' }, undefined);
    assert.deepEqual(
      second?.definitions.map(({ name }) => name),
      ['a'],
    );
  });

  it('remembers the text that it was asked about last, until its document is closed', async () => {
    const document = { ...text, documentId: 'file:///a.py' };
    const first = await reader.read(document, undefined);
    assert.equal(await reader.read(document, undefined), first);
    reader.closed(document.documentId);
    assert.notEqual(await reader.read(document, undefined), first);
  });

  it('answers nothing to those that wait when it is disposed', async () => {
    const reading = reader.read(text, undefined);
    reader.dispose();
    assert.equal(await reading, undefined);
    assert.equal(clock.pendingTimers, 0);
  });
});

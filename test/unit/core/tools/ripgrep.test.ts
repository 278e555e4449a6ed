import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, UserError } from '../../../../src/base/errors.ts';
import { RipgrepUnavailable, ripgrepRecords } from '../../../../src/core/tools/ripgrep.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

/** Programs in the place of ripgrep, to see how its ends and faults are taken. */
describe('ripgrepRecords', () => {
  let folder: TemporaryFolder;

  before(function () {
    if (process.platform === 'win32') {
      this.skip();
    }
  });
  beforeEach(async () => {
    folder = await createFolder();
  });
  afterEach(() => folder.dispose());

  async function* run(script: string, signal: AbortSignal): AsyncGenerator<string> {
    await folder.add({ program: `#!/bin/sh\n${script}\n` });
    await chmod(folder.join('program'), 0o700);
    const call = { program: folder.join('program'), args: [], folder: folder.path };
    yield* ripgrepRecords({ ...call, separator: '\n' }, signal);
  }

  async function collect(script: string, signal = new AbortController().signal): Promise<string[]> {
    const records: string[] = [];
    for await (const record of run(script, signal)) {
      records.push(record);
    }
    return records;
  }

  const hasEnded = async (): Promise<boolean> => {
    const pid = Number(await folder.read('pid'));
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  it('yields records, however they are split over pieces', async () => {
    assert.deepEqual(
      await collect(
        `printf 'one\\ntw'; sleep 0.05; printf 'o\\n\\303'; sleep 0.05; printf '\\274'`,
      ),
      ['one', 'two', 'ü'],
    );
  });

  it('takes an end with nothing found as no failure', async () =>
    assert.deepEqual(await collect('exit 1'), []));

  it('passes on what is wrong with a pattern', async () => {
    await assert.rejects(collect('echo "rg: regex parse error" >&2; exit 2'), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, 'regex parse error');
      return true;
    });
  });

  it('forgives files that could not be read, which are told by the code alone', async () =>
    assert.deepEqual(await collect('echo found; exit 2'), ['found']));

  it('says so where the program can not be started', async () => {
    const call = { program: folder.join('none'), args: [], folder: folder.path } as const;
    const records = ripgrepRecords({ ...call, separator: '\n' }, new AbortController().signal);
    await assert.rejects(records.next(), RipgrepUnavailable);
  });

  it('ends the program when aborted', async () => {
    const controller = new AbortController();
    const ended = collect('echo $$ > pid; exec sleep 60', controller.signal);
    const rejected = assert.rejects(ended, CancelledError);
    while (!(await folder.read('pid').catch(() => '')).endsWith('\n')) {
      await sleep(5);
    }
    controller.abort();
    await rejected;
    assert.ok(await hasEnded());
  });

  it('ends the program when its reader has enough', async () => {
    const script = 'echo $$ > pid; while :; do echo more; done';
    for await (const record of run(script, new AbortController().signal)) {
      assert.equal(record, 'more');
      break;
    }
    assert.ok(await hasEnded());
  });
});

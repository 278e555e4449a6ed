import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../../src/base/clock.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { UsageLedger } from '../../../../src/core/store/usageLedger.ts';
import type { UsagePeriod } from '../../../../src/core/store/usageRecords.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const childPath = fileURLToPath(new URL('./usageChild.ts', import.meta.url));

interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  begun(): number;
}

describe('A usage ledger and its processes', () => {
  let folder: TemporaryFolder;
  let path: string;

  beforeEach(() => {
    folder = createTemporaryFolder('usage');
    path = `${folder.path}/threads.db`;
  });

  afterEach(() => folder.dispose());

  function start(limitUsd: number): Child {
    const child = spawn(process.execPath, [childPath, path, String(limitUsd)]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    const begun = (): number => output.match(/begun/g)?.length ?? 0;
    return { process: child, ended: once(child, 'close'), begun };
  }

  async function spent(period: UsagePeriod): Promise<number> {
    const { store, connection } = await openThreadStore({ path, clock: systemClock });
    const workspace = (): string => '/home/ada/shop';
    const newId = (): string => 'new';
    const ledger = new UsageLedger({ connection, clock: systemClock, workspace, newId });
    const totals = ledger.totals().filter((row) => row.period === period);
    ledger.dispose();
    store.dispose();
    return totals.reduce((sum, row) => sum + row.usd, 0);
  }

  it('have what a killed window had sent counted, and the next goes on with its session', async function () {
    this.timeout(30_000);
    const child = start(1_000_000);
    while (child.begun() < 20) {
      await once(child.process.stdout ?? assert.fail(), 'data');
    }
    child.process.kill('SIGKILL');
    await child.ended;
    assert.ok((await spent('month')) >= child.begun());
    assert.ok((await spent('session')) >= child.begun());
  });

  it('begin together what the limit allows, to the last call', async function () {
    this.timeout(30_000);
    const children = [start(60), start(60), start(60)];
    await Promise.all(children.map((child) => child.ended));
    const begun = children.map((child) => child.begun());
    assert.equal(
      begun.reduce((sum, count) => sum + count, 0),
      60,
      begun.join(' + '),
    );
  });
});

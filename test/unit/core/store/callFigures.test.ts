import assert from 'node:assert/strict';
import { noUsage } from '../../../../src/core/model/message.ts';
import { readEndpointTimes, readThreadPauses } from '../../../../src/core/store/callFigures.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../../../src/core/store/storeConnection.ts';
import { UsageLedger } from '../../../../src/core/store/usageLedger.ts';
import type { NewUsageCall, UsageCallEnd } from '../../../../src/core/store/usageRecords.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

let clock: FakeClock;
let folder: TemporaryFolder;
let connection: StoreConnection;
let ledger: UsageLedger;
let ids: number;
let startMs: number;

/** A call that takes a second, on its own or as a try of a request. */
async function call(
  asked: Partial<NewUsageCall> = {},
  end: Partial<UsageCallEnd> = {},
): Promise<void> {
  ids += 1;
  const begun = ledger.begin(
    {
      requestId: `request-${ids}`,
      surface: 'chat',
      priority: 'interactive',
      model: 'sonnet',
      endpoint: 'us.example',
      ...asked,
    },
    () => ({ estimateUsd: 0 }),
  );
  await clock.advance(1_000);
  assert.ok(begun);
  ledger.finish(begun, {
    ...{ outcome: 'done', usage: noUsage, costUsd: 0, firstTokenMs: 400, durationMs: 1_000 },
    ...end,
  });
}

const whole = () => ({ fromMs: startMs, toMs: clock.wallTime() + 1 });

describe('What the ledger tells of calls', () => {
  beforeEach(async () => {
    clock = new FakeClock();
    startMs = clock.wallTime();
    ids = 0;
    folder = createTemporaryFolder('call-figures');
    ({ connection } = await openThreadStore({ path: `${folder.path}/threads.db`, clock }));
    const newId = () => `call-${ids}`;
    ledger = new UsageLedger({ connection, clock, workspace: () => 'w', newId });
  });

  afterEach(() => {
    ledger.dispose();
    connection.dispose();
    folder.dispose();
  });

  it('is the median until the first word of each endpoint, surface and model', async () => {
    for (const firstTokenMs of [900, 100, 300]) {
      await call({}, { firstTokenMs });
    }
    await call({ endpoint: 'eu.example' }, { firstTokenMs: 800 });
    await call({ endpoint: 'eu.example' }, { firstTokenMs: 700 });
    await call({ surface: 'completion', model: 'haiku' }, { firstTokenMs: 50 });
    const times = await readEndpointTimes(connection, whole());
    assert.deepEqual(
      times
        .map((one) => `${one.endpoint} ${one.surface} ${one.model} ${one.calls} ${one.medianMs}`)
        .sort(),
      [
        'eu.example chat sonnet 2 700',
        'us.example chat sonnet 3 300',
        'us.example completion haiku 1 50',
      ],
    );
  });

  it('leaves out what had no first word, runs, or was at another time', async () => {
    await call({ endpoint: 'early.example' });
    await clock.advance(2 * dayMs);
    startMs = clock.wallTime();
    await call({ endpoint: 'failed.example' }, { outcome: 'failed', firstTokenMs: undefined });
    ids += 1;
    ledger.begin(
      {
        ...{ requestId: 'runs', surface: 'chat', priority: 'interactive', model: 'sonnet' },
        endpoint: 'runs.example',
      },
      () => ({ estimateUsd: 0 }),
    );
    await call();
    const times = await readEndpointTimes(connection, whole());
    assert.deepEqual(
      times.map(({ endpoint }) => endpoint),
      ['us.example'],
    );
  });

  it('is the pauses within threads of the chat, tries of one request being one', async () => {
    await call({ threadId: 'a' });
    await clock.advance(10 * minuteMs);
    await call({ threadId: 'b' });
    await call({ threadId: 'a', requestId: 'tried twice' }, { outcome: 'failed' });
    await clock.advance(2 * minuteMs);
    await call({ threadId: 'a', requestId: 'tried twice' });
    await call({ threadId: 'a', surface: 'summary' });
    await call();
    await clock.advance(minuteMs);
    await call({ threadId: 'a' });
    assert.deepEqual(
      [...(await readThreadPauses(connection, whole()))].sort((left, right) => left - right),
      [minuteMs + 2_000, 10 * minuteMs + 1_000],
    );
  });
});

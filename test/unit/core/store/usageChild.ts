/**
 * A window in a process of its own that begins calls of a dollar each until it is refused or killed.
 * Arguments: the database's path and the limit in dollars. Tells each call on standard output.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../src/base/clock.ts';
import { openThreadStore } from '../../../../src/core/store/openThreadStore.ts';
import { UsageLedger } from '../../../../src/core/store/usageLedger.ts';

const [, , path = '', limitUsd = '0'] = process.argv;

const { store, connection } = await openThreadStore({ path, clock: systemClock });
const ledger = new UsageLedger({
  connection,
  clock: systemClock,
  workspace: () => '/home/ada/shop',
  newId: randomUUID,
});
for (;;) {
  const call = ledger.begin(
    { requestId: 'r', surface: 'chat', priority: 'interactive', model: 'm', endpoint: 'e' },
    (totals) => {
      const today = totals.filter((row) => row.period === 'day');
      const spent = today.reduce((sum, row) => sum + row.usd, 0);
      return spent + 1 > Number(limitUsd) ? undefined : { estimateUsd: 1 };
    },
  );
  writeSync(1, call ? 'begun\n' : 'refused\n');
  if (!call) {
    break;
  }
  await sleep(1);
}
ledger.dispose();
store.dispose();

/**
 * What the performance report asks the ledger: how soon each endpoint answers and how long threads
 * pause, over a month of calls of which the newest are read, against working both out of their rows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEndpointTimes, readThreadPauses } from '../../src/core/store/callFigures.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import { localDay } from '../../src/core/store/usageRecords.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { median, medianMs, printReport, rounded } from './support.ts';

const calls = 60_000;
const read = 20_000;
const days = 30;
const dayMs = 24 * 60 * 60_000;

const folder = mkdtempSync(join(tmpdir(), 'report-calls-bench-'));
const clock = new FakeClock();
const toMs = clock.wallTime();
const fromMs = toMs - days * dayMs;
const { connection } = await openThreadStore({ path: join(folder, 'threads.db'), clock });
const { database } = connection;

let state = 1;
function random(): number {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return state / 2 ** 32;
}

connection.transaction(() => {
  for (let call = 0; call < calls; call += 1) {
    const startedAt = fromMs + (call / calls) * (toMs - fromMs);
    const surface = call % 4 === 0 ? 'chat' : 'completion';
    database.run(
      `INSERT INTO usage_calls (id, request_id, session_id, surface, priority, model, endpoint,
         thread_id, workspace, day, started_at, input_tokens, output_tokens, cache_read_tokens,
         cache_write_tokens, thinking_tokens, cost_usd, first_token_ms, duration_ms, outcome)
       VALUES (?, ?, 's', ?, 'interactive', ?, ?, ?, 'w', ?, ?, 1, 1, 0, 0, 0, 0.1, ?, 900, 'done')`,
      [
        ...[`c${call}`, `r${call}`, surface, `m${call % 3}`, `e${call % 2}`],
        surface === 'chat' ? `t${call % 40}` : null,
        ...[localDay(startedAt), startedAt, 100 + 400 * random()],
      ],
    );
  }
});

/** The same from the rows. */
async function fromRows(): Promise<number> {
  const rows = await connection.read(() =>
    database.all('SELECT * FROM usage_calls ORDER BY row DESC LIMIT ?', [read]),
  );
  const times = new Map<string, number[]>();
  const pauses: number[] = [];
  const ends = new Map<string, number>();
  for (const row of rows.toReversed()) {
    const key = `${String(row['endpoint'])}\n${String(row['surface'])}\n${String(row['model'])}`;
    const known = times.get(key) ?? [];
    known.push(Number(row['first_token_ms']));
    times.set(key, known);
    const thread = String(row['thread_id']);
    pauses.push(Number(row['started_at']) - (ends.get(thread) ?? 0));
    ends.set(thread, Number(row['started_at']) + Number(row['duration_ms']));
  }
  return median([...times.values()].map(median)) + pauses.length;
}

const stretch = { fromMs, toMs };
const endpointsMs = await medianMs(5, async () => {
  await readEndpointTimes(connection, stretch);
});
const pausesMs = await medianMs(5, async () => {
  await readThreadPauses(connection, stretch);
});
const rowsMs = await medianMs(5, async () => {
  await fromRows();
});

printReport('reportCalls', {
  calls,
  read,
  endpointsMs: rounded(endpointsMs),
  pausesMs: rounded(pausesMs),
  rowsMs: rounded(rowsMs),
  ratio: rounded(rowsMs / (endpointsMs + pausesMs)),
});

connection.dispose();
rmSync(folder, { recursive: true, force: true });

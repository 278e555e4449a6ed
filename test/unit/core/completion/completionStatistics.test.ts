import assert from 'node:assert/strict';
import { join } from 'node:path';
import { completionReport } from '../../../../src/core/completion/completionReport.ts';
import { CompletionStatistics } from '../../../../src/core/completion/completionStatistics.ts';
import {
  type OpenedThreadStore,
  openThreadStore,
} from '../../../../src/core/store/openThreadStore.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const dayMs = 24 * 3_600_000;
const kind = { languageId: 'typescript', model: 'quick' };

describe('CompletionStatistics', () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  let opened: OpenedThreadStore;
  let problems: unknown[];
  let statistics: CompletionStatistics;
  beforeEach(async () => {
    folder = createTemporaryFolder('completions');
    // Noon, so that a day more or less is another day wherever this runs.
    clock = new FakeClock(Date.UTC(2030, 0, 15, 12));
    problems = [];
    opened = await openThreadStore({ path: join(folder.path, 'threads.db'), clock });
    statistics = create();
  });
  afterEach(() => {
    opened.store.dispose();
    folder.dispose();
    assert.deepEqual(problems, []);
  });

  it('adds up what becomes of completions by day and model, of all windows together', async () => {
    statistics.add(kind, { offered: 1, offered_characters: 10 });
    statistics.add({ ...kind, languageId: 'python' }, { offered: 1, offered_characters: 5 });
    create().add(kind, { accepted: 1, accepted_characters: 4 });
    statistics.add({ ...kind, model: '' }, { offered: 1, rejected: 1 });
    const [quick, local] = await statistics.totals('day');
    assert.deepEqual(
      [quick?.model, quick?.offered, quick?.accepted, quick?.offered_characters],
      ['quick', 2, 1, 15],
    );
    assert.deepEqual([local?.model, local?.offered, local?.rejected], ['', 1, 1]);
    await clock.advance(dayMs);
    assert.deepEqual(await statistics.totals('day'), []);
    assert.equal((await statistics.totals('month'))[0]?.offered, 2);
    await clock.advance(31 * dayMs);
    assert.deepEqual(await statistics.totals('month'), []);
  });

  it('adds shares exactly', async () => {
    statistics.add(kind, { checked_30s: 1, kept_30s: 0.25 });
    statistics.add(kind, { checked_30s: 1, kept_30s: 1 });
    const [totals] = await statistics.totals('day');
    assert.deepEqual([totals?.checked_30s, totals?.kept_30s], [2, 1.25]);
  });

  it('forgets what is older than three months', async () => {
    statistics.add(kind, { offered: 1 });
    await opened.store.flush();
    await clock.advance(100 * dayMs);
    create().add(kind, { offered: 1 });
    await opened.store.flush();
    const rows = opened.connection.database.all('SELECT day FROM completion_outcomes');
    assert.equal(rows.length, 1);
  });

  it('is shown with shares of what was offered', async () => {
    statistics.add(kind, { offered: 4, accepted: 1, accepted_characters: 40, followed: 2 });
    statistics.add(kind, { checked_30s: 2, kept_30s: 1.5 });
    const day = await statistics.totals('day');
    const report = completionReport({ day, month: [], nameOf: (model) => `Model ${model}` });
    assert.match(report, /\| Model quick \| 4 \| 1 \(25 %\) \| 2 \| 0 \| 40 \| 75 % \| – \|/);
    assert.match(report, /This month: none was offered\./);
  });

  function create(): CompletionStatistics {
    return new CompletionStatistics({
      store: opened.connection,
      clock,
      onProblem: (error) => problems.push(error),
    });
  }
});

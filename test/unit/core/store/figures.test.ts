import assert from 'node:assert/strict';
import { noUsage } from '../../../../src/core/model/message.ts';
import { readLanguageCompletions } from '../../../../src/core/store/completionFigures.ts';
import { readThreadSpending } from '../../../../src/core/store/threadSpending.ts';
import { withBudget } from '../model/budget/budgetKit.ts';

describe('What the performance panel reads of the store', () => {
  it('is what each thread used, the dearest first, with tokens alone where no price is known', () =>
    withBudget(async (kit) => {
      const { ledger, connection } = await kit.open();
      const spend = (threadId: string | undefined, costUsd: number | undefined): void => {
        const call = ledger.begin(
          {
            requestId: 'r',
            surface: 'chat',
            priority: 'interactive',
            model: 'm',
            endpoint: 'localhost',
            ...(threadId === undefined ? {} : { threadId }),
          },
          () => ({ estimateUsd: 0 }),
        );
        assert.ok(call);
        const usage = { ...noUsage, inputTokens: 100, cacheReadTokens: 50, outputTokens: 10 };
        ledger.finish(call, { outcome: 'done', usage, costUsd, durationMs: 1 });
      };
      spend('cheap', 0.1);
      spend('dear', 0.5);
      spend('dear', 0.5);
      spend('local', undefined);
      spend(undefined, 9);
      const rows = await readThreadSpending(connection, '2000-01-01');
      assert.deepEqual(
        rows.map(({ calls, inputTokens, outputTokens, costUsd }) => [
          calls,
          inputTokens,
          outputTokens,
          costUsd,
        ]),
        [
          [2, 300, 20, 1],
          [1, 150, 10, 0.1],
          [1, 150, 10, undefined],
        ],
      );
      assert.equal(rows[0]?.title, 'A deleted thread');
      assert.deepEqual(await readThreadSpending(connection, '2999-01-01'), []);
    }));

  it('is what became of completions by language, guesses of this machine left out', () =>
    withBudget(async (kit) => {
      const { connection } = await kit.open();
      const add = (day: string, language: string, model: string, offered: number): void => {
        connection.database.run(
          `INSERT INTO completion_outcomes VALUES (?, ?, ?, ?, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
          [day, language, model, offered],
        );
      };
      add('2030-01-01', 'yaml', 'haiku', 10);
      add('2030-01-02', 'yaml', 'sonnet', 20);
      add('2030-01-02', 'yaml', '', 900);
      add('2029-12-31', 'yaml', 'haiku', 100);
      assert.deepEqual(await readLanguageCompletions(connection, '2030-01-01', '2030-12-31'), [
        { languageId: 'yaml', offered: 30, accepted: 4 },
      ]);
    }));
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ThreadListRow } from '../../../../src/core/store/records.ts';
import { assistantMessage, threadRecord, userMessage } from './records.ts';
import { type ContractStore, committed } from './testStore.ts';

/** How every store of threads lists them. */
export function threadListContract(createStore: () => Promise<ContractStore>): void {
  let test: ContractStore;

  beforeEach(async () => {
    test = await createStore();
  });

  afterEach(() => test.dispose());

  it('is by workspace, newest first, without deleted threads', async () => {
    const { store } = test;
    await committed(
      store,
      store.createThread(threadRecord('old', { updatedAt: 1 })),
      store.createThread(threadRecord('new', { updatedAt: 3 })),
      store.createThread(threadRecord('gone', { updatedAt: 4 })),
      store.createThread(threadRecord('elsewhere', { workspace: 'v', updatedAt: 5 })),
      store.createThread(threadRecord('folderless', { workspace: '', updatedAt: 5 })),
      store.deleteThread('gone'),
    );
    const list = (workspace: string) => store.listThreads({ workspace, text: '', limit: 9 });
    assert.deepEqual(
      (await list('w')).threads.map(({ id }) => id),
      ['new', 'old'],
    );
    assert.deepEqual(
      (await list('')).threads.map(({ id }) => id),
      ['folderless'],
    );
    await committed(store, store.restoreThread('gone'));
    assert.deepEqual(
      (await list('w')).threads.map(({ id }) => id),
      ['gone', 'new', 'old'],
    );
  });

  it('moves a thread up when it goes on, and counts a turn of many answers once', async () => {
    const { store } = test;
    await committed(
      store,
      store.createThread(threadRecord('a', { updatedAt: 1 })),
      store.createThread(threadRecord('b', { updatedAt: 2 })),
      store.putMessage(userMessage('a', 0)),
      store.putMessage(assistantMessage('a', 1, { turnId: 't0' })),
      store.putMessage(assistantMessage('a', 2, { turnId: 't0', createdAt: 7_000 })),
      store.putMessage(assistantMessage('a', 2, { turnId: 't0', createdAt: 7_000 })),
    );
    const { threads } = await store.listThreads({ workspace: 'w', text: '', limit: 9 });
    assert.deepEqual(threads, [
      { id: 'a', title: 'Thread a', updatedAt: 7_000, messageCount: 2 },
      { id: 'b', title: 'Thread b', updatedAt: 2, messageCount: 0 },
    ]);
  });

  it('comes page by page without gaps or repeats, equal times included', async () => {
    const { store } = test;
    const times = fc.array(fc.nat({ max: 4 }), { maxLength: 20 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 6 }), async (updatedAts, limit) => {
        run += 1;
        const workspace = `w${run}`;
        await committed(
          store,
          ...updatedAts.map((updatedAt, n) =>
            store.createThread(threadRecord(`${run}-${n}`, { workspace, updatedAt })),
          ),
        );
        const rows: ThreadListRow[] = [];
        let hasMore = true;
        while (hasMore) {
          const before = rows.at(-1);
          const page = await store.listThreads({
            workspace,
            text: '',
            limit,
            ...(before ? { before } : {}),
          });
          rows.push(...page.threads);
          hasMore = page.hasMore;
        }
        const whole = await store.listThreads({ workspace, text: '', limit: 99 });
        assert.deepEqual(rows, whole.threads);
        assert.equal(rows.length, updatedAts.length);
      }),
      { numRuns: 100 },
    );
  });
}

/**
 * How every store of threads is searched.
 * @param isIndexed Whether there is an index that parts words from signs.
 */
export function threadSearchContract(
  createStore: () => Promise<ContractStore>,
  isIndexed: boolean,
): void {
  let test: ContractStore;

  beforeEach(async () => {
    test = await createStore();
    const { store } = test;
    await committed(
      store,
      store.createThread(threadRecord('cart', { title: 'Cart total', updatedAt: 1 })),
      store.createThread(threadRecord('naive', { title: 'Naïve dates', updatedAt: 2 })),
      store.putMessage(userMessage('cart', 0, { text: 'Why is the sum of prices wrong?' })),
      store.putMessage(
        assistantMessage('cart', 1, {
          content: [{ type: 'text', text: 'In `total_price` the\n\ndiscount = 100% is lost.' }],
        }),
      ),
      store.putMessage(userMessage('naive', 0, { text: '日付の計算が間違っている' })),
    );
  });

  afterEach(() => test.dispose());

  async function find(text: string): Promise<readonly ThreadListRow[]> {
    return (await test.store.listThreads({ workspace: 'w', text, limit: 9 })).threads;
  }

  async function check(text: string, expected: readonly string[]): Promise<void> {
    assert.deepEqual(
      (await find(text)).map(({ id }) => id),
      expected,
      text,
    );
  }

  it('finds titles and texts by the beginnings of all their words', async () => {
    await check('cart', ['cart']);
    await check('disc', ['cart']);
    await check('DISCOUNT', ['cart']);
    await check('prices wrong', ['cart']);
    await check('wrong discount', []);
    await check('total_price', ['cart']);
    await check('nothing', []);
    await check('   ', ['cart', 'naive']);
  });

  it('finds words of scripts that write no spaces', () => check('計算', ['naive']));

  it('finds signs', async () => {
    await check('100%', ['cart']);
    await check('=', ['cart']);
    await check('_%', []);
  });

  it('takes nothing that is typed for a query language', async () => {
    for (const text of [
      '"',
      '""',
      "'",
      '*',
      'cart*',
      'NOT cart',
      'a OR b',
      '(',
      ')',
      '^cart',
      'title:x',
      '-cart',
      'NEAR(a b)',
      '\\',
      '\u0000',
      'x'.repeat(60_000),
      'y '.repeat(5_000),
    ]) {
      await assert.doesNotReject(find(text), text.slice(0, 20));
    }
    await check('"cart"', isIndexed ? ['cart'] : []);
  });

  it('shows where the words are, on one line', async () => {
    const [row] = await find('discount');
    assert.match(row?.excerpt ?? '', /the ‹discount› = 100%/);
    assert.equal((await find('cart'))[0]?.excerpt, undefined, 'a title speaks for itself');
  });

  it('shows the words of each thread, not of another', async () => {
    const { store } = test;
    const message = userMessage('naive', 1, { text: 'The prices of dates are right.' });
    await committed(store, store.putMessage(message));
    const excerpts = (await find('prices')).map(({ id, excerpt }) => `${id}: ${excerpt}`);
    assert.equal(excerpts.length, 2);
    assert.ok(excerpts.includes('cart: Why is the sum of ‹prices› wrong?'), excerpts.join());
    assert.ok(excerpts.includes('naive: The ‹prices› of dates are right.'), excerpts.join());
  });

  it('follows renaming, rewriting, setting aside, deleting and restoring', async () => {
    const { store } = test;
    await committed(
      store,
      store.updateThread('cart', { title: 'Basket' }),
      store.putMessage(
        assistantMessage('cart', 1, { content: [{ type: 'text', text: 'Rounding.' }] }),
      ),
    );
    await check('cart', []);
    await check('basket', ['cart']);
    await check('discount', []);
    await check('rounding', ['cart']);
    await committed(store, store.setAsideFrom('cart', 1));
    await check('rounding', []);
    await committed(store, store.deleteThread('cart'));
    await check('basket', []);
    await check('prices', []);
    await committed(store, store.restoreThread('cart'));
    await check('prices', ['cart']);
    await check('rounding', []);
  });

  it('is paged like the list', async () => {
    const { store } = test;
    await committed(store, store.updateThread('naive', { title: 'Cart dates' }));
    const first = await store.listThreads({ workspace: 'w', text: 'cart', limit: 1 });
    assert.equal(first.hasMore, true);
    const before = first.threads[0];
    const second = await store.listThreads({
      workspace: 'w',
      text: 'cart',
      limit: 1,
      ...(before ? { before } : {}),
    });
    assert.equal(second.hasMore, false);
    assert.deepEqual(
      [...first.threads, ...second.threads].map(({ id }) => id),
      (await find('cart')).map(({ id }) => id),
    );
  });
}

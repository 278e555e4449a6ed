import assert from 'node:assert/strict';
import path from 'node:path';
import { Emitter } from '../../../src/base/emitter.ts';
import { CancelledError } from '../../../src/base/errors.ts';
import { FileIndex, type ListedFile } from '../../../src/host/fileIndex.ts';
import { splitLineRange } from '../../../src/host/mentionQuery.ts';
import { Mentions, type SymbolSource } from '../../../src/host/mentions.ts';
import type { FoundSymbol } from '../../../src/host/symbolSearch.ts';
import { DiskWorkspace } from '../../support/diskWorkspace.ts';
import { FakeClock, settle } from '../../support/fakeClock.ts';

const root = path.resolve('/shop');
const signal = new AbortController().signal;

function symbol(name: string, file: string): FoundSymbol {
  return {
    name,
    path: `${file} ${name}`,
    item: {
      chip: { kind: 'symbol', label: name, path: path.join(root, file), startLine: 1, endLine: 2 },
      detail: file,
      icon: 'symbol-function',
    },
  };
}

describe('Mentions', () => {
  let clock: FakeClock;
  let changes: Emitter<void>;
  let files: string[];
  let lists: number;
  let index: FileIndex;
  let workspace: DiskWorkspace;
  let symbols: SymbolSource;
  let symbolErrors: unknown[];
  let mentions: Mentions;

  beforeEach(() => {
    clock = new FakeClock();
    changes = new Emitter();
    files = [
      'README.md',
      'src/cart.ts',
      'src/cartItem.ts',
      'src/deep/er/price.ts',
      'test/cart.test.ts',
    ];
    lists = 0;
    async function* list(): AsyncGenerator<ListedFile> {
      lists += 1;
      for (const file of files) {
        yield { displayPath: file, absolutePath: path.join(root, file) };
      }
    }
    index = new FileIndex(list, changes.event, clock);
    workspace = new DiskWorkspace(root);
    symbols = { inActiveEditor: async () => [], inWorkspace: async () => [] };
    symbolErrors = [];
    mentions = new Mentions({
      workspace,
      files: index,
      symbols: {
        inActiveEditor: () => symbols.inActiveEditor(),
        inWorkspace: (query) => symbols.inWorkspace(query),
      },
      clock,
      onSymbolError: (error) => symbolErrors.push(error),
    });
  });

  afterEach(() => {
    index.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  async function labels(query: string): Promise<readonly string[]> {
    return (await mentions.search(query, signal)).map((item) => item.chip.label);
  }

  it('offer what the user looks at before anything is typed, without listing files', async () => {
    workspace.open(path.join(root, 'src/cart.ts'));
    workspace.selectionNow = {
      path: path.join(root, 'src/cart.ts'),
      startLine: 2,
      endLine: 4,
      text: 'x',
      languageId: 'typescript',
    };
    assert.deepEqual(await labels(''), ['cart.ts:2-4', 'Problems', 'Open editors', 'cart.ts']);
    assert.equal(lists, 0);
  });

  it('find files by name, best first, and folders', async () => {
    assert.deepEqual((await labels('cart')).slice(0, 3), [
      'cart.ts',
      'cartItem.ts',
      'cart.test.ts',
    ]);
    assert.ok((await labels('deep')).includes('deep'));
    assert.deepEqual((await labels('deep/price')).slice(0, 1), ['price.ts']);
    assert.deepEqual(await labels('zzzz'), []);
  });

  it('find the problems and open editors by name', async () => {
    assert.equal((await labels('probl'))[0], 'Problems');
    assert.equal((await labels('open ed'))[0], 'Open editors');
    workspace.selectionNow = {
      path: path.join(root, 'src/cart.ts'),
      startLine: 7,
      endLine: 7,
      text: 'x',
      languageId: 'typescript',
    };
    assert.equal((await labels('select'))[0], 'cart.ts:7');
  });

  it('take lines of a file', async () => {
    const [item] = await mentions.search('cart.ts:20-10', signal);
    assert.deepEqual(item?.chip, {
      kind: 'file',
      label: 'cart.ts:10-20',
      path: path.join(root, 'src/cart.ts'),
      startLine: 10,
      endLine: 20,
    });
  });

  it('find symbols, each once', async () => {
    const total = symbol('calculateTotal', 'src/cart.ts');
    symbols = { inActiveEditor: async () => [total], inWorkspace: async () => [total] };
    assert.deepEqual(await labels('calctotal'), ['calculateTotal']);
  });

  it('do not wait for a slow language service, nor fail with a broken one', async () => {
    symbols = {
      inActiveEditor: () => Promise.reject(new Error('broken')),
      inWorkspace: () => new Promise(() => undefined),
    };
    const found = labels('cart');
    await settle();
    await clock.advance(300);
    assert.equal((await found)[0], 'cart.ts');
    assert.equal(symbolErrors.length, 1);
  });

  it('list files once, and anew after a change while the old list is searched', async () => {
    await labels('cart');
    await labels('price');
    assert.equal(lists, 1);
    files = [...files, 'src/coupon.ts'];
    changes.fire();
    await clock.advance(1_000);
    await labels('coupon');
    assert.equal(lists, 1, 'too early');
    await clock.advance(1_000);
    assert.deepEqual(await labels('coupon'), []);
    await settle();
    assert.deepEqual(await labels('coupon'), ['coupon.ts']);
    assert.equal(lists, 2);
  });

  it('stop between batches of a large folder when cancelled', async () => {
    files = Array.from({ length: 12_000 }, (_, number) => `src/file${number}.ts`);
    const controller = new AbortController();
    const found = mentions.search('file11', controller.signal);
    const rejected = assert.rejects(found, CancelledError);
    await settle();
    controller.abort();
    await rejected;
  });

  it('find in a large folder what is in its last batch', async () => {
    files = Array.from({ length: 12_000 }, (_, number) => `src/file${number}.ts`);
    const found = labels('file11999');
    for (let batch = 0; batch < 5; batch += 1) {
      await settle();
      await clock.advance(1);
    }
    assert.equal((await found)[0], 'file11999.ts');
  });
});

describe('splitLineRange', () => {
  it('takes lines off the end only', () => {
    assert.deepEqual(splitLineRange('a.ts:5'), { text: 'a.ts', startLine: 5, endLine: 5 });
    assert.deepEqual(splitLineRange('a.ts:'), { text: 'a.ts' });
    assert.deepEqual(splitLineRange('a.ts:0'), { text: 'a.ts' });
    assert.deepEqual(splitLineRange('std::vector'), { text: 'std::vector' });
  });
});

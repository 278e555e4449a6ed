import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Intent, parseIntent } from '../../../../../src/core/model/offline/intents.ts';

const where = (name: string, aspect: 'definition' | 'uses' | 'both'): Intent => ({
  kind: 'where',
  name,
  aspect,
});
const find = (text: string, more: object = {}): Intent => ({
  kind: 'find',
  text,
  isRegex: false,
  ...more,
});
const cart = { path: 'src/cart.js' };
const todos = find('\\b(TODO|FIXME)\\b', { isRegex: true });
const task = (name: string, more: object = {}): Intent => ({
  kind: 'needsModel',
  task: name,
  ...more,
});

const phrasings: readonly (readonly [text: string, intent: Intent])[] = [
  ["where's parsePrice used?", where('parsePrice', 'uses')],
  ['where is parsePrice defined', where('parsePrice', 'definition')],
  ['Where is `Cart.add` defined and used?', where('Cart.add', 'both')],
  ['where do we call findProduct()', where('findProduct', 'uses')],
  ['where is cart', where('cart', 'both')],
  ['where does the class Cart come from?', where('Cart', 'definition')],
  ['can you please tell me where Money lives?', where('Money', 'definition')],
  ['show me where totalCents is defined', where('totalCents', 'definition')],
  ['find out where Cart is used', where('Cart', 'uses')],
  ['who calls percentOf', where('percentOf', 'uses')],
  ['which files use Cart?', where('Cart', 'uses')],
  ['what imports money', where('money', 'uses')],
  ['does anything use percentOf', where('percentOf', 'uses')],
  ['find usages of Cart', where('Cart', 'uses')],
  ['find Cart usages', where('Cart', 'uses')],
  ['references to Cart::add', where('Cart::add', 'uses')],
  ['go to definition of Cart', where('Cart', 'definition')],
  ['is formatMoney used anywhere?', where('formatMoney', 'uses')],
  ['how is Cart used', where('Cart', 'uses')],
  ['where is this used?', { kind: 'where', aspect: 'uses' }],
  ['where is the error handling?', { kind: 'topic', words: ['error', 'handling'] }],
  ['what uses money.js', find('money')],
  ["what's wrong in this file", { kind: 'problems' }],
  ['what is wrong with src/cart.js?', { kind: 'problems', file: cart }],
  ['what problems are there?', { kind: 'problems' }],
  ['any errors?', { kind: 'problems' }],
  ['find the bug', { kind: 'problems' }],
  ['Why does `npm test` fail?', { kind: 'problems' }],
  ['Why does npm test fail? Fix what is wrong, one bug at a time.', task('Fixing code')],
  ['The total is off. Please write a test for it.', task('Writing tests')],
  ['find TODO', find('TODO')],
  ['find all todos', todos],
  ['todo', todos],
  ['find "add to cart" in src', find('add to cart', { folder: 'src' })],
  ['find parsePrice in src/cart.js', find('parsePrice', { glob: '**/src/cart.js' })],
  ['find /ca[rt]+/ in *.ts', find('ca[rt]+', { isRegex: true, glob: '*.ts' })],
  ['search for percentOf', find('percentOf')],
  ['search src for percent', find('percent', { folder: 'src' })],
  ['grep -i foo', find('foo')],
  ['find hello in this project', find('hello')],
  ['find files named cart', { kind: 'files', glob: '*cart*' }],
  ['find cart.js', { kind: 'files', glob: '*cart.js*' }],
  ['outline cart.ts', { kind: 'outline', file: { path: 'cart.ts' } }],
  ['outline this file', { kind: 'outline' }],
  ['what functions are in cart.js?', { kind: 'outline', file: { path: 'cart.js' } }],
  ["what's in cart.js", { kind: 'outline', file: { path: 'cart.js' } }],
  ['list the methods of Cart', { kind: 'outline', name: 'Cart' }],
  ['what methods does Cart have', { kind: 'outline', name: 'Cart' }],
  ['explain this', { kind: 'explain' }],
  ['explain src/cart.js:10-20', { kind: 'explain', file: { ...cart, startLine: 10, endLine: 20 } }],
  ['explain Cart.add', { kind: 'explain', name: 'Cart.add' }],
  ['what does parsePrice do', { kind: 'explain', name: 'parsePrice' }],
  ['how does cart.js work', { kind: 'explain', file: { path: 'cart.js' } }],
  ['what happens here at the edges?', { kind: 'explain' }],
  ['describe package.json', { kind: 'explain', file: { path: 'package.json' } }],
  ['explain this error', { kind: 'explain' }],
  ['/explain', { kind: 'explain' }],
  ['/explain `parsePrice`', { kind: 'explain', name: 'parsePrice' }],
  ['/fix', task('Fixing code')],
  ['/tests src/cart.js', task('Writing tests', { file: cart })],
  ['/doc', task('Writing documentation')],
  ['/review', task('A review')],
  ['/help', { kind: 'help' }],
  ['/unknown', { kind: 'help' }],
  ['/unknown find TODO', find('TODO')],
  ['fix the bug in src/cart.js', task('Fixing code', { file: cart })],
  ['please write some tests', task('Writing tests')],
  ['add a method to Cart', task('Changing or running things')],
  ['run the tests', task('Changing or running things')],
  ['what changed?', { kind: 'changes' }],
  ['what did I change', { kind: 'changes' }],
  ['show my changes', { kind: 'changes' }],
  ['git status', { kind: 'changes' }],
  ['show me the diff', { kind: 'changes' }],
  ['what files are here', { kind: 'files' }],
  ['list files in src', { kind: 'files', folder: 'src' }],
  ['ls', { kind: 'files' }],
  ['how many *.ts files', { kind: 'files', glob: '*.ts' }],
  ['what does this workspace do?', { kind: 'overview' }],
  ['what is this project about?', { kind: 'overview' }],
  ['overview', { kind: 'overview' }],
  ['how do I run the tests?', { kind: 'overview' }],
  ['help', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['hi', { kind: 'help' }],
  ['', { kind: 'help' }],
  ['thanks!', { kind: 'help' }],
  ['what can you do?', { kind: 'help' }],
  [
    'How does an order get from the cart to the report?',
    { kind: 'topic', words: ['order', 'cart', 'report'] },
  ],
  ['what is a closure?', { kind: 'topic', words: ['closure'] }],
  ['we use node.js and e.g. three.js', { kind: 'topic', words: ['node', 'three'] }],
];

describe('parseIntent', () => {
  for (const [text, intent] of phrasings) {
    it(`understands ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseIntent(text), intent);
    });
  }

  it('knows a slash command by the prompt that stands for it, and what is open in the editor', () => {
    const selection =
      '“This code” is what is attached or named; otherwise the selection in the editor: src/a b.ts, lines 3-9.';
    assert.deepEqual(parseIntent(`Explain this code: what it is for.\n\n${selection}`), {
      kind: 'explain',
      file: { path: 'src/a b.ts', startLine: 3, endLine: 9 },
    });
    const file =
      '“This code” is what is attached or named; otherwise the file in the editor: src/a.ts.';
    const fix = 'Find out what is wrong with this code and fix it. Look at the problems.';
    const fixed = task('Fixing code', { file: { path: 'src/a.ts' } });
    assert.deepEqual(parseIntent(`${fix}\n\n${file}`), fixed);
    const named = parseIntent(`Review this code as a colleague would. src/cart.js\n\n${file}`);
    assert.deepEqual(named, task('A review', { file: cart }));
    const start = 'Write tests for this code. First look.';
    const unclear = '“This code” is what is attached or named; otherwise ask which code is meant.';
    assert.deepEqual(parseIntent(`${start}\n\n${unclear}`), task('Writing tests'));
  });

  it('understands anything as something', () => {
    const word = fc.constantFrom(
      ...[
        'where',
        'is',
        'find',
        '/',
        '`',
        '"',
        'in',
        'src/a.ts',
        'Cart.add',
        'outline',
        '\n',
        '*.ts',
      ],
      ...[
        'explain',
        'what',
        'this',
        'files',
        'of',
        '.',
        ':',
        '(',
        '[',
        '\\',
        '$',
        '/fix',
        'ä',
        '😀',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(word, { maxLength: 20 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, (question) => {
        assert.equal(typeof parseIntent(question).kind, 'string');
      }),
      { numRuns: 2000 },
    );
  });

  it('is done with long texts at once', () => {
    for (const part of ['a', 'where ', '[', '/', '.a', '`', 'find in ', 'a.b ', '(', "'"]) {
      parseIntent(part.repeat(20_000));
      parseIntent(`where is ${part.repeat(20_000)}`);
    }
  });
});

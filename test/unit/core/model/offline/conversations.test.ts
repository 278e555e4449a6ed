import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Conversation, createConversation } from './conversation.ts';

const files = {
  'README.md': '# Corner shop\n\n[![badge](x)](y)\n\nA small *shop*.\nIt sells.\n\nMore.\n',
  'package.json': '{ "description": "Sells things", "scripts": { "test": "mocha" } }',
  'src/money.js': [
    '/** Reads a price. Throws on nonsense. */',
    'export function parsePrice(text) {',
    '  return Number(text);',
    '}',
    '',
  ].join('\n'),
  'src/cart.js': [
    "import { parsePrice } from './money.js';",
    '',
    'export class Cart {',
    '  add(text) {',
    '    // TODO: check',
    '    this.sum += parsePrice(text);',
    '  }',
    '}',
    '',
  ].join('\n'),
  'src/odd (1) name.js': 'export const oddOne = 1;\n',
  'test/money.test.js': "import { parsePrice } from '../src/money.js';\nparsePrice('1');\n",
  'docs/notes.txt': 'a cart full of `ticks` and [links](x)\n',
};

const selection = [
  '<context kind="selection" path="src/cart.js" lines="4-7">',
  '  add(text) {',
  '    // TODO: check',
  '    this.sum += parsePrice(text);',
  '  }',
  '</context>',
].join('\n');

describe('offline answers', () => {
  let conversation: Conversation;

  beforeEach(() => {
    conversation = createConversation(files);
  });
  afterEach(() => conversation.dispose());

  function names(): readonly string[] {
    return conversation.calls.map((call) => call.name);
  }

  it('tell where a name is defined and used, with links to the lines', async () => {
    const answer = await conversation.ask('where is parsePrice defined and used?');
    assert.match(answer, /^`parsePrice` is defined in \[src\/money\.js:2\]\(src\/money\.js:2\)/);
    assert.match(answer, /```js\nexport function parsePrice\(text\) \{\n```/);
    assert.match(
      answer,
      /\[src\/cart\.js:6\]\(src\/cart\.js:6\): `this\.sum \+= parsePrice\(text\);`/,
    );
    assert.match(answer, /imported in 2 files/);
    assert.deepEqual(names(), ['search']);
  });

  it('end with one line that says what this is, the first one also how to connect a model', async () => {
    const howTo = /Slipstream: Set API key.*Slipstream: Use a local server/;
    const questions = ['where is parsePrice', 'nonsense zzz', 'fix it', 'help', 'what changed?'];
    for (const [index, question] of questions.entries()) {
      const answer = await conversation.ask(question);
      const lines = answer.split('\n').filter((line) => line.includes('not a language model'));
      assert.deepEqual(lines, [answer.split('\n').at(-1)], question);
      const isWanted = index === 0 || question === 'fix it' || question === 'help';
      assert.equal(howTo.test(answer), isWanted, question);
    }
  });

  it('put uses first where uses are asked for, and leave them out for a definition', async () => {
    const uses = await conversation.ask('who calls parsePrice?');
    assert.ok(uses.indexOf('src/cart.js:6') < uses.indexOf('src/money.js:2'));
    const definition = await conversation.ask('where is parsePrice defined?');
    assert.doesNotMatch(definition, /src\/cart\.js/);
  });

  it('offer what is spelled likewise for a name that is not there', async () => {
    const answer = await conversation.ask('where is parseprice?');
    assert.match(answer, /nothing named `parseprice`.*`parsePrice`/);
    assert.match(await conversation.ask('where is zzz?'), /^I found nothing named `zzz`/);
  });

  it('find the definition of a name that occurs more often than a search tells', async () => {
    const uses = Array.from({ length: 400 }, (_, index) => `mark(${index});`).join('\n');
    writeFileSync(join(conversation.path, 'src/a.js'), uses);
    writeFileSync(join(conversation.path, 'src/z.js'), 'export function mark() {}\n');
    const answer = await conversation.ask('where is mark defined?');
    assert.match(answer, /src\/z\.js:1/);
    assert.deepEqual(names(), ['search', 'search']);
  });

  it('understand "it" from what is attached, and from the turn before', async () => {
    assert.match(await conversation.ask('where is this used?', selection), /`add`/);
    await conversation.ask('explain parsePrice');
    assert.match(await conversation.ask('and where is it used?'), /`parsePrice` occurs/);
  });

  it('outline a file that is named by its end, attached, or was spoken of', async () => {
    const outline = /- class `Cart`: \[src\/cart\.js:3\].*\n {2}- method `add`/;
    assert.match(await conversation.ask('outline cart.js'), outline);
    assert.match(await conversation.ask('outline this file'), outline);
    const attached = '<context kind="file" path="src/x.py">\ndef main():\n    pass\n</context>';
    const answer = await conversation.ask('outline this', attached);
    assert.match(answer, /function `main`: \[src\/x\.py:1\]/);
    assert.deepEqual(names(), []);
    assert.match(await conversation.ask('what methods does Cart have?'), /method `add`/);
  });

  it('take the file in the editor for this file, where nothing else is meant', async () => {
    const inEditor = '<context kind="editor" path="src/cart.js">\n(open in the editor)\n</context>';
    assert.match(await conversation.ask('outline this file', inEditor), /class `Cart`/);
    await conversation.ask('outline src/money.js', inEditor);
    assert.doesNotMatch(await conversation.ask('outline it', inEditor), /class `Cart`/);
    assert.match(await conversation.ask('outline the file I have open', inEditor), /class `Cart`/);
  });

  it('say which file is missing, or that one has to be named', async () => {
    assert.match(await conversation.ask('outline this file'), /^Which file\?/);
    assert.match(await conversation.ask('outline nothing.ts'), /^I found no file nothing\.ts/);
    assert.match(await conversation.ask('outline docs/notes.txt'), /language of/);
    assert.match(await conversation.ask('outline "src/odd (1) name.js"'), /constant `oddOne`/);
  });

  it('explain a selection by what it defines, calls, is used by, and its problems', async () => {
    conversation.problem({ startLine: 6, message: 'No `sum` <here>.' });
    conversation.problem({ startLine: 1, message: 'Elsewhere.' });
    const answer = await conversation.ask('/explain', selection);
    assert.match(answer, /\[src\/cart\.js:4-7\]\(src\/cart\.js:4-7\): 4 lines/);
    assert.match(answer, /It defines:\n\n- method `add`: \[src\/cart\.js:4\]/);
    assert.match(answer, /It calls:\n\n- `parsePrice`, defined in \[src\/money\.js:2\]/);
    assert.match(
      answer,
      /1 problem in it:\n\n- \[src\/cart\.js:6\].* error: No \\`sum\\` \\<here\\>\./,
    );
    assert.doesNotMatch(answer, /Elsewhere/);
  });

  it('explain a name with its comment and its lines', async () => {
    const answer = await conversation.ask('what does parsePrice do?');
    assert.match(answer, /function in \[src\/money\.js:2-4\].*“Reads a price\.”/);
    assert.match(answer, / {2}return Number\(text\);\n\}\n```/);
  });

  it('explain what is attached whatever the question is', async () => {
    assert.match(await conversation.ask('surprising, no?', selection), /It defines/);
  });

  it('tell the problems of the workspace and of a file', async () => {
    assert.match(
      await conversation.ask('what problems are there?'),
      /no problems in the workspace/,
    );
    conversation.problem({ startLine: 2, severity: 'warning', message: 'Odd.' });
    const all = await conversation.ask('any errors?');
    assert.match(all, /1 problem in the workspace:\n\n- \[src\/cart\.js:2\].* warning: Odd\./);
    assert.match(
      await conversation.ask("what's wrong in money.js?"),
      /no problems in \[src\/money/,
    );
    assert.match(await conversation.ask("what's wrong in this file?", selection), /Odd/);
  });

  it('say that a task takes a model, and give what helps with it', async () => {
    conversation.problem({ startLine: 2 });
    const fix = await conversation.ask('/fix src/cart.js');
    assert.match(fix, /^Fixing code takes a language model, so I left everything as it is\./);
    assert.match(fix, /It is wrong\./);
    const tests = await conversation.ask('write tests for src/money.js');
    assert.match(tests, /Tests that seem to be of it:\n\n- \[test\/money\.test\.js\]/);
    assert.match(await conversation.ask('make me a sandwich'), /takes a language model/);
  });

  it('find text, in a folder, by a pattern, and in names of files', async () => {
    const todo = await conversation.ask('find TODO');
    assert.match(todo, /`TODO` in the workspace: 1 line of 1 file\.\n\n- \[src\/cart\.js:5\]/);
    assert.match(await conversation.ask('find parsePrice in test'), /`test`: 2 lines of 1 file/);
    assert.match(await conversation.ask('find /parse[A-Z]\\w+/ in *.js'), /in `\*\.js`: 5 lines/);
    assert.match(await conversation.ask('find zzz'), /^I found no `zzz` in the workspace\./);
    assert.match(await conversation.ask('find /(/'), /^I could not search: /);
    assert.match(await conversation.ask('find cart.js'), /\[src\/cart\.js\]\(src\/cart\.js\)/);
    assert.match(await conversation.ask('find ticks'), /`` a cart full of `ticks` and /);
  });

  it('list files, with links that lead to odd names too', async () => {
    const answer = await conversation.ask('what files are in src?');
    assert.match(answer, /^3 files in `src`:/);
    assert.match(answer, /\[src\/odd \(1\) name\.js\]\(src\/odd%20%281%29%20name\.js\)/);
    assert.match(await conversation.ask('list *.py files'), /^There are no files for `\*\.py`/);
    assert.match(await conversation.ask('list files in nowhere'), /^I could not list the files/);
  });

  it('give an overview from the README, the scripts and the files', async () => {
    const answer = await conversation.ask('what does this project do?');
    assert.match(
      answer,
      /^\*\*Corner shop\*\*: A small \\\*shop\\\*\. It sells\. \(\[README\.md:5\]/,
    );
    assert.match(answer, /“Sells things”.*scripts:\n\n- `npm run test`: `mocha`/);
    assert.match(answer, /- `src\/`: 3 files/);
  });

  it('point to where the code speaks of a topic', async () => {
    const answer = await conversation.ask('How does a price get into the cart?');
    assert.match(answer, /^To answer that in words takes a language model/);
    assert.match(answer, /Defined under such names:\n\n- .*(Cart|parsePrice)/);
    assert.match(answer, /\[src\/cart\.js\]/);
  });

  it('help with examples that have an answer in this workspace', async () => {
    const answer = await conversation.ask('help');
    assert.match(answer, /Where is `Cart` defined and used\?/);
    assert.match(answer, /Outline `src\/cart\.js`/);
    const nothing = await conversation.ask('xyzzy plugh');
    assert.match(nothing, /^I found nothing about `xyzzy` and `plugh`/);
  });

  it('say what changed, as Git tells it', async () => {
    const git = (...args: readonly string[]): void => {
      const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
      execFileSync('git', [...identity, ...args], { cwd: conversation.path });
    };
    assert.match(await conversation.ask('what changed?'), /not a Git repository/);
    git('init', '-q', '-b', 'trunk');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    assert.match(await conversation.ask('what changed?'), /^Nothing changed .* on `trunk`\./);
    appendFileSync(join(conversation.path, 'src/cart.js'), 'more\nlines\n');
    writeFileSync(join(conversation.path, 'new.js'), '');
    const answer = await conversation.ask('what changed?');
    assert.match(answer, /^2 files changed since the last commit on `trunk`:/);
    assert.match(answer, /- \[src\/cart\.js\]\(src\/cart\.js\) changed, 2 lines/);
    assert.match(answer, /- \[new\.js\]\(new\.js\) new/);
  });

  it('do not run Git in Restricted Mode, and say why', async () => {
    conversation.workspace.isTrustedNow = false;
    assert.match(await conversation.ask('what changed?'), /Restricted Mode/);
    assert.deepEqual(names(), []);
    assert.match(await conversation.ask('where is Cart?'), /src\/cart\.js:3/);
  });
});

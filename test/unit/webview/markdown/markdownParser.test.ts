import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parsePieces, writePieces } from './recordingSink.ts';

function parse(markdown: string): string {
  return parsePieces([markdown]).toString();
}

/** Pairs of markdown and the tree it means. */
const blocks: Record<string, [string, string]> = {
  paragraphs: ['one\ntwo\n\nthree', '<p>one<break/>two</p><p>three</p>'],
  headings: ['# One\n### Two *em*\ntext', '<h1>One</h1><h3>Two <em>em</em></h3><p>text</p>'],
  'a hash that heads nothing': ['#hash ####### seven', '<p>#hash ####### seven</p>'],
  rules: ['a\n---\n* * *\n___\n--', '<p>a</p><rule/><rule/><rule/><p>--</p>'],
  quotes: [
    '> a\n> > b\nlazy\n\nout',
    '<quote><p>a</p><quote><p>b<break/>lazy</p></quote></quote><p>out</p>',
  ],
  'a list': [
    '- a\n- b\n\n  more\n* c',
    '<ul><item><p>a</p></item><item><p>b</p><p>more</p></item><item><p>c</p></item></ul>',
  ],
  'a list numbered from three': [
    '3. a\n4) b',
    '<ol:3><item><p>a</p></item><item><p>b</p></item></ol>',
  ],
  'sloppy nesting': [
    '1. a\n  - b\n    - c\n2. d',
    '<ol:1><item><p>a</p><ul><item><p>b</p><ul><item><p>c</p></item></ul></item></ul></item><item><p>d</p></item></ol>',
  ],
  tasks: [
    '- [ ] a\n- [X] b\n- [y] c',
    '<ul><item><p><task:false/>a</p></item><item><p><task:true/>b</p></item><item><p>[y] c</p></item></ul>',
  ],
  'a year in the middle of a paragraph': [
    'born in\n1989. A good year',
    '<p>born in<break/>1989. A good year</p>',
  ],
  'fenced code': [
    '```ts src/a.ts\nlet a = `b`;\n\n  c\n```\nafter',
    '<pre:ts src/a.ts>let a = `b`;\n\n  c</pre><p>after</p>',
  ],
  'a tilde fence with backticks inside': ['~~~\n```\n~~~~\n', '<pre>```</pre>'],
  'a longer fence around a shorter': ['````\n```\nx\n```\n````', '<pre>```\nx\n```</pre>'],
  'code blocks inside a block of markdown': [
    '```md\n```js\nx\n```\ny\n```\nz',
    '<pre:md>```js\nx\n```\ny</pre><p>z</p>',
  ],
  'a fence that is never closed': ['```\nx\n``', '<pre>x\n``</pre>'],
  'indented code after a blank line': [
    'a\n\n    b\n\n      c\nd',
    '<p>a</p><pre>b\n\n  c</pre><p>d</p>',
  ],
  'code in a list, indented or not': [
    '1. a\n   ```\n   x\n y\n   ```\n2. b',
    '<ol:1><item><p>a</p><pre>x\ny</pre></item><item><p>b</p></item></ol>',
  ],
  'code in a quote ends with the quote': [
    '> ```\n> x\nout',
    '<quote><pre>x</pre></quote><p>out</p>',
  ],
  'tabs in code': ['```\n\tx\n```', '<pre>\tx</pre>'],
  'a table': [
    '| a | b |\n|:--|--:|\n| `x|y` | p \\| q |\nafter',
    '<table><tr><th:left>a</th><th:right>b</th></tr><tr><td:left><code>x|y</code></td><td:right>p | q</td></tr></table><p>after</p>',
  ],
  'bars that make no table': ['| a |\n| b |\n\n|c', '<p>| a |<break/>| b |</p><p>|c</p>'],
  'a table below a line of text': [
    'Sum:\n| a |\n|---|\n| 1 |',
    '<p>Sum:</p><table><tr><th>a</th></tr><tr><td>1</td></tr></table>',
  ],
  'line endings of Windows': ['a\r\n\r\n```\r\nb\r\n```', '<p>a</p><pre>b</pre>'],
  'HTML as text': [
    '<script>alert(1)</script>\n<img src=x onerror=y>',
    '<p><script>alert(1)</script><break/><img src=x onerror=y></p>',
  ],
};

const inlines: Record<string, [string, string]> = {
  emphasis: [
    '*a* _b_ **c** __d__ ***e*** ~~f~~',
    '<em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <strong><em>e</em></strong> <strike>f</strike>',
  ],
  'emphasis in emphasis': [
    '**a *b*** *c **d***',
    '<strong>a <em>b</em></strong> <em>c <strong>d</strong></em>',
  ],
  'emphasis that is never closed': ['**a *b `c`', '**a *b <code>c</code>'],
  'emphasis closed across an open one': ['**a *b** c', '<strong>a *b</strong> c'],
  'bold before a letter': ['**Note:**text', '<strong>Note:</strong>text'],
  'names with underscores': ['my_var_name __init__.py', 'my_var_name <strong>init</strong>.py'],
  arithmetic: ['2*3*4 and 2**3 and a * b * c', '2*3*4 and 2**3 and a * b * c'],
  'file patterns': ['src/**/*.ts test/**/*.ts', 'src/**/*.ts test/**/*.ts'],
  'shell variables': ['$HOME, $(X) and \\$5', '$HOME, $(X) and $5'],
  'code spans': [
    '`a` ``b`c`` ` d ` `*e*`',
    '<code>a</code> <code>b`c</code> <code>d</code> <code>*e*</code>',
  ],
  'a backtick alone': ['a ` b **c**', 'a ` b <strong>c</strong>'],
  brackets: ['items[0] [x] a[i](j) [0, 1]', 'items[0] [x] a<a:j>i</a> [0, 1]'],
  links: [
    '[a *b*](src/a.ts:12 "t") [c](<d e>) [](x)',
    '<a:src/a.ts:12>a <em>b</em></a> <a:d e>c</a> <a:x>x</a>',
  ],
  'a link that is never closed': [
    'see [docs](http and **more**',
    'see [docs](http and <strong>more</strong>',
  ],
  'parentheses in targets': ['[a](b_(c)) d)', '<a:b_(c)>a</a> d)'],
  'images are links, and never loaded': [
    '![a](b.png) ![](c.png)',
    '<a:b.png>a</a> <a:c.png>c.png</a>',
  ],
  'bare addresses': [
    '(https://a.b/c_(d)), https://e.f. xhttps://g',
    '(<a:https://a.b/c_(d)>https://a.b/c_(d)</a>), <a:https://e.f>https://e.f</a>. xhttps://g',
  ],
  'addresses in angle brackets': [
    '<https://a.b> <mailto:c@d> <e@f>',
    '<a:https://a.b>https://a.b</a> <a:mailto:c@d>mailto:c@d</a> <e@f>',
  ],
  'no link in a link': ['[a https://b.c [d](e)](f)', '<a:f>a https://b.c [d](e)</a>'],
  'line break tags': ['a<br>b<BR/>c<br x>', 'a<break/>b<break/>c<br x>'],
  'character references': [
    '&lt;b&gt; &amp; &#65;&#x42; &nope; &#0; &#xD800;',
    '<b> & AB &nope; &#0; &#xD800;',
  ],
  escapes: ['\\*a\\* \\d \\\\', '*a* \\d \\'],
  generics: ['Map<string, T> a<b a&&b', 'Map<string, T> a<b a&&b'],
};

describe('MarkdownParser', () => {
  for (const [name, [markdown, expected]] of Object.entries(blocks)) {
    it(`reads ${name}`, () => assert.equal(parse(markdown), expected));
  }

  for (const [name, [markdown, expected]] of Object.entries(inlines)) {
    it(`reads ${name}`, () => assert.equal(parse(markdown), `<p>${expected}</p>`));
  }

  it('tells plain text at once and holds back only what is undecided', () => {
    const seen = (pieces: string[]): string => writePieces(pieces).toString();
    assert.equal(seen(['Hello wor']), '<p>Hello wor</p>');
    assert.equal(seen(['see `src/a']), '<p>see </p>');
    assert.equal(seen(['**bold so f']), '<p><strong>bold so f</strong></p>');
    assert.equal(seen(['```ts\nlet a = 1', ';\nlet']), '<pre:ts>let a = 1;\nlet</pre>');
    assert.equal(seen(['- item te']), '<ul><item><p>item te</p></item></ul>');
  });

  it('gives the same tree however the text is cut', () => {
    const samples = [...Object.values(blocks), ...Object.values(inlines)].map(([text]) => text);
    for (const sample of samples) {
      assert.equal(parsePieces([...sample]).toString(), parse(sample), JSON.stringify(sample));
    }
    fc.assert(
      fc.property(
        fc.array(fragment, { maxLength: 30 }),
        fc.infiniteStream(fc.nat(7)),
        (parts, cuts) => {
          const markdown = parts.join('');
          assert.equal(parsePieces(cut(markdown, cuts)).toString(), parse(markdown));
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('loses no letter and closes all it opens, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (parts) => {
        const sink = parsePieces(parts);
        assert.equal(sink.depth, 0);
        // Languages, link targets and list numbers are not text: the fragments use capitals for text.
        const letters = (text: string): string => text.replaceAll(/[^A-Z]/g, '');
        assert.equal(letters(sink.plainText), letters(parts.join('')));
      }),
      { numRuns: 1_500 },
    );
  });

  it('keeps characters whole that are cut in half', () => {
    const text = 'a 👩‍🚀 b';
    const pieces = Array.from({ length: text.length }, (_, index) => text.charAt(index));
    const sink = parsePieces(pieces);
    assert.equal(sink.toString(), `<p>${text}</p>`);
    assert.equal(parsePieces(['x\ud83d']).toString(), '<p>x\ud83d</p>');
  });

  it('stays fast and shallow on hostile text', () => {
    const size = 50_000;
    const hostile = [
      '*',
      '_',
      '`',
      '[',
      '![',
      '> ',
      '- ',
      '~',
      '|',
      '<',
      '&',
      '\\',
      '**a ',
      '[a](',
      'h',
      '#',
      ' ',
    ];
    for (const piece of hostile) {
      const sink = parsePieces(cut(piece.repeat(size / piece.length), [97][Symbol.iterator]()));
      assert.ok(maxDepth(sink.toString()) <= 80, piece);
    }
  });
});

const fragment = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('A', 'BC', ' D', 'E ', ' ', '\n', '\n\n', '  ', '\t') },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...[
        '*',
        '**',
        '_',
        '__',
        '~~',
        '`',
        '``',
        '```',
        '~~~',
        '```ts\n',
        '#',
        '# ',
        '> ',
        '- ',
        '+ ',
      ],
      ...[
        '1. ',
        '12) ',
        '---',
        '***',
        '|',
        '| F | G |\n',
        '|---|---|\n',
        '[',
        ']',
        '](y)',
        ')',
        '![',
      ],
      ...[
        '[ ] ',
        '[x] ',
        'https://x.y',
        '<br>',
        '<',
        '>',
        '&lt;',
        '&',
        '\\',
        '\\|',
        '    ',
        '$',
        '👍',
      ],
    ),
  },
);

function cut(text: string, lengths: Iterator<number>): string[] {
  const pieces: string[] = [];
  let at = 0;
  let length = 97;
  while (at < text.length) {
    const next = lengths.next();
    length = next.done ? length : next.value;
    pieces.push(text.slice(at, at + Math.max(1, length)));
    at += Math.max(1, length);
  }
  return pieces;
}

function maxDepth(tree: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of tree.matchAll(/<\/?(?:p|em|strong|quote|ul|item|strike)>/g)) {
    depth += tag.startsWith('</') ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

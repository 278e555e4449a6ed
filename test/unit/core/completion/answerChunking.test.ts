import assert from 'node:assert/strict';
import { ended, limited, type ShapeOptions, shapeStream } from './completionKit.ts';

/** The same numbers on each run, from 0 to below 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const places: readonly (readonly [marked: string, languageId: string])[] = [
  ['foo(¦)', 'typescript'],
  ['const total = ¦', 'typescript'],
  ['  "name": "¦",', 'json'],
  ['class A {\n  f() {\n    ¦\n  }\n}', 'java'],
  ['function f() {¦}', 'javascript'],
  ['function f() {¦', 'javascript'],
  ['def f(a):\n    # adds\n    ¦\n    return a\n', 'python'],
  ['if a:¦\n', 'python'],
  ['def f¦', 'ruby'],
  ['func f() {\n\t¦\n}', 'go'],
  ['fn main() {\n    let x = vec![1, ¦];\n}', 'rust'],
  ['for f in *; do¦', 'shellscript'],
  ['a {\n  color: ¦;\n}', 'css'],
  ['# Title\n\n¦', 'markdown'],
];

const bodies: readonly string[] = [
  'a, b);',
  'const total = items.length;',
  'value",\n  "other": 1',
  '\n  return 1;\n}\n\nfunction g() {}',
  'if (a) {\n  b();\n}\nc();\n}\n',
  '\n    b()\nelse:\n    c()\nd()',
  '# adds\n    a += 1\n    return a\n',
  '\n  1\nend\n\ndef g',
  'g("}", \'x\')\n\th(`a\n`)\n}\n',
  '2, 3];\n    x.len() // }\n}',
  '\n  echo "$f"\ndone\n',
  'red;\n  margin: 0',
  'text.split(/[)}]|\\)/).map(/}/.test);',
  'text.match(/)/',
  '',
  '\n\n',
];

const wrappings: readonly ((body: string) => string)[] = [
  (body) => `<fill>${body}</fill>`,
  (body) => `<fill>\n${body}\n</fill>\nI hope it helps.`,
  (body) => `<fill>${body}`,
  (body) => `\`\`\`ts\n${body}\n\`\`\`\nThat is all.`,
  (body) => `<fill>\n\`\`\`\n${body}\n\`\`\`</fill>`,
  (body) => `Here it is:\n<fill>${body}</fill>`,
  (body) => body,
  (body) => `${body}<cursor/>\r\n<|endoftext|>x`,
];

describe('Completion of an answer in pieces', () => {
  for (const [marked, languageId] of places) {
    it(`is that of the whole answer: ${JSON.stringify(marked)} (${languageId})`, async () => {
      const random = seeded(marked.length);
      for (const body of bodies) {
        for (const wrap of wrappings) {
          for (const options of variants(languageId)) {
            await checkPieces(marked, wrap(body), options, random);
          }
        }
      }
    });
  }
});

function variants(languageId: string): readonly ShapeOptions[] {
  return [true, false].flatMap((isMultiline) =>
    [ended, limited].map((outcome) => ({ languageId, isMultiline, outcome })),
  );
}

async function checkPieces(
  marked: string,
  answer: string,
  options: ShapeOptions,
  random: () => number,
): Promise<void> {
  const whole = await shapeStream(marked, [answer], options);
  for (const pieces of [[...answer], atRandom(answer, random)]) {
    const { text, shown } = await shapeStream(marked, pieces, options);
    const told = JSON.stringify({ answer, pieces, options });
    assert.equal(text, whole.text, told);
    const growing = text === undefined ? shown : [...shown, text];
    for (const [index, part] of growing.entries()) {
      const before = growing[index - 1] ?? '';
      assert.ok(part.startsWith(before), `${JSON.stringify([before, part])} in ${told}`);
    }
  }
}

function atRandom(text: string, random: () => number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(random() * 9);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

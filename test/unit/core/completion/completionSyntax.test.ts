import assert from 'node:assert/strict';
import { createCompletionPrompts } from '../../../../src/core/completion/completionPrompts.ts';
import { createCompletionShaping } from '../../../../src/core/completion/completionShaping.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestSyntax } from '../../../support/syntaxHarness.ts';
import { ended, placeAt } from './completionKit.ts';
import { FakeSurroundings } from './surroundingsKit.ts';

interface Case {
  readonly languageId: string;
  readonly marked: string;
  readonly answer: string;
  readonly expected: string;
}

/** A block that goes on too long, in each language with the grammar that ships. */
const blocks: readonly Case[] = [
  {
    languageId: 'typescript',
    marked: 'class A {\n  add(x: number) {\n    ¦\n  }\n}\n',
    answer: 'const y = x + 1;\n    return y;\n  }\n\n  other() {}\n}',
    expected: 'class A {\n  add(x: number) {\n    const y = x + 1;\n    return y;\n  }\n}\n',
  },
  {
    languageId: 'typescriptreact',
    marked: 'function App() {\n  return (\n    <ul>\n      ¦\n    </ul>\n  );\n}\n',
    answer: '<li>One</li>\n      <li>Two</li>\n    </ul>\n  );\n}',
    expected:
      'function App() {\n  return (\n    <ul>\n      <li>One</li>\n      <li>Two</li>\n    </ul>\n  );\n}\n',
  },
  {
    languageId: 'javascript',
    marked: 'items.forEach((item) => {¦});\n',
    answer: '\n  use(item);\n});\nmore();',
    expected: 'items.forEach((item) => {\n  use(item);\n});\n',
  },
  {
    languageId: 'python',
    marked: 'class A:\n    def f(self):\n        ¦\n\n    def g(self):\n        pass\n',
    answer: 'x = 1\n        return x\n\n    def h(self):\n        pass',
    expected:
      'class A:\n    def f(self):\n        x = 1\n        return x\n\n    def g(self):\n        pass\n',
  },
  {
    languageId: 'go',
    marked: 'package a\n\nfunc f() error {\n\t¦\n}\n\nfunc g() {}\n',
    answer: 'if err := h(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\nfunc i() {}',
    expected:
      'package a\n\nfunc f() error {\n\tif err := h(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\nfunc g() {}\n',
  },
  {
    languageId: 'rust',
    marked: 'fn main() {\n    let s = "x";\n    ¦\n}\n',
    answer: 'match s {\n        "x" => println!("{}", s),\n        _ => {}\n    }\n}\n',
    expected:
      'fn main() {\n    let s = "x";\n    match s {\n        "x" => println!("{}", s),\n        _ => {}\n    }\n}\n',
  },
  {
    languageId: 'java',
    marked: 'class A {\n    void f() {\n        ¦\n    }\n}\n',
    answer: 'g();\n        h();\n    }\n\n    void i() {}',
    expected: 'class A {\n    void f() {\n        g();\n        h();\n    }\n}\n',
  },
  {
    languageId: 'csharp',
    marked: 'class A\n{\n    void F()\n    {\n        ¦\n    }\n}\n',
    answer: 'G();\n        H();\n    }\n}',
    expected: 'class A\n{\n    void F()\n    {\n        G();\n        H();\n    }\n}\n',
  },
  {
    languageId: 'cpp',
    marked: 'int f(int a) {\n  ¦\n}\n',
    answer: 'if (a > 0) {\n    return a;\n  }\n  return 0;\n}\n\nint g() { return 1; }',
    expected: 'int f(int a) {\n  if (a > 0) {\n    return a;\n  }\n  return 0;\n}\n',
  },
  {
    languageId: 'ruby',
    marked: 'class A\n  def f\n    ¦\n  end\nend\n',
    answer: 'x = 1\n    x + 1\n  end\nend',
    expected: 'class A\n  def f\n    x = 1\n    x + 1\n  end\nend\n',
  },
  {
    languageId: 'php',
    marked: '<?php\nfunction f($a) {\n    ¦\n}\n',
    answer: '$b = $a + 1;\n    return $b;\n}\n\nfunction g() {}',
    expected: '<?php\nfunction f($a) {\n    $b = $a + 1;\n    return $b;\n}\n',
  },
  {
    languageId: 'css',
    marked: '.a {\n  ¦\n}\n\n.b {}\n',
    answer: 'color: red;\n  margin: 0;\n}\n\n.c {}',
    expected: '.a {\n  color: red;\n  margin: 0;\n}\n\n.b {}\n',
  },
  {
    languageId: 'shellscript',
    marked: 'for f in *.txt; do\n  ¦\ndone\n',
    answer: 'echo "$f"\n  rm "$f"\ndone',
    expected: 'for f in *.txt; do\n  echo "$f"\n  rm "$f"\ndone\n',
  },
];

describe('Completions with the grammars', () => {
  for (const { languageId, marked, answer, expected } of blocks) {
    it(`ask for a block and end with it (${languageId})`, async () => {
      const syntax = await createTestSyntax();
      const surroundings = new FakeSurroundings('/work');
      const prompts = createCompletionPrompts({ surroundings, syntax, clock: new FakeClock() });
      const place = placeAt(marked, languageId);
      const options = { trigger: 'automatic', model: 'claude-haiku-5-5', alternative: 0 } as const;
      try {
        const prompt = await prompts.build(place, options, new AbortController().signal);
        assert.ok(prompt?.isMultiline);
        const shaper = await createCompletionShaping({ syntax }).begin(place, prompt);
        shaper.push(`<fill>${answer}`);
        const text = (await shaper.finish(ended)) ?? '';
        assert.equal(
          marked.replace('¦', () => text),
          expected,
        );
      } finally {
        prompts.dispose();
        syntax.dispose();
      }
    });
  }

  it('tell the head of a long file, and what others define', async () => {
    const syntax = await createTestSyntax();
    const surroundings = new FakeSurroundings('/work');
    surroundings.documents = [
      {
        path: '/project/store.ts',
        text: 'export function storeProfile(id: string, age: number): void {\n  save(id, age);\n}\n',
      },
    ];
    const prompts = createCompletionPrompts({ surroundings, syntax, clock: new FakeClock() });
    const filler = Array.from(
      { length: 600 },
      (_, index) => `function helper${index}() {\n  return ${index};\n}\n`,
    ).join('\n');
    const place = placeAt(
      `import { storeProfile } from './store';\n\n${filler}\nfunction f() {\n  storeProfile(¦);\n}\n`,
    );
    const options = { trigger: 'automatic', model: 'claude-haiku-5-5', alternative: 0 } as const;
    try {
      const prompt = await prompts.build(place, options, new AbortController().signal);
      const told = JSON.stringify(prompt?.request.messages);
      assert.equal(prompt?.isMultiline, false);
      assert.ok(told.includes("<imports>\\nimport { storeProfile } from './store'"));
      assert.ok(told.includes('store.ts: '), told.slice(0, 2_000));
      assert.ok(told.includes('storeProfile(id: string, age: number): void'));
      assert.ok(told.includes('<outline>'));
    } finally {
      prompts.dispose();
      syntax.dispose();
    }
  });
});

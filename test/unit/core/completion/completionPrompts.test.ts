import assert from 'node:assert/strict';
import type {
  CompletionPlace,
  CompletionPrompt,
  CompletionPrompts,
  PromptOptions,
} from '../../../../src/core/completion/completion.ts';
import { createCompletionPrompts } from '../../../../src/core/completion/completionPrompts.ts';
import { SnippetIndex } from '../../../../src/core/completion/snippetIndex.ts';
import type { FileSyntax } from '../../../../src/core/syntax/syntax.ts';
import { createPieceCounter } from '../../../../src/core/tokens/pieceCounter.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createFolder, type FolderTree } from '../../../support/folderTree.ts';
import { placeAt, syntaxOf } from './completionKit.ts';
import { FakeSurroundings } from './surroundingsKit.ts';

interface Kit {
  readonly folder: string;
  readonly surroundings: FakeSurroundings;
  readonly snippets: SnippetIndex;
  readonly clock: FakeClock;
  build(
    marked: string,
    name?: string,
    options?: Partial<PromptOptions>,
  ): Promise<string | undefined>;
  prompt(
    marked: string,
    name?: string,
    options?: Partial<PromptOptions>,
  ): Promise<CompletionPrompt>;
  prepare(marked: string, signal?: AbortSignal): Promise<void>;
}

async function withPrompts(
  tree: FolderTree,
  test: (kit: Kit) => Promise<void>,
  facts: Partial<FileSyntax> = {},
): Promise<void> {
  const folder = await createFolder(tree);
  const surroundings = new FakeSurroundings(folder.path);
  const snippets = new SnippetIndex();
  const clock = new FakeClock();
  const prompts = createCompletionPrompts({
    surroundings,
    syntax: syntaxOf(facts),
    clock,
    snippets,
  });
  const ask = (
    place: CompletionPlace,
    options: Partial<PromptOptions>,
  ): ReturnType<CompletionPrompts['build']> =>
    prompts.build(
      place,
      { trigger: 'automatic', model: 'claude-haiku-5-5', alternative: 0, ...options },
      new AbortController().signal,
    );
  const at = (marked: string, name: string): CompletionPlace => {
    const path = folder.join(name);
    return { ...placeAt(marked), path, documentId: `file://${path}` };
  };
  try {
    await test({
      folder: folder.path,
      surroundings,
      snippets,
      clock,
      build: async (marked, name = 'a.ts', options = {}) => {
        const prompt = await ask(at(marked, name), options);
        return prompt && JSON.stringify(prompt);
      },
      prompt: async (marked, name = 'a.ts', options = {}) => {
        const prompt = await ask(at(marked, name), options);
        assert.ok(prompt);
        return prompt;
      },
      prepare: (marked, signal = new AbortController().signal) =>
        prompts.prepare(at(marked, 'a.ts'), signal),
    });
  } finally {
    prompts.dispose();
    await folder.dispose();
  }
}

function blocks({ request }: CompletionPrompt): readonly string[] {
  return request.messages.flatMap(({ content }) =>
    content.map((block) => (block.type === 'text' ? block.text : '')),
  );
}

const secret = 'swordfish-4711';
const similar = `export function loadUserProfile(userId: string) {\n  const token = '${secret}';\n  return fetchProfile(userId, token);\n}\n`;
const current =
  'function saveUserProfile(userId: string) {\n  const token = readToken();\n  return storeProfile(userId, ¦);\n}\n';

const imports = `import { ${'aName, '.repeat(200)} } from 'a';\nimport b from 'b';\n`;

describe('Prompts for completions', () => {
  it('ask in the quickest way that is allowed', async () => {
    await withPrompts({}, async ({ prompt }) => {
      const { request } = await prompt('const x = ¦;\n');
      const { surface, thinking, effort, stopSequences, tools, maxOutputTokens } = request;
      assert.deepEqual(
        { surface, thinking, effort, stopSequences, tools, maxOutputTokens },
        {
          surface: 'completion',
          thinking: 'least',
          effort: 'low',
          stopSequences: ['</fill>'],
          tools: [],
          maxOutputTokens: 64,
        },
      );
      assert.equal(request.messages.length, 1, 'nothing is put into the model’s mouth');
      assert.equal(request.messages[0]?.role, 'user');
    });
  });

  it('begin with instructions that are long enough for the provider’s cache', async () => {
    await withPrompts({}, async ({ prompt }) => {
      const { request } = await prompt('const x = ¦;\n');
      assert.ok((await createPieceCounter()).count(request.system) >= 512);
    });
  });

  it('hold the text on both sides of the cursor', async () => {
    await withPrompts({}, async ({ prompt }) => {
      const built = await prompt(current);
      const [, cursor = ''] = blocks(built);
      assert.match(cursor, /<suffix>\);\n\}\n<\/suffix>/);
      assert.match(cursor, /return storeProfile\(userId, <\/prefix>\n<lines>one<\/lines>$/);
      assert.equal(built.request.fill?.prefix, current.slice(0, current.indexOf('¦')));
      assert.equal(built.request.fill?.suffix, ');\n}\n');
      assert.deepEqual(built.request.fill?.stopSequences, ['\n']);
    });
  });

  it('are not made in a line that is too long to have been written', async () => {
    await withPrompts({}, async ({ build }) => {
      const long = 'a+1;'.repeat(5_000);
      assert.equal(await build(`x\n${long}¦\n`), undefined);
      assert.equal(await build(`x\n${long.slice(0, 9_000)}¦${long.slice(9_000)}`), undefined);
      assert.ok((await build(`x\n${long.slice(0, 4_000)}¦\n${long}`)) !== undefined);
    });
  });

  it('hold no half of a character where changes and problems are cut', async () => {
    await withPrompts({}, async ({ folder, surroundings, prompt }) => {
      const path = `${folder}/a.ts`;
      const smiles = `x${'😀'.repeat(400)}`;
      surroundings.edits = [
        { documentId: `file://${path}`, path, line: 0, before: '', after: smiles },
      ];
      surroundings.reported = [{ line: 1, severity: 'error', message: smiles }];
      const [, cursor = ''] = blocks(await prompt(current));
      assert.match(cursor, /😀/);
      assert.doesNotMatch(cursor, /\p{Surrogate}/u);
    });
  });

  it('hold pieces of open files that resemble the place', async () => {
    await withPrompts({}, async ({ folder, surroundings, prompt }) => {
      surroundings.documents = [
        { path: `${folder}/profile.ts`, text: similar },
        { path: `${folder}/other.ts`, text: 'export const colours = ["red", "green"];\n' },
      ];
      const built = await prompt(current);
      const [context = ''] = blocks(built);
      assert.ok(context.includes('# profile.ts\nexport function loadUserProfile'));
      assert.ok(!context.includes('colours'));
      assert.equal(built.request.fill?.extra[0]?.path, 'profile.ts');
    });
  });

  it('hold what comes after a piece or an import that is too long', async () => {
    await withPrompts(
      {},
      async ({ folder, surroundings, prompt }) => {
        const words = [...new Set(current.match(/\w+/g))].join(' ');
        surroundings.documents = [
          { path: `${folder}/long.ts`, text: `${words} `.repeat(60) },
          { path: `${folder}/profile.ts`, text: similar },
        ];
        const far = `${'// far away\n'.repeat(2_000)}${current}`;
        const [context = ''] = blocks(await prompt(`${imports}${far}`));
        assert.ok(context.includes('# profile.ts'));
        assert.match(context, /<imports>\nimport b from 'b';\n<\/imports>/);
      },
      {
        imports: () => [
          { start: 0, end: imports.indexOf('\n') },
          { start: imports.indexOf('\n') + 1, end: imports.length - 1 },
        ],
      },
    );
  });

  it('hold the latest changes and the problems nearby, but not those of the line', async () => {
    await withPrompts({}, async ({ folder, surroundings, build }) => {
      const path = `${folder}/a.ts`;
      const documentId = `file://${path}`;
      surroundings.edits = [
        {
          documentId,
          path,
          line: 0,
          before: 'function save() {',
          after: 'function saveUserProfile() {',
        },
        { documentId, path, line: 2, before: '', after: '  return sto' },
      ];
      surroundings.reported = [
        { line: 1, severity: 'error', message: 'Cannot find readToken.' },
        { line: 2, severity: 'error', message: 'Argument expected.' },
        { line: 400, severity: 'error', message: 'Far away.' },
        { line: 1, severity: 'hint', message: 'Unused.' },
      ];
      const built = (await build(current)) ?? '';
      assert.ok(built.includes('-function save() {\\n+function saveUserProfile() {'));
      assert.ok(built.includes('line 2: error: Cannot find readToken.'));
      for (const absent of ['+  return sto', 'Argument expected', 'Far away', 'Unused']) {
        assert.ok(!built.includes(absent), absent);
      }
    });
  });

  it('name another answer, so that it is asked for anew', async () => {
    await withPrompts({}, async ({ build }) => {
      const first = await build(current);
      const other = await build(current, 'a.ts', { alternative: 1 });
      assert.notEqual(first, other);
      assert.ok(other?.includes('<alternative>1</alternative>'));
    });
  });

  it('are cut at whole lines where a file is long', async () => {
    const block = (index: number): string =>
      `function helper${index}() {\n  return ${index};\n}\n\n`;
    const before = Array.from({ length: 500 }, (_, index) => block(index)).join('');
    await withPrompts({}, async ({ prompt }) => {
      const { request } = await prompt(`${before}const x = ¦\n\n${before}`);
      assert.match(request.fill?.prefix ?? '', /^function helper\d+/);
      assert.match(request.fill?.suffix ?? '', /\}\n*$/);
      assert.ok((await createPieceCounter()).count(request.fill?.prefix ?? '') <= 1_300);
    });
  });

  it('tell the imports where they are too far away', async () => {
    const filler = '// Nothing.\n'.repeat(2_000);
    const text = `import { a } from './b';\n${filler}const x = ¦\n`;
    const imports = (): { start: number; end: number }[] => [{ start: 0, end: 24 }];
    await withPrompts(
      {},
      async ({ prompt }) => {
        const [context = ''] = blocks(await prompt(text));
        assert.ok(context.includes("<imports>\nimport { a } from './b';\n</imports>"));
      },
      { imports },
    );
  });

  it('tell the signatures of names that other open files define', async () => {
    const range = { start: 0, end: 1 };
    const outline: FileSyntax['outline'] = () => [
      {
        kind: 'function',
        name: 'storeProfile',
        range,
        nameRange: range,
        signature: 'storeProfile(userId: string, token: Token): void',
        children: [],
      },
    ];
    await withPrompts(
      {},
      async ({ folder, surroundings, prompt }) => {
        surroundings.documents = [{ path: `${folder}/store.ts`, text: 'x' }];
        const [context = ''] = blocks(
          await prompt('import { storeProfile } from "./store";\n\nsave(¦);\n'),
        );
        assert.ok(context.includes('store.ts: storeProfile(userId: string, token: Token): void'));
      },
      { outline, source: 'tree' },
    );
  });
});

describe('Prompts while a line is written', () => {
  const typed = 'const total = items.reduce((sum, item) => sum + item.price, 0);';

  it('differ only at their end', async () => {
    await withPrompts({}, async ({ folder, surroundings, prompt }) => {
      surroundings.documents = [{ path: `${folder}/profile.ts`, text: similar }];
      const text = (line: string): string => `function f(userId: string) {\n  ${line}¦\n}\n`;
      const first = blocks(await prompt(text('')));
      for (let length = 1; length <= typed.length; length += 1) {
        const line = typed.slice(0, length);
        const [context, cursor = ''] = blocks(await prompt(text(line)));
        assert.equal(context, first[0]);
        const stable = (first[1] ?? '').split('</prefix>')[0] ?? '';
        assert.ok(cursor.startsWith(stable), line);
      }
    });
  });

  it('rank nothing anew', async () => {
    await withPrompts({}, async ({ folder, surroundings, snippets, prompt }) => {
      const path = `${folder}/a.ts`;
      surroundings.documents = [
        { path, text: '', version: 0 },
        { path: `${folder}/profile.ts`, text: similar },
      ];
      await prompt(current);
      const { compared, indexed } = snippets.work;
      for (let length = 1; length <= typed.length; length += 1) {
        Object.assign(surroundings.documents[0] ?? {}, { version: length });
        await prompt(current.replace('¦', `${typed.slice(0, length)}¦`));
      }
      assert.deepEqual(snippets.work, { compared, indexed });
    });
  });

  it('are made anew where another file has changed', async () => {
    await withPrompts({}, async ({ folder, surroundings, build }) => {
      surroundings.documents = [{ path: `${folder}/profile.ts`, text: similar }];
      await build(current);
      surroundings.documents = [
        { path: `${folder}/profile.ts`, text: similar.replace('loadUser', 'dropUser'), version: 2 },
      ];
      assert.ok((await build(current))?.includes('dropUserProfile'));
    });
  });
});

describe('Prompts that were prepared', () => {
  it('are the same, and find everything ranked', async () => {
    await withPrompts({}, async ({ folder, surroundings, snippets, prompt, prepare }) => {
      surroundings.documents = [{ path: `${folder}/profile.ts`, text: similar }];
      await prepare(current);
      const { compared, indexed } = snippets.work;
      assert.ok(indexed > 0);
      const prepared = await prompt(current);
      assert.deepEqual(snippets.work, { compared, indexed });
      await prompt('something else¦');
      assert.deepEqual(await prompt(current), prepared);
    });
  });

  it('wait for what is being prepared instead of doing it again', async () => {
    await withPrompts({}, async ({ folder, surroundings, snippets, prompt, prepare }) => {
      surroundings.documents = [{ path: `${folder}/profile.ts`, text: similar }];
      const [, prepared] = await Promise.all([prepare(current), prompt(current)]);
      const { indexed } = snippets.work;
      assert.ok(JSON.stringify(prepared).includes('loadUser'));
      await prompt(current);
      assert.equal(snippets.work.indexed, indexed);
    });
  });

  it('come all the same where that was cancelled', async () => {
    await withPrompts({}, async ({ prompt, prepare }) => {
      await assert.rejects(prepare(current, AbortSignal.abort()), { name: 'CancelledError' });
      assert.ok(await prompt(current));
    });
  });
});

describe('Prompts and files that are nobody’s business', () => {
  const cases: readonly {
    readonly name: string;
    readonly tree: FolderTree;
    readonly file: string;
  }[] = [
    {
      name: 'a file that git ignores',
      tree: { '.git': {}, '.gitignore': 'local/\n', local: {} },
      file: 'local/profile.ts',
    },
    {
      name: 'a file that the user hides',
      tree: { '.slipstreamignore': 'private.ts\n' },
      file: 'private.ts',
    },
    { name: 'a file that holds secrets by its name', tree: {}, file: '.env' },
    { name: 'a file in a folder of secrets', tree: {}, file: '.aws/profile.ts' },
    {
      name: 'a file in another repository’s ignored part',
      tree: { sub: { '.git': {}, '.gitignore': '*.gen.ts\n' } },
      file: 'sub/profile.gen.ts',
    },
  ];

  for (const { name, tree, file } of cases) {
    it(`never hold anything of ${name}`, async () => {
      await withPrompts(tree, async ({ folder, surroundings, build }) => {
        const path = `${folder}/${file}`;
        surroundings.documents = [{ path, text: similar }];
        surroundings.edits = [
          { documentId: `file://${path}`, path, line: 0, before: '', after: `token = ${secret}` },
        ];
        const built = await build(current);
        assert.ok(built !== undefined);
        assert.ok(!built.includes(secret));
        assert.deepEqual(surroundings.read, [], 'its text was not even asked for');
      });
    });

    it(`are not made for ${name}`, async () => {
      await withPrompts(tree, async ({ build }) => {
        assert.equal(await build(`const token = "${secret}";\n¦`, file), undefined);
      });
    });
  }

  it('never hold what a link leads to', async () => {
    const tree = { '.env': secret, 'notes.ts': { linkTo: '.env' } };
    await withPrompts(tree, async ({ folder, surroundings, build }) => {
      surroundings.documents = [{ path: `${folder}/notes.ts`, text: similar }];
      assert.ok(!(await build(current))?.includes(secret));
      assert.equal(await build('x¦', 'notes.ts'), undefined);
    });
  });

  it('follow rules that change', async () => {
    await withPrompts({}, async ({ folder, surroundings, build }) => {
      surroundings.documents = [{ path: `${folder}/profile.ts`, text: similar }];
      assert.ok((await build(current))?.includes(secret));
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${folder}/.slipstreamignore`, 'profile.ts\n');
      surroundings.changeFile(`${folder}/.slipstreamignore`);
      assert.ok(!(await build(current))?.includes(secret));
    });
  });

  it('follow rules whose change nobody told, after a while', async () => {
    await withPrompts({}, async ({ folder, clock, build }) => {
      assert.ok(await build(current));
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${folder}/.slipstreamignore`, 'a.ts\n');
      await clock.advance(60_000);
      assert.equal(await build(current), undefined);
    });
  });
});

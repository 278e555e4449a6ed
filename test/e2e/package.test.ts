import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { vsixExtensionsDir, vsixVariable } from './support/installedExtension.ts';

/** A guard against packing by accident: it holds the bundles, the grammars, texts and some icons. */
const maxPackageBytes = 8_000_000;
/** What VS Code reads and compiles before `activate` runs; the budget of the design. */
const maxEagerBytes = 60_000;

describe('The package', () => {
  let root: string;
  let files: readonly string[];

  before(async function () {
    if (!process.env[vsixVariable]) {
      // Only when run by hand: npm test always packs first.
      this.skip();
    }
    const extensionsDir = await vsixExtensionsDir();
    const [folder] = readdirSync(extensionsDir).filter((name) => name.startsWith('slipstream.'));
    assert.ok(folder, 'VS Code installed nothing');
    root = join(extensionsDir, folder);
    files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .map((path) => path.replaceAll('\\', '/'));
  });

  it('holds bundles, media and texts, and nothing else', () => {
    const wanted =
      /^(dist\/.*\.(js|css|ttf)|dist\/grammars\/([\w-]+\.wasm|LICENSES\.txt)|media\/.*\.(svg|png|json|md)|package\.json|\.vsixmanifest|(readme|changelog)\.md|license(\.txt|\.md)?)$/i;
    assert.deepEqual(
      files.filter((file) => !wanted.test(file)),
      [],
    );
  });

  it('has every file that its manifest names', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const paths: string[] = [manifest.main, manifest.icon];
    const collect = (value: unknown): void => {
      if (typeof value === 'string' && /^(\.\/)?(media|dist)\/\S+\.\w+$/.test(value)) {
        paths.push(value);
      } else if (typeof value === 'object' && value !== null) {
        Object.values(value).forEach(collect);
      }
    };
    collect(manifest.contributes);
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  it('parses in the worker that it brings along, with the grammars that it brings along', async () => {
    const worker = new Worker(join(root, 'dist/syntaxWorker.js'));
    const grammarsDir = join(root, 'dist/grammars');
    try {
      for (const [id, languageId] of ['typescript', 'python', 'c', 'csharp'].entries()) {
        const cancelled = new SharedArrayBuffer(4);
        worker.postMessage({ id, request: { grammarsDir, languageId, text: '', cancelled } });
        const [answer] = await once(worker, 'message');
        assert.deepEqual(answer, {
          id,
          result: { definitions: [], literals: [], imports: [], errors: [] },
        });
      }
    } finally {
      await worker.terminate();
    }
  });

  it('stays small', () => {
    const { size } = statSync(process.env[vsixVariable] ?? '');
    assert.ok(size < maxPackageBytes, `${size} bytes, more than ${maxPackageBytes}`);
  });

  it('loads little to activate: the entry and what it imports statically', () => {
    const entry = join(root, 'dist/extension.js');
    const eager = staticImports(entry, new Set());
    const bytes = [...eager].reduce((sum, path) => sum + statSync(path).size, 0);
    assert.ok(bytes < maxEagerBytes, `${bytes} bytes, more than ${maxEagerBytes}`);
  });

  it('loads the clients of PostgreSQL and Redis for a team alone', () => {
    const later = files.filter((file) => /^dist\/later\/.*\.js$/.test(file));
    assert.ok(later.length > 0);
    // Words of their protocols, which no bundling changes.
    for (const word of ['SCRAM-SHA-256', 'MISCONF']) {
      const holders = files.filter((file) => isHolding(join(root, file), word));
      assert.ok(holders.length > 0, `nothing packed has ${word}`);
      for (const entry of later) {
        const loaded = [...staticImports(join(root, entry), new Set())];
        const found = loaded.filter((path) => isHolding(path, word));
        assert.deepEqual(found, [], `${entry} loads what has ${word}`);
      }
    }
  });

  it('names no source map and no path of the machine that built it', () => {
    for (const file of files.filter((one) => one.endsWith('.js'))) {
      const text = readFileSync(join(root, file), 'utf8');
      assert.doesNotMatch(text, /\/\/# sourceMappingURL=/, file);
      assert.ok(!text.includes(process.cwd()), `${file} names ${process.cwd()}`);
    }
  });
});

function isHolding(path: string, word: string): boolean {
  return path.endsWith('.js') && readFileSync(path, 'utf8').includes(word);
}

/** The file and those it imports without `import()`, all the way down. */
function staticImports(path: string, found: Set<string>): Set<string> {
  if (found.has(path)) {
    return found;
  }
  found.add(path);
  const text = readFileSync(path, 'utf8');
  for (const match of text.matchAll(/(?:\bimport|\bfrom)\s*["'](\.{1,2}\/[^"']+)["']/g)) {
    staticImports(join(dirname(path), match[1] ?? ''), found);
  }
  return found;
}

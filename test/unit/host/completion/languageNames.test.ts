import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { LanguageNames } from '../../../../src/host/completion/languageNames.ts';

describe('LanguageNames', () => {
  let manifests: unknown[];
  let changes: Emitter<void>;
  let names: LanguageNames;
  beforeEach(() => {
    manifests = [];
    changes = new Emitter();
    names = new LanguageNames({
      get all() {
        return manifests.map((packageJSON) => ({ packageJSON }));
      },
      onDidChange: changes.event,
    });
  });
  afterEach(() => names.dispose());

  it('are those of the extensions’ first aliases, else the ids', () => {
    manifests = [
      languages({ id: 'typescriptreact', aliases: ['TypeScript JSX', 'tsx'] }),
      languages({ id: 'ignore', aliases: [] }, { id: 'json' }),
    ];
    check({
      typescriptreact: 'TypeScript JSX',
      ignore: 'ignore',
      json: 'json',
      plaintext: 'Plain Text',
      constructor: 'constructor',
    });
  });

  it('are the last extension’s that gives one, as VS Code has it', () => {
    manifests = [
      languages({ id: 'json', aliases: ['JSON'] }),
      languages({ id: 'json', aliases: ['Better JSON'] }),
      languages({ id: 'json', extensions: ['.babelrc'] }),
    ];
    check({ json: 'Better JSON' });
  });

  it('are looked up anew when extensions come or go', () => {
    check({ zig: 'zig' });
    manifests = [languages({ id: 'zig', aliases: ['Zig'] })];
    check({ zig: 'zig' });
    changes.fire();
    check({ zig: 'Zig' });
  });

  it('survive whatever stands in a manifest', () => {
    manifests = [
      undefined,
      { contributes: null },
      { contributes: { languages: 'yaml' } },
      languages(null, 'yaml', { id: 3, aliases: ['Three'] }, { id: 'yaml', aliases: [null] }),
      languages({ id: 'yaml', aliases: 'YAML' }, { id: 'yaml', aliases: [''] }),
    ];
    check({ yaml: 'yaml' });
  });

  function check(expected: Readonly<Record<string, string>>): void {
    const found = Object.keys(expected).map((id) => [id, names.nameOf(id)]);
    assert.deepEqual(Object.fromEntries(found), expected);
  }
});

function languages(...contributed: readonly unknown[]): unknown {
  return { contributes: { languages: contributed } };
}

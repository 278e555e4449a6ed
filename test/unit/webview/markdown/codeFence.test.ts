import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readCodeFence } from '../../../../src/webview/markdown/codeFence.ts';

describe('What follows a fence', () => {
  const known: Record<string, { language: string; path?: string }> = {
    '': { language: '' },
    ts: { language: 'ts' },
    'TypeScript {1,3}': { language: 'typescript' },
    '{.python}': { language: 'python' },
    'c++': { language: 'c++' },
    'ts src/a.ts': { language: 'ts', path: 'src/a.ts' },
    'ts:src/a.ts': { language: 'ts', path: 'src/a.ts' },
    'js title="my file.js"': { language: 'js', path: 'my file.js' },
    "py file='a/b.py'": { language: 'py', path: 'a/b.py' },
    'go filename=main.go hl=3': { language: 'go', path: 'main.go' },
    'src/a.tsx': { language: 'tsx', path: 'src/a.tsx' },
    diff: { language: 'diff' },
    'sh npm test': { language: 'sh' },
    'ts version=1.2': { language: 'ts' },
    '"><img src=x>': { language: '"><img' },
  };
  for (const [fence, expected] of Object.entries(known)) {
    it(`is read from ${JSON.stringify(fence)}`, () =>
      assert.deepEqual(readCodeFence(fence), expected));
  }
});

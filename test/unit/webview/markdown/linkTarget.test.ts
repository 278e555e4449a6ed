import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readFileMention, readLinkTarget } from '../../../../src/webview/markdown/linkTarget.ts';

describe('Targets of links', () => {
  const followed: Record<string, [kind: string, target: string]> = {
    'https://example.com/a b': ['web', 'https://example.com/a%20b'],
    'HTTP://Example.com': ['web', 'http://example.com/'],
    'mailto:a@b.c': ['web', 'mailto:a@b.c'],
    'src/a.ts': ['file', 'src/a.ts'],
    'src/a.ts:12': ['file', 'src/a.ts:12'],
    'src/a.ts:12:3': ['file', 'src/a.ts:12:3'],
    'src/a.ts#L12-L20': ['file', 'src/a.ts#L12-L20'],
    'a.ts:12': ['file', 'a.ts:12'],
    './docs/my%20notes.md': ['file', './docs/my notes.md'],
    '/abs/a.py': ['file', '/abs/a.py'],
    'C:\\code\\a.cs': ['file', 'C:\\code\\a.cs'],
    'c:/code/a.cs:7': ['file', 'c:/code/a.cs:7'],
    '100%.md': ['file', '100%.md'],
  };
  for (const [written, [kind, target]] of Object.entries(followed)) {
    it(`may be ${written}`, () => assert.deepEqual(readLinkTarget(written), { kind, target }));
  }

  const refused = [
    '',
    '   ',
    '#anchor',
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' javascript:alert(1)',
    'java\u0000script:alert(1)',
    'java\nscript:alert(1)',
    'javascript%3Aalert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html,hi',
    'vbscript:x',
    'file:///etc/passwd',
    'command:workbench.action.quit',
    'vscode://extension/x',
    'https:',
    'http://',
    '//evil.example/x',
    '\\\\evil\\share',
    '/\\evil',
    '%2F%2Fevil.example',
    'src/a\u202ets.exe',
  ];
  for (const written of refused) {
    it(`may not be ${JSON.stringify(written)}`, () =>
      assert.equal(readLinkTarget(written), undefined));
  }
});

describe('Files named in code', () => {
  for (const code of [
    'src/a.ts:12',
    'src/a.ts',
    'cart.ts',
    'package.json',
    './a/b.custom',
    'a.custom:3',
    '.github/workflows/ci.yml',
    'c:/code/a.cs:7',
  ]) {
    it(`are found in ${code}`, () => assert.equal(readFileMention(code), code));
  }

  for (const code of [
    'items.length',
    'this.state.value',
    'a / b',
    'and/or',
    'Math.max(a, b)',
    'npm test',
    '1.5',
    'src/*.ts',
    '{a.ts}',
    'a=b.ts',
    '/\\evil.ts',
    '//evil/a.ts',
    'https://x.y/a.ts',
    'foo(bar.ts)',
    '.ts',
    '',
  ]) {
    it(`are not found in ${JSON.stringify(code)}`, () =>
      assert.equal(readFileMention(code), undefined));
  }
});

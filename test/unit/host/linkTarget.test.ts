import assert from 'node:assert/strict';
import { type LinkTarget, parseLinkTarget } from '../../../src/host/linkTarget.ts';

function check(target: string, expected: LinkTarget): void {
  it(`reads ${target}`, () => assert.deepEqual(parseLinkTarget(target), expected));
}

describe('parseLinkTarget', () => {
  check('https://a.example/x?y#z', { kind: 'web', url: 'https://a.example/x?y#z' });
  check('HTTP://a.example', { kind: 'web', url: 'HTTP://a.example' });
  check('src/a.ts', { kind: 'file', path: 'src/a.ts' });
  check('src/a.ts:12', { kind: 'file', path: 'src/a.ts', line: 12 });
  check('src/a.ts:12:5', { kind: 'file', path: 'src/a.ts', line: 12, column: 5 });
  check('src/a.ts:12-20', { kind: 'file', path: 'src/a.ts', line: 12, endLine: 20 });
  check('src/a.ts#L12', { kind: 'file', path: 'src/a.ts', line: 12 });
  check('src/a.ts#L12-L20', { kind: 'file', path: 'src/a.ts', line: 12, endLine: 20 });
  check('src/a.ts#L12C3', { kind: 'file', path: 'src/a.ts', line: 12, column: 3 });
  check('src/a.ts(12,5)', { kind: 'file', path: 'src/a.ts', line: 12, column: 5 });
  check('README.md#usage', { kind: 'file', path: 'README.md' });
  check('my%20file.ts', { kind: 'file', path: 'my file.ts' });
  check('100%.ts', { kind: 'file', path: '100%.ts' });
  check('Makefile:3', { kind: 'file', path: 'Makefile', line: 3 });
  check('C:\\src\\a.ts:12', { kind: 'file', path: 'C:\\src\\a.ts', line: 12 });
  check('file:///home/ada/a.ts:3', { kind: 'file', path: 'file:///home/ada/a.ts', line: 3 });

  for (const bad of [
    'command:workbench.action.quit',
    'javascript:alert(1)',
    'vscode://extension/x',
    'mailto:ada@a.example',
    'data:text/html,x',
    'https://',
    '',
    ':12',
  ]) {
    it(`refuses ${bad || 'nothing'}`, () => assert.equal(parseLinkTarget(bad).kind, 'refused'));
  }
});

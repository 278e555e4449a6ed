import assert from 'node:assert/strict';
import { compileGlob, namePatternOf } from '../../../../src/core/tools/glob.ts';

const files = [
  'a.ts',
  'b.tsx',
  '.hidden.ts',
  'src/a.ts',
  'src/deep/c.test.ts',
  'src/(x)/[id].ts',
  'README.md',
];

function check(glob: string | undefined, expected: readonly string[]): void {
  assert.deepEqual(files.filter(compileGlob(glob)), expected, glob);
}

describe('compileGlob', () => {
  it('is about names anywhere without a slash', () => {
    check('*.md', ['README.md']);
    check('*.test.*', ['src/deep/c.test.ts']);
    check('a.ts', ['a.ts', 'src/a.ts']);
  });

  it('is about paths with one', () => {
    check('src/*.ts', ['src/a.ts']);
    check('./src/*.ts', ['src/a.ts']);
    check('/*.ts', ['a.ts', '.hidden.ts', 'src/a.ts', 'src/deep/c.test.ts', 'src/(x)/[id].ts']);
    check('src/**/*.ts', ['src/a.ts', 'src/deep/c.test.ts', 'src/(x)/[id].ts']);
    check('**/deep/**', ['src/deep/c.test.ts']);
    check('src/', ['src/a.ts', 'src/deep/c.test.ts', 'src/(x)/[id].ts']);
  });

  it('knows braces and negation', () => {
    check('*.{tsx,md}', ['b.tsx', 'README.md']);
    check('!**/*.ts', ['b.tsx', 'README.md']);
    check('!*.ts', ['b.tsx', 'README.md']);
  });

  it('takes everything without a glob', () => check(undefined, files));

  it('refuses a glob that is no pattern for files', () =>
    assert.throws(() => compileGlob('*'.repeat(2_000)), /longer than/));
});

describe('namePatternOf', () => {
  it('tells what every wanted name is like, or nothing', () => {
    assert.equal(namePatternOf('*.ts'), '*.ts');
    assert.equal(namePatternOf('src/**/*.{ts,tsx}'), '*.{ts,tsx}');
    assert.equal(namePatternOf('package.json'), 'package.json');
    for (const glob of [undefined, '!*.ts', '**', 'src/**', '*', '@(a|b).ts', '[ab].ts', 'src/']) {
      assert.equal(namePatternOf(glob), undefined, glob);
    }
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  locatePath,
  scopeFolder,
  steersTools,
} from '../../../../src/core/approvals/approvalPaths.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

describe('locatePath', () => {
  let folder: TemporaryFolder;
  let root: string;

  beforeEach(() => {
    folder = createTemporaryFolder('locate');
    root = join(folder.path, 'shop');
    mkdirSync(join(root, 'src'), { recursive: true });
    mkdirSync(join(folder.path, 'else/deep'), { recursive: true });
    writeFileSync(join(root, 'a.ts'), '');
    symlinkSync(join(folder.path, 'else/deep'), join(root, 'link'));
    symlinkSync(join(folder.path, 'nothing'), join(root, 'lost'));
    symlinkSync('loop', join(root, 'loop'));
  });
  afterEach(() => folder.dispose());

  it('finds what is there and what is not there yet', () => {
    assert.equal(locatePath(root, 'a.ts'), join(root, 'a.ts'));
    assert.equal(locatePath(root, './src//new/b.ts'), join(root, 'src/new/b.ts'));
    assert.equal(locatePath(join(root, 'src'), '../a.ts'), join(root, 'a.ts'));
    assert.equal(locatePath(root, join(root, 'src')), join(root, 'src'));
    assert.equal(locatePath(root, ''), root);
  });

  it('goes up from where a link leads, as the system does', () => {
    assert.equal(locatePath(root, 'link/x'), join(folder.path, 'else/deep/x'));
    assert.equal(locatePath(root, 'link/../x'), join(folder.path, 'else/x'));
    assert.equal(locatePath(root, 'src/../../x'), join(folder.path, 'x'));
  });

  it('does not know where a link leads whose target is missing or that is a circle', () => {
    assert.equal(locatePath(root, 'lost'), undefined);
    assert.equal(locatePath(root, 'lost/x'), undefined);
    assert.equal(locatePath(root, 'loop/x'), undefined);
    assert.equal(locatePath(root, 'a.ts/x'), undefined);
    assert.equal(locatePath(root, 'x'.repeat(5000)), undefined);
  });
});

describe('steersTools', () => {
  it('knows the folders of Git and editors in any spelling', () => {
    const steering = ['/w/.git/hooks/x', '/w/.GIT/config', '.vscode/tasks.json', '/w/a/.Idea/x'];
    for (const path of [...steering, '/w/x.code-workspace', 'a\\.vscode\\x', '/w/.husky/x']) {
      assert.equal(steersTools(path), true, path);
    }
    for (const path of ['/w/src/a.ts', '/w/.gitignore', '/w/vscode/x', '/w/.github/x.yml']) {
      assert.equal(steersTools(path), false, path);
    }
  });
});

describe('scopeFolder', () => {
  it('opens the folder of a file, unless that is much more than the file', () => {
    assert.equal(scopeFolder('/opt/lib/a.ts', '/home/ann'), '/opt/lib');
    assert.equal(scopeFolder('/home/ann/x/a.ts', '/home/ann'), '/home/ann/x');
    for (const path of ['/a', '/etc/a', '/home/a', '/home/ann/a', '/home/ann/.cache/x/a']) {
      assert.equal(scopeFolder(path, '/home/ann'), undefined, path);
    }
  });
});

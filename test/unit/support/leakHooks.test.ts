import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { repositoryDir } from '../../support/paths.ts';

describe('The leak hooks', () => {
  it('fail the tests that leave something, name what it is, and let the others pass', async () => {
    const output = await runFixture();
    const left = [...output.matchAll(/"A test (.*?)" left something behind: (.*)\./g)].map(
      ([, test, what]) => `${test}: ${what}`,
    );
    assert.deepEqual(left, [
      'leaves a manager: ResourceManager "forgotten" was not disposed',
      'leaves a timer: 1 × Timeout is still active',
      'leaves a server: 1 × TCPServerWrap is still active',
      'leaves a child process: 1 × ProcessWrap is still active',
    ]);
    assert.match(output, /5 passing/);
    assert.match(output, /4 failing/);
  });
});

function runFixture(): Promise<string> {
  const fixture = fileURLToPath(new URL('fixtures/leaky.ts', import.meta.url));
  return new Promise((resolve) => {
    // It fails by design, so its exit code says nothing.
    execFile(
      process.execPath,
      ['node_modules/mocha/bin/mocha.js', fixture],
      { cwd: repositoryDir },
      (_error, stdout) => resolve(stdout),
    );
  });
}

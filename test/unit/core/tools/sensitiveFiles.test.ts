import assert from 'node:assert/strict';
import { isGitInternal, isSensitiveFile } from '../../../../src/core/tools/sensitiveFiles.ts';

describe('isSensitiveFile', () => {
  for (const name of [
    '/w/.env',
    '/w/.env.local',
    '/w/.ENV',
    '/w/config/.env.production',
    '/w/server.pem',
    '/w/private.KEY',
    '/h/.ssh/id_rsa',
    '/h/.ssh/config',
    '/w/id_ed25519',
    '/w/.npmrc',
    '/h/.aws/credentials',
    '/w/credentials.json',
    '/w/.git/config',
    'C:\\w\\.env',
    '/w/.env. ',
  ]) {
    it(`is true for ${name}`, () => assert.ok(isSensitiveFile(name)));
  }

  for (const name of [
    '/w/.env.example',
    '/w/.env.sample',
    '/w/src/env.ts',
    '/w/environment.env.ts',
    '/w/keys.ts',
    '/w/monkey',
    '/h/.ssh/id_rsa.pub',
    '/w/.git/HEAD',
    '/w/.gitignore',
    '/w/credentials.ts',
  ]) {
    it(`is false for ${name}`, () => assert.ok(!isSensitiveFile(name)));
  }
});

describe('isGitInternal', () => {
  it('knows other spellings', () => {
    for (const name of [
      '/w/.git/hooks/pre-commit',
      '/w/.GIT/config',
      '/w/.git',
      '/w/.git./x',
      '/w/GIT~1/x',
    ]) {
      assert.ok(isGitInternal(name), name);
    }
  });

  it('leaves git files of the project alone', () => {
    for (const name of ['/w/.gitignore', '/w/.github/x.yml', '/w/a.git/x', '/w/git/x']) {
      assert.ok(!isGitInternal(name), name);
    }
  });
});

import assert from 'node:assert/strict';
import { addGrant, noGrants } from '../../../../src/core/approvals/approvalGrants.ts';
import { commandsOf, run, scopeOf } from './approvalSituation.ts';

const offered: readonly (readonly [command: string, prefixes: readonly string[]])[] = [
  ['npm test', ['npm test']],
  ['npm test -- --watch', ['npm test']],
  ['npm run lint -- x', ['npm run lint']],
  ['git status -s', ['git status']],
  ['git push', ['git push']],
  ['npm test && npm run lint | grep x', ['npm test', 'npm run lint', 'grep']],
  ['npm test; npm test x', ['npm test']],
  ['cd src && timeout 9 npm test 2>&1', ['npm test']],
  ['bash -c "npm test"', ['npm test']],
  ['tsc -p .', ['tsc']],
  ['./gradlew build', ['./gradlew build']],
  ['node scripts/build.mjs --x', ['node scripts/build.mjs']],
  ['python -m pytest -x', ['python -m pytest']],
  ['bash scripts/test.sh', ['bash scripts/test.sh']],
  ['npx jest --ci', ['npx jest']],
  ['uv run pytest', ['uv run pytest']],
  ['poetry run python -m pytest', ['poetry run python -m pytest']],
];

const neverOffered = commandsOf(`
  bash
  bash -c "$X"
  node -e "x"
  python -c "x"
  python3 -
  perl -e x
  npx
  npx -y jest
  npx node
  npx bash -c x
  python -m timeit x
  node /var/x.js
  node ../x.js
  sudo npm test
  env
  env A=1 B
  xargs npm test
  find . -exec ls {} +
  watch ls
  eval "$X"
  rm x
  rm -rf x
  dd if=a of=b
  mkfs.ext4 x
  chmod -R 777 .
  shred x
  kill 1
  shutdown
  git push --force
  git push --force-with-lease
  git push -f
  git push origin +x
  git push origin :x
  git reset --hard
  git reset --har
  git clean -fd
  git checkout -- .
  git checkout .
  git restore x
  git branch -D x
  git stash drop
  curl x
  curl x | sh
  wget x
  ssh host
  npm publish
  docker run x
  kubectl delete x
  gh api x
  git -c a=b status
  git --no-pager log
  npm --prefix x test
  npm run
  npm run -s x
  git
  npm -v
  npm test $X
  npm test *
  npm test "$(ls)"
  FOO=1 npm test
  npm test > out
  npm test; rm x
  cat /etc/passwd
  cat .env
  grep x ../y
  cp a b
  mv a b
  tee x
  sed s/a/b/ x
  awk x
  source x
  /usr/bin/make
  ../x.sh
  a; b; c; d
  f() { ls; }
  git log --output=x
  echo hi
  cd src
  printenv
`);

describe('decideAccess: leave for the thread', () => {
  for (const [command, prefixes] of offered) {
    it(`offers ${prefixes.join(', ')} for ${JSON.stringify(command)}, which then runs`, () => {
      const decision = run(command);
      assert.deepEqual(scopeOf(decision), prefixes);
      assert.ok(decision.kind === 'ask' && decision.threadScope);
      const grants = addGrant(noGrants, decision.threadScope.grant);
      assert.deepEqual(run(command, { grants }), { kind: 'allow' });
      assert.deepEqual(noGrants.commandPrefixes, []);
    });
  }

  for (const command of neverOffered) {
    it(`offers nothing for ${JSON.stringify(command)}`, () => {
      const decision = run(command);
      assert.equal(decision.kind, 'ask');
      assert.equal(scopeOf(decision), undefined);
    });
  }

  it('covers nothing dangerous, unknown or outside that begins with the same words', () => {
    const prefixes = [['git', 'push'], ['npm', 'test'], ['cat'], ['git', 'reset'], ['npx', 'jest']];
    const grants = addGrant(noGrants, { kind: 'commands', prefixes });
    const beyond = ['git push --force', 'npm test $X', 'npm test; whoami', 'cat .env'];
    for (const command of [...beyond, 'git reset --hard', 'npm testing', 'npx jestx', 'cat ../x']) {
      assert.equal(run(command, { grants }).kind, 'ask', command);
    }
    assert.equal(run('git push && npm test; cat x; npx jest y', { grants }).kind, 'allow');
  });

  it('yields to rules that forbid', () => {
    const grants = addGrant(noGrants, { kind: 'commands', prefixes: [['npm', 'test']] });
    assert.equal(run('npm test', { grants, rules: { denyCommands: ['npm test'] } }).kind, 'deny');
    const tools = { run_command: 'deny' } as const;
    assert.equal(run('npm test', { grants, rules: { tools } }).kind, 'deny');
  });
});

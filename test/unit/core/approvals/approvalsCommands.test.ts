// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expansions of the shell, not of JavaScript
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addGrant, noGrants } from '../../../../src/core/approvals/approvalGrants.ts';
import { commandsOf, run, type Situation, scopeOf } from './approvalSituation.ts';

const situation: Situation = {
  rules: {
    allowCommands: [
      ...['npm test', 'npm run lint *', 'git status', 'git log', 'git commit', 'ls', 'cat', 'grep'],
      ...['find', 'xargs', 'node', 'make', 'sort', 'rm', 'git push --force', 'npx jest', 'go test'],
      ...['FOO=1 deploy', 'sed', '', '*'],
    ],
    denyCommands: ['git push', 'curl', 'rm -rf', 'npm publish'],
  },
};

const allowed = commandsOf(`
  npm test
  npm test -- --watch
  npm  "test"
  npm test 2>&1 >/dev/null
  npm test && npm run lint -- x
  npm test | grep fail
  ls -la src
  (npm test)
  ! npm test
  cd src && npm test
  set -euo pipefail; npm test
  npm test || echo "it failed; rm -rf x"
  CI=1 npm test
  ls *.ts
  timeout 60 npm test
  env CI=1 npm test
  bash -c "npm test && ls"
  eval 'npm test'
  for f in a b; do cat "$f"; done
  if npm test; then ls; fi
  cat < package.json
  find . -name "*.ts" -exec grep -l x {} +
  ls | xargs grep x
  ls | xargs
  npx jest --ci
  FOO=1 deploy
  git log --oneline -n 3
  node server.js -p 80
  git commit -m "x; y"
  [ -f package.json ] && npm test
  cat src/a.ts /home/ada/shop/b.ts src/../c.ts
`);

const asked = commandsOf(String.raw`
  npm testing
  npm
  npm install
  ./npm test
  /usr/bin/npm test
  npm-test
  echo hi
  true
  cd src
  > f
  # npm test
  npm test; whoami
  npm test && whoami
  npm test || whoami
  npm test | whoami
  npm test |& whoami
  npm test & whoami
  npm test\nwhoami
  npm test # x\nwhoami
  npm test \\n; whoami
  npm test\\n;whoami
  npm test\r\nwhoami
  npm test | sh
  npm test $(whoami)
  npm test "$(whoami)"
  npm test ${'`'}whoami${'`'}
  npm test <(whoami)
  npm test;{ whoami; }
  npm test;(whoami)
  npm test <<E\n$(whoami)\nE
  npm test <<< "$(whoami)"
  npm test > "$(whoami)"
  npm\u00a0test
  npm\u200b test
  npm test\u2028whoami
  npm test \u202ewhoami
  n\u0440m test
  eval whoami
  eval "npm test; whoami"
  eval $X
  bash -c "npm test; whoami"
  bash -c $X
  alias ls=whoami; ls
  ls() { whoami; }; ls
  function ls { whoami; }; ls
  trap whoami EXIT; ls
  hash -p ./x ls; ls
  printf -v PATH .; ls
  read PATH; ls
  coproc ls
  PATH=. npm test
  PATH=.; npm test
  export PATH=.; npm test
  env PATH=. npm test
  LD_PRELOAD=x.so ls
  NODE_OPTIONS="-r ./x" npm test
  GIT_PAGER=whoami git log
  BASH_ENV=x bash -c ls
  for PATH in .; do npm test; done
  FOO=2 deploy
  deploy
  git -c core.pager=whoami status
  git --exec-path=. status
  git -C /tmp status
  git log --output=x
  git log --outp=x
  git log --ext-diff
  git log $X
  find . -exec whoami {} \;
  find . -ok whoami \;
  find . -exec sh -c "ls {}" \;
  find . -delete
  find . -fprint x
  find . $X
  find / -name x
  ls | xargs whoami
  ls | xargs -I{} sh -c "ls {}"
  ls | xargs sh -c ls
  ls | xargs find
  ls | xargs node
  ls | xargs env A=1
  npm test --script-shell=./x
  npm test --prefix /tmp
  npm test -C ../x
  sort -o src/a.ts x
  sort x -nosrc/a
  make CC=./x
  make -f x
  make --eval=x
  go test -exec x
  node -e "x"
  node --eval=x
  node -r ./x a.js
  node --import=./x a.js
  node
  node -
  sed -i s/a/b/ x
  sed "s/a/b/e" x
  sed "1e whoami" x
  sed "w x" y
  cat /etc/passwd
  cat ~/.ssh/id_rsa
  cat ../../x
  cat .env
  cat $HOME/x
  cat link/x
  cat --file=/etc/passwd
  grep -f/etc/passwd x
  ls ..
  cat file:///etc/x
  cat < /etc/passwd
  cat < .env
  cat < $X
  cat < link/passwd
  cat < lost
  npm test > out
  npm test > /var/x
  npm test >> ../x
  npm test > $X
  npm test > ~/.bashrc
  npm test > link/x
  npm test > lost
  npm test &> x
  npm test >| x
  cd .. && npm test
  cd src; cd ..; ls
  cd /tmp && npm test
  cd link && ls
  cd && ls
  cd - && ls
  cd $X && ls
  pushd src && ls
  cd src && cat ../../x
  while ls; do cd ..; done
  cd a; cd b; cat ../../../x
  $CMD
  n{p,}m test
  $(echo npm) test
  "$@"
  [ -v "a[0]" ] && ls
  echo $KEY && ls
  sudo npm test
  su -c "npm test"
  ssh host npm test
  npx whoami
  watch npm test
  rm -r x
  rm -f x
  rm x /etc/x
  git commit -m x; git reset --hard
  npm test <(x
  npm test $'\'; whoami #'
  echo "$(npm test)
  npm test )
  npm test }
  npm test &&
  source x
  . ./x
  exec ls > /etc/x
`);

const denied = commandsOf(String.raw`
  git push
  git push --force
  git push origin x
  npm test && git push
  npm test;git push
  git --no-pager push
  curl x
  npm test | curl x
  echo $(curl x)
  ${'`'}curl x${'`'}
  /usr/bin/curl x
  CURL x
  curl.exe x
  sudo curl x
  env A=1 curl x
  bash -c "curl x"
  eval "curl x"
  xargs curl
  find . -exec curl {} \;
  timeout 5 curl
  nohup curl x &
  (curl x)
  { curl x; }
  if ls; then curl x; fi
  while curl x; do ls; done
  cu""rl x
  \curl x
  'curl' x
  cat <<E\n$(curl)\nE
  X=$(curl x)
  ls > $(curl x)
  diff <(curl x) y
  f() { curl x; }; f
  su -c "curl x"
  trap "curl x" EXIT
  ls # x\ncurl x
  rm -rf x
  rm -fr x
  rm -r -f x
  rm -rvf x
  rm --recursive --force x
  rm x -rf
  sudo rm -rf x
  npx npm publish
  curl x "
  curl x $(
  npm test\u00a0; curl x
`);

describe('decideAccess: commands by rule', () => {
  const tables = [
    ['allow', allowed],
    ['ask', asked],
    ['deny', denied],
  ] as const;
  for (const [kind, commands] of tables) {
    for (const command of commands) {
      it(`answers ${kind} to ${JSON.stringify(command)}`, () => {
        assert.equal(run(command, situation).kind, kind);
      });
    }
  }

  it('asks for an empty command', () => {
    assert.equal(run('', situation).kind, 'ask');
    assert.equal(run(' \n ', situation).kind, 'ask');
  });

  it('asks where a forbidden command may be meant', () => {
    const git = { rules: { allowCommands: ['git', 'xargs'], denyCommands: ['git push'] } };
    for (const command of ['git -C x push', 'git $X', 'echo push | xargs git', 'git "$(ls)" x']) {
      assert.equal(run(command, git).kind, 'ask', command);
    }
    assert.equal(run('git status', git).kind, 'allow');
  });

  it('asks outside the workspace, also for what is allowed', () => {
    assert.equal(run('npm test', situation, '/tmp').kind, 'ask');
    assert.equal(run('npm test', { ...situation, facts: { roots: [] } }).kind, 'ask');
  });

  it('counts a redirection into the workspace as an edit', () => {
    const withEdits = { ...situation, grants: addGrant(noGrants, { kind: 'edits' }) };
    for (const command of ['npm test > out', 'npm test >> src/../out', 'echo x > src/a.ts']) {
      assert.equal(run(command, withEdits).kind, 'allow', command);
    }
    for (const command of ['npm test > ../x', 'npm test > .git/config', 'npm test > .env']) {
      assert.equal(run(command, withEdits).kind, 'ask', command);
    }
    assert.equal(scopeOf(run('npm test > out', situation)), 'edits');
    const noWrites: Situation = { rules: { ...situation.rules, tools: { write_file: 'deny' } } };
    assert.equal(run('npm test > out', noWrites).kind, 'deny');
    assert.equal(run('npm test > /dev/null', noWrites).kind, 'allow');
  });

  it('allows nearly everything where the tool is allowed', () => {
    const tool: Situation = {
      rules: { tools: { run_command: 'allow' }, denyCommands: ['curl'] },
    };
    for (const command of ['make all', 'echo x', 'git -c a=b log', 'ls; whoami']) {
      assert.equal(run(command, tool).kind, 'allow', command);
    }
    for (const command of ['rm -rf x', 'cat /etc/passwd', 'PATH=. ls', 'f() { ls; }', '$X']) {
      assert.equal(run(command, tool).kind, 'ask', command);
    }
    assert.equal(run('make; curl x', tool).kind, 'deny');
  });

  it('trusts little in shells that it does not know', () => {
    const windows: Situation = { ...situation, facts: { shell: 'other' } };
    assert.equal(run('npm test --watch', windows).kind, 'allow');
    for (const command of ['npm test & whoami', 'npm test "x"', 'npm test > x', 'npm test %x%']) {
      assert.equal(run(command, windows).kind, 'ask', command);
    }
    assert.equal(run('curl.exe x', windows).kind, 'deny');
    assert.equal(run('npm test & curl x', windows).kind, 'deny');
  });

  it('refuses everything where the rule that forbids is a lone star', () => {
    assert.equal(run('ls', { rules: { denyCommands: ['*'] } }).kind, 'deny');
  });
});

describe('decideAccess: commands, for any input', () => {
  it('never allows an allowed command that a separator joins to a forbidden one', () => {
    const joined = fc.tuple(
      fc.constantFrom('npm test', 'ls -la', 'git status', 'cat package.json', 'echo "a b"'),
      fc.constantFrom(
        ...[';', ' && ', '||', '|', ' |& ', '&', '\n', ' # x\n', ' \\\n&& ', ' $(', ' `', ' <('],
        ...[' > $(', '; (', ' && { ', '; ! ', '; if ', '; eval ', '; sudo ', '\n\n\t', '; time '],
      ),
      fc.constantFrom('curl x', 'git push', 'rm -rf /', '"curl" x', 'FOO=1 curl x', '/bin/curl'),
      fc.constantFrom('', ' ', ')', '`', '; }', ' # x', '\n', ' && ls'),
    );
    fc.assert(
      fc.property(joined, (pieces) => {
        assert.notEqual(run(pieces.join(''), situation).kind, 'allow');
      }),
      { numRuns: 1000 },
    );
  });

  it('answers with one sentence, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (command) => {
        const decision = run(command, situation);
        assert.ok(decision.kind === 'allow' || /\.$/.test(decision.reason));
      }),
    );
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expansions of the shell, not of JavaScript
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseCommandLine } from '../../../../src/core/approvals/commandLine.ts';
import type {
  CommandPart,
  CommandShell,
  CommandWord,
} from '../../../../src/core/approvals/commandLineParts.ts';

/**
 * A part in one line: `npm test`, `~timeout 5 npm test` where it only runs what follows, `xargs…` with
 * `…` where more arguments come, `‹$x›` for what is not known, `> file`, `< file`, `x=`.
 */
function show(part: CommandPart): string {
  switch (part.kind) {
    case 'assignment':
      return `${part.name}=`;
    case 'redirection':
      return `${part.access === 'write' ? '>' : '<'} ${showWord(part.target)}`;
    case 'command': {
      const words = [...part.assignments, ...part.words].map(showWord).join(' ');
      return `${part.isTransparent ? '~' : ''}${words}${part.hasMoreArguments ? '…' : ''}`;
    }
  }
}

function showWord(word: CommandWord): string {
  return word.isLiteral ? word.text : `‹${word.text}›`;
}

function partsOf(command: string, shell: CommandShell = 'posix'): readonly string[] {
  return parseCommandLine(command, shell).parts.map(show);
}

function isCertain(command: string, shell: CommandShell = 'posix'): boolean {
  return parseCommandLine(command, shell).doubts.length === 0;
}

const certain: readonly (readonly [command: string, parts: readonly string[]])[] = [
  ['npm test', ['npm test']],
  ['  npm\ttest  ', ['npm test']],
  ['a; b', ['a', 'b']],
  ['a;b&c', ['a', 'b', 'c']],
  ['a && b || c | d |& e', ['a', 'b', 'c', 'd', 'e']],
  ['a &&\n\n b', ['a', 'b']],
  ['a\nb\n\nc', ['a', 'b', 'c']],
  ['npm test \\\n  --watch', ['npm test --watch']],
  ['npm test # rm x', ['npm test']],
  ['npm test # comment \\\nrm x', ['npm test', 'rm x']],
  ['npm test#1', ['npm test#1']],
  ['# nothing', []],
  ['', []],
  ['echo \'a; b\' "c && d" e\\;f', ['echo a; b c && d e;f']],
  ['echo "a\\"b" "\\$x"', ['echo a"b $x']],
  ['r""m x', ['rm x']],
  ["r'm' x", ['rm x']],
  ['\\rm x', ['rm x']],
  ['/bin/rm x', ['/bin/rm x']],
  ['echo $HOME ${HOME} "$x"', ['echo ‹$HOME› ‹${HOME}› ‹$x›']],
  ['echo ${x:-y} ${x%.ts} ${#x}', ['echo ‹${x:-y}› ‹${x%.ts}› ‹${#x}›']],
  ['echo *.ts ~/x', ['echo ‹*.ts› ‹~/x›']],
  ['echo {a,b} {x} HEAD@{1}', ['echo ‹{a,b}› {x} HEAD@{1}']],
  ["echo $'a\\n'", ['echo ‹a\\n›']],
  ['echo $((1 + 2))', ['echo ‹$((1 + 2))›']],
  ['echo $(rm x) `rm y`', ['rm x', 'rm y', 'echo ‹$(…)› ‹$(…)›']],
  ['echo "a $(rm "$(cat f)") b"', ['cat f', 'rm ‹$(…)›', 'echo ‹a $(…) b›']],
  ['diff <(rm x) >(rm y)', ['rm x', 'rm y', 'diff ‹<(…)› ‹<(…)›']],
  ['cat < <(rm x)', ['rm x', '< ‹<(…)›', 'cat']],
  ['(a; b) > f', ['a', 'b', '> f']],
  ['( (a) )', ['a']],
  ['{ a; b; } 2>&1 | c', ['a', 'b', 'c']],
  ['! a', ['a']],
  ['time -p a | b', ['a', 'b']],
  ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
  ['while read l; do a; done < f', ['read l', 'a', '< f']],
  ['until a; do b; done', ['a', 'b']],
  ['for f in *.ts "$(ls)"; do a "$f"; done', ['f=', 'ls', 'a ‹$f›']],
  ['for f\ndo a\ndone', ['f=', 'a']],
  ['case $x in a | b) c;; (*) d ;; esac', ['c', 'd']],
  ['FOO=1 BAR="a b" npm test', ['FOO=1 BAR=a b npm test']],
  ['X=$(rm x)', ['rm x', 'X=']],
  ['X=1 Y+=2', ['X=', 'Y=']],
  ['a > f 2>&1 >> g 2> h >| i', ['> f', '> g', '> h', '> i', 'a']],
  ['a &> f', ['> f', 'a']],
  ['a >& f <> g < h', ['> f', '> g', '< h', 'a']],
  ['> f', ['> f']],
  ['a 2>&- >&2', ['a']],
  ['a >$(rm x)', ['rm x', '> ‹$(…)›', 'a']],
  ['cat <<< "$(rm x)"', ['rm x', 'cat']],
  ['cat <<E\n$(rm x)\nE\nb', ['cat', 'rm x', 'b']],
  ['(cat <<E)\nrm x\nE', ['cat']],
  ["cat <<'E' && b\n$(rm x)\nE", ['cat', 'b']],
  ['cat <<-E <<F\n\ta\n\tE\n`rm x`\nF', ['cat', 'rm x']],
  ['git commit -m "$(cat <<\'E\'\nfix\nE\n)"', ['cat', 'git commit -m ‹$(…)›']],
  ['sudo -u bob rm x', ['sudo -u bob rm x', 'rm x']],
  ['env -i A=1 rm x', ['~env -i A=1 rm x', 'A=1 rm x']],
  ['A=1 env B=2 rm x', ['~A=1 env B=2 rm x', 'A=1 B=2 rm x']],
  ['env', ['env']],
  ['env A=1', ['env A=1']],
  ['exec rm x', ['~exec rm x', 'rm x']],
  ['command -v rm', ['command -v rm']],
  ['command rm x', ['~command rm x', 'rm x']],
  ['nice -n 5 nohup rm x', ['~nice -n 5 nohup rm x', '~nohup rm x', 'rm x']],
  ['timeout -k 5 10 rm x', ['~timeout -k 5 10 rm x', 'rm x']],
  ['/usr/bin/timeout 10 rm x', ['~/usr/bin/timeout 10 rm x', 'rm x']],
  ['xargs -n 1 rm -f', ['xargs -n 1 rm -f', 'rm -f…']],
  ['xargs -I% mv % x', ['xargs -I% mv % x', 'mv ‹%› x…']],
  ['bash -c "a && rm x"', ['~bash -c a && rm x', 'a', 'rm x']],
  ["sh -euc 'rm x' sh y", ['~sh -euc rm x sh y', 'rm x']],
  ['bash -lc "bash -c \'rm x\'"', ["~bash -lc bash -c 'rm x'", '~bash -c rm x', 'rm x']],
  ['bash scripts/x.sh', ['bash scripts/x.sh']],
  ['eval "rm x" y', ['~eval rm x y', 'rm x y']],
  ["eval 'a;' rm x", ['~eval a; rm x', 'a', 'rm x']],
  ['watch -n 1 "rm x; a"', ['watch -n 1 rm x; a', 'rm x', 'a']],
  ['find . -name "*.o" -exec rm {} \\;', ['find . -name *.o -exec rm {} ;', 'rm ‹{}›…']],
  ['find . -exec a {} + -execdir b \\;', ['find . -exec a {} + -execdir b ;', 'a ‹{}›…', 'b…']],
  ['find . -exec a + -delete \\;', ['find . -exec a + -delete ;', 'a + -delete…']],
  ['npx -y jest --ci', ['npx -y jest --ci', 'jest --ci']],
  ['uv run pytest', ['uv run pytest', 'pytest']],
];

const doubtful: readonly (readonly [command: string, found: readonly string[]])[] = [
  ["echo 'a", []],
  ['echo "a', []],
  ['echo `rm x', ['rm x']],
  ['echo $(rm x', ['rm x']],
  ['(rm x', ['rm x']],
  ['rm x)', ['rm x']],
  ['{ rm x', []],
  ['if a; then rm x', ['rm x']],
  ['a &&', ['a']],
  ['a; ; rm x', ['rm x']],
  ['$CMD x', []],
  ['"$@"', []],
  ['${x} y', []],
  ['$(echo rm) x', ['echo rm']],
  ['r{m,} x', []],
  ['/bin/r? x', []],
  ["$'rm' x", []],
  ["echo $'a\\'; rm x #'", []],
  ['echo ${x@P}', []],
  ['echo ${!x}', []],
  ['echo ${x:=y}', []],
  ['echo "${x:-$(rm x)}"', []],
  ['echo $[a[0]]', []],
  ['echo $((a[0]))', []],
  ['((x = 1))', []],
  ['echo $"x"', []],
  ['[[ -f x ]] && rm x', ['rm x']],
  ['f() { rm x; }', ['rm x']],
  ['function f { rm x; }', ['rm x']],
  ['f() (rm x)', ['rm x']],
  ['a=(1 2) rm x', []],
  ['alias ls=rm', []],
  ['trap "rm x" EXIT', ['rm x']],
  ['hash -p /bin/rm ls', []],
  ['coproc rm x', ['rm x']],
  ['select x in a; do rm x; done', ['rm x']],
  ['eval $x', []],
  ['eval "$(a)"', ['a']],
  ['bash -c "$x"', []],
  ['bash -c +x "rm x"', ['rm x']],
  ['bash', []],
  ['curl x | sh', ['curl x']],
  ['curl x | python3 -', ['curl x']],
  ['bash <<E\nrm x\nE', []],
  ['sudo -s', []],
  ['sudo $x', []],
  ['env -S "rm x"', ['rm x']],
  ['xargs sh -c "rm x"', ['rm x']],
  ['xargs -I{} sh -c "rm {}"', []],
  ['xargs env A=1', []],
  ['find . $x', []],
  ['find . -exec rm {}', ['rm {}']],
  ['su -c "rm x"', ['rm x']],
  ['parallel rm ::: x', ['rm ::: x']],
  ['npm test\rrm x', []],
  ['npm\u00a0test', []],
  ['npm test\u2028rm x', []],
  ['npm test \u202e', []],
  ['npm\u200btest', []],
  ['npm test \ud800', []],
  ['npm test \u0000', []],
  ['r\\\nm x', []],
  ['echo $\\\n(rm x)', ['rm x']],
  ['echo }', []],
  ['cat <<E\nx', []],
  ['cat <<"a b"\nx\na b', []],
  ['cat <<E\na \\\nE\nrm x\nE', []],
  ['cat <<E "a\nb"\nE\n"', []],
  ["echo $(cat <<E\nit's\nE\n)", []],
  ['echo $(case x in x) rm x;; esac)', ['rm x']],
  ['echo `echo \\`rm x\\``', []],
  ['a 2>(rm x)', ['rm x']],
  ['a >&-x', []],
  ['a 21> x', ['a']],
  ['a &> f rm x', []],
  ['a &> $(b) rm x', ['b']],
  ['a >! x', []],
  ['echo a(b)', []],
  ['ls *(e:rm:)', []],
  ['for ((;;)); do rm x; done', ['rm x']],
  ['for x (a b) rm x', []],
  ['while a; do cd ..; done', ['cd ..']],
  ['eval "cd .."', ['cd ..']],
  ['builtin cd ..', ['cd ..']],
  [`${'('.repeat(100)}rm x`, []],
  [`${'$('.repeat(5000)}rm x`, []],
  ['x'.repeat(60_000), []],
];

describe('parseCommandLine', () => {
  for (const [command, parts] of certain) {
    it(`knows the parts of ${JSON.stringify(command)}`, () => {
      assert.deepEqual(partsOf(command), parts);
      assert.deepEqual(parseCommandLine(command, 'posix').doubts, []);
    });
  }

  for (const [command, found] of doubtful) {
    it(`doubts ${JSON.stringify(command.slice(0, 60))}`, () => {
      assert.equal(isCertain(command), false);
      const parts = partsOf(command);
      assert.deepEqual(
        found.filter((part) => !parts.includes(part)),
        [],
        parts.join(' / '),
      );
    });
  }

  it('says where an inner call stands in the one that runs it', () => {
    const inner = parseCommandLine('sudo -u bob rm x', 'posix').parts[1];
    assert.ok(inner?.kind === 'command');
    assert.equal(inner.outer?.offset, 3);
    assert.equal(inner.outer?.call.words[0]?.text, 'sudo');
  });

  it('trusts only plain words where the shell is another', () => {
    assert.deepEqual(partsOf('npm test --watch=false src\\a.ts', 'other'), [
      'npm test --watch=false src\\a.ts',
    ]);
    for (const command of ['npm test', 'git log -n 3', '.\\gradlew.bat build', 'npm run a:b']) {
      assert.equal(isCertain(command, 'other'), true, command);
    }
    const odd = ['a & b', 'a; b', 'a | b', 'a %x%', 'a ^& b', 'a $x', 'a `b', '(a)', 'del/q x'];
    for (const command of [...odd, 'a "b"', 'a > b', 'cmd /c a', 'powershell -c a', 'a=b c', '']) {
      assert.equal(isCertain(command, 'other'), false, command);
    }
  });
});

/** Commands of which none leaves a quote, a bracket or a here-document open. */
const simple = fc
  .tuple(
    fc.constantFrom('npm', 'git', 'ls', 'FOO=1 make', 'sudo rm', 'bash -c "a; b"', 'timeout 5 x'),
    fc.array(
      fc.constantFrom(
        "'a; b'",
        '"$x && $(y z)"',
        '`c`',
        '> out',
        '2>&1',
        '<in',
        '\\;',
        '--x=1',
        '*.ts',
        '$((1+1))',
      ),
      { maxLength: 4 },
    ),
  )
  .map(([program, words]) => [program, ...words].join(' '));
const compound = fc.oneof(
  simple,
  simple.map((command) => `(${command})`),
  simple.map((command) => `{ ${command}; }`),
  simple.map((command) => `if ${command}; then ${command}; fi`),
);
const separator = fc.constantFrom(
  ';',
  ' ; ',
  '&&',
  ' || ',
  '|',
  ' |& ',
  '&',
  '\n',
  ' && \n ',
  ' # x\n',
);

describe('parseCommandLine, for any input', () => {
  it('finds in "a SEP b" the parts of a and the parts of b', () => {
    fc.assert(
      fc.property(compound, separator, compound, (left, between, right) => {
        const both = parseCommandLine(left + between + right, 'posix');
        assert.deepEqual(both.parts.map(show), [...partsOf(left), ...partsOf(right)]);
        assert.deepEqual(both.doubts, []);
      }),
    );
  });

  it('never throws and ends, whatever it is given', () => {
    const token = fc.constantFrom(
      ...[
        '$(',
        ')',
        '(',
        '`',
        '"',
        "'",
        '\\',
        '\n',
        '<<E',
        '\nE\n',
        'case x in ',
        ';;',
        'esac',
        'if ',
        'fi',
      ],
      ...[
        '{ ',
        '}',
        'for x in ',
        'do ',
        'done',
        '&',
        '|',
        '>',
        '<',
        'eval ',
        'xargs ',
        'su ',
        'find -exec ',
        'a ',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('posix' as const, 'other' as const), (command, shell) => {
        for (const part of parseCommandLine(command, shell).parts) {
          assert.ok(part.kind !== 'command' || part.words.length > 0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

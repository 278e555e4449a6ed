import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TerminalText } from '../../../../src/core/tools/terminalText.ts';

function check(given: string, expected: string): void {
  assert.equal(new TerminalText().take(given), expected);
}

describe('TerminalText', () => {
  it('leaves text alone', () => check('a\tb\nü 😀\n', 'a\tb\nü 😀\n'));
  it('drops colours and movements', () =>
    check('\x1b[1;31mred\x1b[0m\x1b[2K\x1b[?25l.\x9b1mx', 'red.x'));
  it('drops titles and links, however they end', () =>
    check('\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'alink'));
  it('drops other sequences', () => check('\x1b(Ba\x1b=b\x1bPq#0\x1b\\c\x1b7', 'abc'));
  it('drops control characters', () => check('a\x00b\x07c\x08d\x7fe\x85f', 'abcdef'));
  it('makes one line end of a carriage return with a newline', () =>
    check('a\r\nb\r\r\nc', 'a\nb\nc'));
  it('begins a line at a lone carriage return', () => check('10%\r20%\rdone', '10%\n20%\ndone'));
  it('goes on after a sequence that has no end', () => {
    check('\x1b]0;no end\nnext', '\nnext');
    assert.match(new TerminalText().take(`\x1b]${'x'.repeat(10_000)}seen`), /seen$/);
  });

  it('gives the same for any pieces', () => {
    const part = fc.constantFrom(
      'a',
      'ü',
      '😀',
      '\n',
      '\r',
      '\r\n',
      '\x1b',
      '[',
      '31m',
      ']',
      '\x07',
      '\\',
      '\x9b',
      'P',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (parts, size) => {
          const text = parts.join('');
          const pieces = new TerminalText();
          let joined = '';
          for (let at = 0; at < text.length; at += size) {
            joined += pieces.take(text.slice(at, at + size));
          }
          assert.equal(joined, new TerminalText().take(text));
        },
      ),
    );
  });
});

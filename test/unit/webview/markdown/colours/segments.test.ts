import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { tokenize } from '../../../../../src/webview/markdown/colours/grammars.ts';
import { CodeSegments } from '../../../../../src/webview/markdown/colours/segments.ts';
import type { Token } from '../../../../../src/webview/markdown/colours/tokens.ts';

function coloured(text: string, tokens: Iterable<Token>): string[] {
  return [...tokens].map(({ start, end, kind }) => `${kind} ${text.slice(start, end)}`);
}

/** Reads until there is nothing more to read, as the painter does. */
function readAll(segments: CodeSegments, text: string): void {
  while (segments.isDue(text.length, true)) {
    segments.read(text, tokenize);
  }
}

describe('Colours of code', () => {
  it('are told with the place of each stretch', () => {
    const text = 'export class Cart { total = 4.5; } // all';
    const tokens = coloured(text, tokenize('ts', text, 0) ?? []);
    for (const expected of ['keyword class', 'type Cart', 'number 4.5', 'comment // all']) {
      assert.ok(tokens.includes(expected), `${expected} in ${tokens}`);
    }
  });

  it('are not told for a language nobody knows', () => {
    assert.equal(tokenize('klingon', 'x', 0), undefined);
    const segments = new CodeSegments('klingon');
    assert.equal(segments.read('x', tokenize), undefined);
    assert.equal(segments.isDue(1, true), false);
  });

  it('overlap nowhere and cover text as it stands, for a long text in segments', () => {
    const piece = 'function add(a: number, b: number) {\n  return a + "b"; // sum\n}\n\n';
    const text = piece.repeat(400);
    const segments = new CodeSegments('typescript');
    readAll(segments, text);
    const tokens = [...segments.within(0, text.length)];
    let end = 0;
    for (const token of tokens) {
      assert.ok(token.start >= end && token.end > token.start, JSON.stringify(token));
      end = token.end;
    }
    const one = coloured(piece, tokenize('typescript', piece, 0) ?? []);
    assert.deepEqual(coloured(text, tokens), Array.from({ length: 400 }, () => one).flat());
  });

  it('are the same when the text came in pieces', () => {
    const text = 'const a = 1; // one\n\nlet b = "two";\n'.repeat(300);
    const whole = new CodeSegments('ts');
    readAll(whole, text);
    const grown = new CodeSegments('ts');
    for (let length = 0; length <= text.length; length += 37) {
      while (grown.isDue(length, false)) {
        grown.read(text.slice(0, length), tokenize);
      }
    }
    readAll(grown, text);
    const tokens = coloured(text, grown.within(0, text.length));
    assert.deepEqual(tokens, coloured(text, whole.within(0, text.length)));
  });

  it('are read in pieces whose sum grows with the text and not with its square', () => {
    let read = 0;
    const counting = (_language: string, code: string): Token[] => {
      read += code.length;
      return [];
    };
    const text = 'x = 1\ny = 2\n\n'.repeat(8_000);
    const segments = new CodeSegments('python');
    for (let length = 0; length <= text.length; length += 20) {
      while (segments.isDue(length, false)) {
        segments.read(text.slice(0, length), counting);
      }
    }
    assert.ok(read < text.length * 8, `${read} characters read for ${text.length}`);
  });

  it('cut a text without an empty line too', () => {
    const longest: number[] = [];
    const text = 'x'.repeat(60_000);
    const segments = new CodeSegments('ts');
    while (segments.isDue(text.length, true)) {
      segments.read(text, (_language, code) => {
        longest.push(code.length);
        return [];
      });
    }
    assert.ok(Math.max(...longest) <= 12_000);
    assert.equal(
      longest.reduce((sum, length) => sum + length, 0),
      text.length,
    );
  });

  it('are found for a part of the text alone', () => {
    const text = 'const a = 1;\nconst b = 2;\n';
    const segments = new CodeSegments('ts');
    readAll(segments, text);
    const second = coloured(text, segments.within(13, 25));
    assert.deepEqual(second, ['keyword const', 'number 2']);
  });
});

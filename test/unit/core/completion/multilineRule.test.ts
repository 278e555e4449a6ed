import assert from 'node:assert/strict';
import type { CompletionTrigger } from '../../../../src/core/completion/completion.ts';
import {
  multilineBySyntax,
  multilineByText,
} from '../../../../src/core/completion/multilineRule.ts';
import type { PlaceKind } from '../../../../src/core/syntax/syntax.ts';
import { placeAt } from './completionKit.ts';

interface Case {
  readonly name: string;
  readonly marked: string;
  readonly languageId?: string;
  readonly trigger?: CompletionTrigger;
  readonly placeKind?: PlaceKind;
  readonly isAtBlockStart?: boolean;
  readonly expected: boolean;
}

const cases: readonly Case[] = [
  { name: 'a block that begins', marked: 'function f() {¦', expected: true },
  { name: 'a block that begins before its end', marked: 'function f() {¦}', expected: true },
  { name: 'a block of indentation', marked: 'def f():¦', languageId: 'python', expected: true },
  { name: 'a block of words', marked: 'if a then¦', languageId: 'lua', expected: true },
  { name: 'a blank line of code', marked: 'f();\n  ¦\ng();', expected: true },
  { name: 'the middle of a statement', marked: 'const x = ¦', expected: false },
  { name: 'the end of a statement', marked: 'const x = 1;¦', expected: false },
  { name: 'the middle of a call', marked: 'foo(¦)', expected: false },
  { name: 'text behind the cursor', marked: 'if (a) {¦ b(); }', expected: false },
  { name: 'a comment', marked: '// ¦', placeKind: 'comment', expected: false },
  { name: 'a string', marked: 'x = "{¦', placeKind: 'string', expected: false },
  { name: 'prose', marked: 'First.\n¦\nSecond.', languageId: 'markdown', expected: false },
  {
    name: 'what the syntax calls a beginning',
    marked: 'class A\n{ ¦',
    isAtBlockStart: true,
    expected: true,
  },
  {
    name: 'a statement, asked for by command',
    marked: 'const x = ¦',
    trigger: 'invoke',
    expected: true,
  },
  { name: 'a call, asked for by command', marked: 'foo(¦)', trigger: 'invoke', expected: false },
];

describe('A completion', () => {
  for (const { name, marked, languageId, expected, ...facts } of cases) {
    it(`${expected ? 'goes beyond' : 'stays within'} the line for ${name}`, () => {
      const { trigger = 'automatic', placeKind = 'code', isAtBlockStart = false } = facts;
      const syntax = { placeAt: () => placeKind, isAtBlockStart: () => isAtBlockStart };
      const place = placeAt(marked, languageId);
      const byText = multilineByText(place, trigger);
      assert.equal(byText === 'unknown' && multilineBySyntax(place, trigger, syntax), expected);
    });
  }
});

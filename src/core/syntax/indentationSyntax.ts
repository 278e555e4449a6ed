import { foldOutline } from './foldedOutline.ts';
import { indentedBlockEnd, isAtIndentedStart } from './indentation.ts';
import { indentationDefinitions } from './indentationOutline.ts';
import { lexicalLiterals, lexicalPlace } from './lexicalPlace.ts';
import {
  type Definition,
  enclosingDefinition,
  type Literal,
  literalAround,
  rangesOf,
} from './structure.ts';
import type { FileSyntax, PlaceKind, SyntaxText, TextRange } from './syntax.ts';

/** Answers from indentation and from how most languages are written. */
export class IndentationSyntax implements FileSyntax {
  readonly source = 'indentation';
  private readonly text: string;
  private readonly languageId: string;
  private definitions: readonly Definition[] | undefined;
  private literals: readonly Literal[] | undefined;

  constructor({ text, languageId }: SyntaxText) {
    this.text = text;
    this.languageId = languageId;
  }

  outline(): readonly Definition[] {
    this.definitions ??= indentationDefinitions(this.text);
    return this.definitions;
  }

  enclosing(offset: number): Definition | undefined {
    return enclosingDefinition(this.outline(), offset);
  }

  blockEnd(offset: number): number {
    return indentedBlockEnd(this.text, offset);
  }

  isAtBlockStart(offset: number): boolean {
    return this.placeAt(offset) === 'code' && isAtIndentedStart(this.text, offset);
  }

  placeAt(offset: number): PlaceKind {
    const around = literalAround(this.allLiterals(), offset);
    return around?.kind ?? lexicalPlace(this.text, this.languageId, offset)?.kind ?? 'code';
  }

  ranges(kind: Literal['kind']): readonly TextRange[] {
    return rangesOf(this.allLiterals(), kind);
  }

  identifiersInScope(offset: number, limit: number): readonly string[] {
    return wordsBefore(this.text, this.allLiterals(), { offset, limit });
  }

  imports(): readonly TextRange[] {
    return [...this.text.matchAll(importLine)].map((match) => {
      const end = match.index + match[0].trimEnd().length;
      return { start: match.index, end };
    });
  }

  foldedOutline(maxCharacters: number): string {
    return foldOutline(this.text, this.outline(), maxCharacters);
  }

  hasErrorIn(): boolean {
    return false;
  }

  private allLiterals(): readonly Literal[] {
    this.literals ??= lexicalLiterals(this.text, this.languageId);
    return this.literals;
  }
}

const importLine = /^(?:import|from|use|using|require|include|#include|open|@import)\b.*$/gm;

/** How far back names are looked for, UTF-16 units: some 500 lines. */
const maxLookBack = 20_000;

/** Words outside comments and strings, the nearest first, each once. */
export function wordsBefore(
  text: string,
  literals: readonly Literal[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
): readonly string[] {
  const from = Math.max(0, offset - maxLookBack);
  const words = new Set<string>();
  const matches = [...text.slice(from, offset).matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)].reverse();
  for (const match of matches) {
    const start = from + match.index;
    const isBeingWritten = start + match[0].length === offset;
    if (words.size >= limit) {
      break;
    }
    if (!isBeingWritten && !keywords.has(match[0]) && !literalAround(literals, start + 0.5)) {
      words.add(match[0]);
    }
  }
  return [...words];
}

/** Words that are no names in most languages. */
const keywords: ReadonlySet<string> = new Set(
  (
    'and as begin break case catch class const continue def default defer delete do done elif else ' +
    'elseif elsif end enum esac except export extends false fi final finally fn for foreach from ' +
    'fun func function if impl implements import in include interface is lambda let local loop ' +
    'match mod module namespace new nil none not null object of or package pass private protected ' +
    'public pub raise require return self static struct super switch then this throw trait true ' +
    'try type typedef undefined union unless until use using val var virtual void when where while ' +
    'with yield'
  ).split(' '),
);

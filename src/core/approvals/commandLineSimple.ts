import type { CommandPart, CommandWord } from './commandLineParts.ts';
import { doubt } from './commandLineReader.ts';
import { RedirectionReader } from './commandLineRedirections.ts';
import { movesFolder } from './commandLineWrappers.ts';

const assignmentStart = /[A-Za-z_]\w*\+?=/y;

/** What the shell's own grammar finds: simple commands with nothing unwrapped. */
export interface GrammarResult {
  readonly parts: CommandPart[];
  readonly doubts: Set<string>;
}

/** Reads a simple command: assignments, words and redirections. */
export abstract class SimpleCommandReader extends RedirectionReader {
  protected readonly result: GrammarResult;
  /** How many loops the command is in: in these, what changes the state holds for the next round. */
  protected loopDepth = 0;

  protected constructor(source: string, result: GrammarResult) {
    super(source, result.doubts);
    this.result = result;
  }

  protected readSimple(): void {
    const words: CommandWord[] = [];
    const assignments: CommandWord[] = [];
    const redirections: CommandPart[] = [];
    this.hasJointRedirection = false;
    while (true) {
      this.skipBlanks();
      if (this.current === '#') {
        this.skipComment();
      }
      if (this.takeRedirection(redirections)) {
        continue;
      }
      if (!this.isAtWord()) {
        break;
      }
      if (this.hasJointRedirection) {
        this.doubts.add(doubt.syntax);
      }
      if (words.length === 0 && this.isAtAssignment()) {
        assignments.push(this.readWordOnOneLine());
      } else {
        words.push(this.readArgument(words.length === 0));
      }
    }
    this.addSimple(words, assignments, redirections);
    if (this.current === '(') {
      this.doubts.add(doubt.function);
      this.position += 1;
    }
  }

  private readArgument(isProgram: boolean): CommandWord {
    // zsh closes a group at a brace that stands alone, other shells take it as an argument.
    if (
      !isProgram &&
      /^[{}](?:[\s;&|<>()]|$)/.test(this.source.slice(this.position, this.position + 2))
    ) {
      this.doubts.add(doubt.syntax);
    }
    const word = this.readWordOnOneLine();
    if (isProgram && (!word.isLiteral || word.hasBrace || word.text === '')) {
      this.doubts.add(doubt.program);
    }
    return word;
  }

  private addSimple(
    words: readonly CommandWord[],
    assignments: readonly CommandWord[],
    redirections: readonly CommandPart[],
  ): void {
    const { parts } = this.result;
    parts.push(...redirections);
    if (this.loopDepth > 0 && movesFolder(words)) {
      this.doubts.add(doubt.state);
    }
    if (words.length > 0) {
      const traits = { isTransparent: false, hasMoreArguments: false };
      parts.push({ kind: 'command', words, assignments, ...traits });
      return;
    }
    for (const { text } of assignments) {
      parts.push({ kind: 'assignment', name: text.slice(0, text.search(/\+?=/)) });
    }
    if (assignments.length === 0 && redirections.length === 0) {
      this.doubts.add(doubt.syntax);
    }
  }

  private isAtAssignment(): boolean {
    assignmentStart.lastIndex = this.position;
    return assignmentStart.test(this.source);
  }
}

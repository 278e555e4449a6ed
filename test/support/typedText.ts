import type { TypedHunk } from './editingSessions.ts';
import { FakeEditor } from './fakeEditor.ts';

const pairs: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const closing = new Set(Object.values(pairs));

/** A hunk while it is typed, in an editor that closes brackets as VS Code does. */
export class TypedText {
  readonly editor: FakeEditor;
  private readonly typed: string;
  private at = 0;
  /** Brackets that the editor has put behind the cursor, the nearest first. */
  private closers = '';

  constructor({ path, before, after, typed }: TypedHunk) {
    this.editor = new FakeEditor(`${before}¦${after}`, path);
    this.typed = typed;
  }

  /** What is still to be typed, up to where a bracket stands already. */
  get rest(): string {
    const rest = this.typed.slice(this.at);
    return this.closers === '' ? rest : rest.slice(0, indexOfClosing(rest));
  }

  /** Presses the next key of the hunk. */
  press(key: string): void {
    this.at += key.length;
    if (this.closers.startsWith(key)) {
      this.editor.character += 1;
      this.closers = this.closers.slice(1);
      return;
    }
    const closer = this.isClosedByEditor(key) ? (pairs[key] ?? '') : '';
    this.editor.type(key, closer);
    // A new line takes the brackets behind it along; what closes them is then typed by hand.
    this.closers = key === '\n' ? this.leaveClosers() : closer + this.closers;
  }

  /** Before white space, the end of a line or another closing bracket. */
  private isClosedByEditor(key: string): boolean {
    const next = this.editor.spot().after.charAt(0);
    return key in pairs && (next === '' || /\s/.test(next) || closing.has(next));
  }

  private leaveClosers(): string {
    const { editor, closers } = this;
    editor.replace(editor.character, editor.character + closers.length, '');
    return '';
  }
}

/** Where the bracket is closed that was open at the beginning. */
function indexOfClosing(text: string): number {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if (character in pairs) {
      depth += 1;
    } else if (closing.has(character)) {
      depth -= 1;
      if (depth < 0) {
        return index;
      }
    }
  }
  return text.length;
}

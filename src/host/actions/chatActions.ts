import nodePath from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import {
  explainProblemsText,
  explainTerminalText,
  refactorText,
} from '../../core/actions/chatPrompts.ts';
import { explaining } from '../../core/actions/explaining.ts';
import type { LoneAsk } from '../../core/agent/loneTurns.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import type { ContextChip, Draft } from '../../shared/views.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { type ActionTarget, chipOf, currentTarget, type FindEnclosing } from './actionTarget.ts';
import { assertTrusted } from './preconditions.ts';
import { readTerminalSelection } from './terminalSelection.ts';

export interface ChatActionParts {
  readonly folders: WorkspaceFolders;
  readonly connection: ConnectionProvider;
  readonly findEnclosing: FindEnclosing;
  /** Sends a message in a thread where nothing has been said yet, and shows it. */
  readonly ask: (draft: Draft, alone?: LoneAsk) => Promise<void>;
}

/** The file around a piece of code goes along up to this size: some 8,000 tokens. Characters. */
const maxFileCharacters = 20_000;

/** What is answered in the chat, as a turn like any other. */
export class ChatActions {
  private readonly parts: ChatActionParts;

  constructor(parts: ChatActionParts) {
    this.parts = parts;
  }

  async explain(): Promise<void> {
    const target = await this.target();
    await this.askAlone('/explain', target);
  }

  async explainProblem(): Promise<void> {
    const target = await this.target();
    if (target.problems.length === 0) {
      throw new UserError('No problem is reported at the cursor.');
    }
    await this.askAlone(explainProblemsText(target.problems), target);
  }

  async explainTerminal(): Promise<void> {
    const output = await readTerminalSelection();
    await this.parts.ask({ text: explainTerminalText(output), chips: [], images: [] });
  }

  async review(): Promise<void> {
    await this.askAgent('/review', await this.target());
  }

  async writeTests(): Promise<void> {
    assertTrusted('write tests');
    await this.askAgent('/tests', await this.target());
  }

  async refactor(): Promise<void> {
    assertTrusted('refactor code');
    const target = await this.target();
    const instruction = await inputFor(target, 'Refactor', 'What should be different?');
    if (instruction !== undefined) {
      await this.askAgent(refactorText(instruction), target);
    }
  }

  async askQuestion(): Promise<void> {
    const target = await this.target();
    const question = await inputFor(target, 'Ask', 'What do you want to know?');
    if (question !== undefined) {
      await this.askAgent(question, target);
    }
  }

  private target(): Promise<ActionTarget> {
    return currentTarget(this.parts.folders, this.parts.findEnclosing);
  }

  private askAgent(text: string, target: ActionTarget): Promise<void> {
    return this.parts.ask({ text, chips: [subjectChip(target)], images: [] });
  }

  /** With a model the answer can be kept; the offline responder looks things up by its tools. */
  private async askAlone(text: string, target: ActionTarget): Promise<void> {
    const { kind } = await this.parts.connection.current();
    if (kind === 'offline') {
      return this.askAgent(text, target);
    }
    const subject = subjectChip(target);
    const chips = subject.kind === 'file' ? [subject] : [subject, ...contextChips(target)];
    return this.parts.ask({ text, chips, images: [] }, explaining([target.path]));
  }
}

/** What is meant: the code itself, or the file where the cursor stands outside of everything. */
function subjectChip(target: ActionTarget): ContextChip {
  return target.isBareLine && target.problems.length === 0 ? fileChip(target) : chipOf(target);
}

function fileChip({ path }: Pick<ActionTarget, 'path'>): ContextChip {
  return { kind: 'file', label: nodePath.basename(path), path };
}

/** The file around the code, unless it is long or all of it is attached already. */
function contextChips({ document, path, lines }: ActionTarget): readonly ContextChip[] {
  const isWhole = lines.first === 0 && lines.last >= document.lineCount - 1;
  const isLong = document.getText().length > maxFileCharacters;
  return isWhole || isLong ? [] : [fileChip({ path })];
}

async function inputFor(
  target: ActionTarget,
  title: string,
  prompt: string,
): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: `${title}: ${subjectChip(target).label}`,
    prompt,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? 'Say what you want.' : undefined),
  });
  return text?.trim();
}

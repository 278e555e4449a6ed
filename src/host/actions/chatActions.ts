import nodePath from 'node:path';
import * as vscode from 'vscode';
import { CancelledError, UserError } from '../../base/errors.ts';
import { awaitUser } from '../../core/actions/actionTrace.ts';
import {
  explainProblemsText,
  explainTerminalText,
  refactorText,
} from '../../core/actions/chatPrompts.ts';
import { explaining } from '../../core/actions/explaining.ts';
import type { LoneAsk } from '../../core/agent/loneTurns.ts';
import { beginTurnTrace } from '../../core/agent/turnTrace.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { TraceScope } from '../../core/telemetry/traceScope.ts';
import type { Tracing } from '../../core/telemetry/tracing.ts';
import type { ContextChip, Draft } from '../../shared/views.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { type ActionTarget, chipOf, currentTarget, type FindEnclosing } from './actionTarget.ts';
import { assertTrusted } from './preconditions.ts';
import { readTerminalSelection } from './terminalSelection.ts';

export interface ChatActionParts {
  readonly folders: WorkspaceFolders;
  readonly connection: ConnectionProvider;
  readonly findEnclosing: FindEnclosing;
  readonly tracing: Tracing;
  /** Sends a message in a thread where nothing has been said yet, and shows it. */
  readonly ask: (draft: Draft, alone?: LoneAsk, trace?: TraceScope) => Promise<void>;
}

type Trace = TraceScope | undefined;

/** The file around a piece of code goes along up to this size: some 8,000 tokens. Characters. */
const maxFileCharacters = 20_000;

/** What is answered in the chat, as a turn like any other. */
export class ChatActions {
  private readonly parts: ChatActionParts;

  constructor(parts: ChatActionParts) {
    this.parts = parts;
  }

  explain(): Promise<void> {
    return this.traced(async (trace) => this.askAlone('/explain', await this.target(), trace));
  }

  explainProblem(): Promise<void> {
    return this.traced(async (trace) => {
      const target = await this.target();
      if (target.problems.length === 0) {
        throw new UserError('No problem is reported at the cursor.');
      }
      await this.askAlone(explainProblemsText(target.problems), target, trace);
    });
  }

  explainTerminal(): Promise<void> {
    return this.traced(async (trace) => {
      const text = explainTerminalText(await readTerminalSelection());
      await this.parts.ask({ text, chips: [], images: [] }, undefined, trace);
    });
  }

  review(): Promise<void> {
    return this.traced(async (trace) => this.askAgent('/review', await this.target(), trace));
  }

  writeTests(): Promise<void> {
    return this.traced(async (trace) => {
      assertTrusted('write tests');
      await this.askAgent('/tests', await this.target(), trace);
    });
  }

  refactor(): Promise<void> {
    return this.traced(async (trace) => {
      assertTrusted('refactor code');
      const target = await this.target();
      awaitUser(trace);
      const instruction = await inputFor(target, 'Refactor', 'What should be different?');
      await (instruction === undefined
        ? giveUp(trace)
        : this.askAgent(refactorText(instruction), target, trace));
    });
  }

  askQuestion(): Promise<void> {
    return this.traced(async (trace) => {
      const target = await this.target();
      awaitUser(trace);
      const question = await inputFor(target, 'Ask', 'What do you want to know?');
      await (question === undefined ? giveUp(trace) : this.askAgent(question, target, trace));
    });
  }

  /** The turn's trace begins with the command, and goes on with the turn once that has begun. */
  private async traced(work: (trace: Trace) => Promise<void>): Promise<void> {
    const trace = beginTurnTrace(this.parts.tracing);
    trace?.enter(operation.actionGather);
    try {
      await work(trace);
    } catch (error) {
      trace?.fail(error);
      trace?.end();
      throw error;
    }
  }

  private target(): Promise<ActionTarget> {
    return currentTarget(this.parts.folders, this.parts.findEnclosing);
  }

  private askAgent(text: string, target: ActionTarget, trace: Trace): Promise<void> {
    return this.parts.ask({ text, chips: [subjectChip(target)], images: [] }, undefined, trace);
  }

  /** With a model the answer can be kept; the offline responder looks things up by its tools. */
  private async askAlone(text: string, target: ActionTarget, trace: Trace): Promise<void> {
    const { kind } = await this.parts.connection.current();
    if (kind === 'offline') {
      return this.askAgent(text, target, trace);
    }
    const subject = subjectChip(target);
    const chips = subject.kind === 'file' ? [subject] : [subject, ...contextChips(target)];
    return this.parts.ask({ text, chips, images: [] }, explaining([target.path]), trace);
  }
}

/** The user left the question: there will be no turn. */
async function giveUp(trace: Trace): Promise<void> {
  trace?.fail(new CancelledError());
  trace?.end();
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

import type { ToolBlockChanges } from '../../shared/protocol.ts';
import type { AssistantMessageView, ThreadStatus, ToolBlockView } from '../../shared/views.ts';
import type { TurnCheckpoint } from '../checkpoint/turnCheckpoint.ts';
import type { UserChanges } from '../edit/review/userChanges.ts';
import type { Usage } from '../model/message.ts';
import type { BlockStart, ModelFailure } from '../model/request.ts';
import type { ToolResultRecord } from '../store/records.ts';
import type { FileEdit } from '../tools/fileEdit.ts';
import type { PreparedCall, ToolOutput } from '../tools/tool.ts';
import type { Answer, AnswerObserver } from './answer.ts';
import { toolUses } from './history.ts';
import type { TurnEnding } from './notices.ts';
import type { RoutedModel } from './shownModel.ts';
import type { ToolJournal } from './toolRunner.ts';
import type { TurnThread } from './turn.ts';
import { TurnEdits } from './turnEdits.ts';
import { type OpenAnswer, TurnRecords, type TurnRecordsParts } from './turnRecords.ts';
import { type GrowingBlock, TurnView, type TurnViewParts } from './turnView.ts';
import { blockViewId, finishedCard, inputText, usageView } from './views.ts';

/** How much a call's input must grow before its card says so again, characters. */
const inputReportStep = 2_000;

/** What a turn needs of the thread it belongs to and of the world. */
export interface LiveTurnParts extends TurnRecordsParts, TurnViewParts {
  readonly nameOf: (model: string) => string;
  readonly toolFailed: (toolName: string, error: Error) => void;
  readonly instructionsFor: (files: readonly string[]) => Promise<string>;
  readonly checkpoint: TurnCheckpoint;
  readonly userChanges?: Pick<UserChanges, 'edited'>;
  /** An answer has ended: tokens and cost have changed. */
  readonly spentMore: () => void;
}

/** One turn while it runs: what happens in it goes to the records and to the panel alike. */
export class LiveTurn implements TurnThread, ToolJournal {
  readonly turnId: string;
  readonly edits = new TurnEdits();
  private readonly parts: LiveTurnParts;
  private readonly records: TurnRecords;
  private readonly view: TurnView;
  private open: OpenAnswer | undefined;
  private chosen: RoutedModel | undefined;

  constructor(parts: LiveTurnParts) {
    this.turnId = parts.turnId;
    this.parts = parts;
    this.records = new TurnRecords(parts);
    this.view = new TurnView(parts);
  }

  get status(): ThreadStatus {
    return this.view.status;
  }

  /** The model that was chosen for the turn, where one was. */
  get routed(): RoutedModel | undefined {
    return this.chosen;
  }

  /** What this turn used so far, and its price where it is known. */
  get spent(): { readonly usage: Usage; readonly costUsd: number | undefined } {
    return this.records.spent;
  }

  /** The turn as it stands, for a panel that connects in the middle of it. */
  snapshot(): AssistantMessageView {
    return this.view.snapshot();
  }

  card(toolUseId: string): ToolBlockView | undefined {
    return this.view.card(toolUseId);
  }

  /** The turn waits for a summary of earlier messages. */
  summarizing(): void {
    this.view.setPhase('compacting');
  }

  beginAnswer(): AnswerObserver {
    this.view.setPhase('waiting');
    const open = this.records.open();
    this.open = open;
    const growing = new GrowingAnswer(open, this.records, this.view);
    return {
      routed: (model, reason) => {
        // Each request of the turn stays with it: the first one has the reason worth telling.
        if (this.chosen?.model !== model) {
          this.chosen = { model, reason };
          this.view.route(this.parts.nameOf(model), reason);
          this.parts.spentMore();
        }
      },
      started: (model) => {
        this.view.setPhase('waiting');
        this.view.setModel(this.parts.nameOf(model));
        this.records.started(open, model);
      },
      thinkingDropped: () => this.parts.history.dropThinking(),
      retrying: (delayMs, failure) => this.retrying(delayMs, failure),
      blockStarted: (index, block) => growing.blockStarted(index, block),
      textAppended: (index, kind, text) => growing.textAppended(index, kind, text),
      inputAppended: (index, json) => growing.inputAppended(index, json),
      blockEnded: (_, block) => {
        if (block.type === 'tool_use') {
          this.changed(block.id, { title: block.name, input: inputText(block.input) });
        }
      },
      usageChanged: () => undefined,
    };
  }

  endAnswer(answer: Answer): void {
    this.records.close(this.open ?? this.records.open(), answer);
    this.open = undefined;
    // A call that was cut off before it was whole is not run and not answered.
    const whole = new Set(toolUses(answer.content).map((use) => use.id));
    for (const toolUseId of this.view.pendingCalls()) {
      if (!whole.has(toolUseId)) {
        this.changed(toolUseId, { status: 'cancelled' });
      }
    }
    this.parts.spentMore();
  }

  /** Closes the turn: answers what was left open, keeps why it ended, and tells the panel. */
  end(ending: TurnEnding): void {
    for (const use of this.records.openCalls()) {
      this.ended({
        toolUseId: use.id,
        status: 'cancelled',
        title: this.view.card(use.id)?.title ?? use.name,
        content: 'Stopped before this call was run.',
        durationMs: 0,
        changedPaths: [],
      });
    }
    this.records.end(ending);
    this.parts.checkpoint.end(ending.state === 'stopped').catch(this.parts.saveFailed);
    const { usage, costUsd } = this.records.spent;
    this.view.end(ending, usageView(usage, costUsd));
  }

  changed(toolUseId: string, changes: ToolBlockChanges): void {
    this.view.changeCard(toolUseId, changes);
  }

  outputAppended(toolUseId: string, text: string): void {
    this.view.appendOutput(toolUseId, text);
  }

  ended(result: ToolResultRecord): void {
    this.records.addResult(result);
    this.changed(result.toolUseId, { ...finishedCard(result), approval: null });
  }

  beforeRun(prepared: PreparedCall): Promise<void> {
    return this.parts.checkpoint.beforeRun(prepared);
  }

  edited(edit: FileEdit): void {
    this.parts.checkpoint.edited(edit);
    this.edits.add(edit);
    const { userChanges, threadId, turnId } = this.parts;
    userChanges?.edited(edit.path, { threadId, turnId });
  }

  remarks(output: ToolOutput): Promise<string> {
    const files = [...(output.readPaths ?? []), ...(output.changedPaths ?? [])];
    return files.length === 0 ? Promise.resolve('') : this.parts.instructionsFor(files);
  }

  failed(toolName: string, error: Error): void {
    this.parts.toolFailed(toolName, error);
  }

  private retrying(delayMs: number, failure: ModelFailure): void {
    const retryAt = this.parts.clock.wallTime() + delayMs;
    this.view.setPhase('retrying', { detail: failure.message, retryAt });
  }
}

/** The blocks of one answer while they are written. */
class GrowingAnswer {
  private readonly open: OpenAnswer;
  private readonly records: TurnRecords;
  private readonly view: TurnView;
  private readonly blocks = new Map<number, GrowingBlock>();
  private readonly inputs = new Map<number, GrowingInput>();

  constructor(open: OpenAnswer, records: TurnRecords, view: TurnView) {
    this.open = open;
    this.records = records;
    this.view = view;
  }

  blockStarted(index: number, start: BlockStart): void {
    switch (start.type) {
      case 'tool_use':
        this.view.setPhase('answering', { detail: `Preparing ${start.name}` });
        this.inputs.set(index, { toolUseId: start.id, name: start.name, length: 0, reported: 0 });
        this.view.addCard(blockViewId(this.open.id, start.id), start.id, start.name);
        return;
      case 'text':
      case 'thinking':
        this.view.setPhase(start.type === 'thinking' ? 'thinking' : 'answering');
        this.blocks.set(index, {
          type: start.type,
          id: blockViewId(this.open.id, index),
          text: '',
        });
        return;
      default:
        // Redacted and unknown blocks have nothing to show.
        return;
    }
  }

  textAppended(index: number, kind: 'text' | 'thinking', text: string): void {
    const block = this.blocks.get(index);
    if (!block || text === '') {
      return;
    }
    if (block.text === '') {
      // Shown from its first text on, and with it: thinking blocks often stay empty to the end, and
      // what is appended to a block that has just been added waits for the next frame.
      block.text = text;
      this.view.add(block);
    } else {
      this.view.append(block, text);
    }
    this.records.appended(this.open, index, kind, text);
  }

  inputAppended(index: number, json: string): void {
    const input = this.inputs.get(index);
    if (!input) {
      return;
    }
    input.length += json.length;
    if (input.length - input.reported >= inputReportStep) {
      input.reported = input.length;
      const title = `${input.name}, ${Math.round(input.length / 1_000)} kB so far`;
      this.view.changeCard(input.toolUseId, { title });
    }
  }
}

interface GrowingInput {
  readonly toolUseId: string;
  readonly name: string;
  length: number;
  reported: number;
}

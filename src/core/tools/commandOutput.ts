import { TextDecoder } from 'node:util';
import { toError } from '../../base/errors.ts';
import { headOf, joinAroundGap, keptIn, tailOf } from './outputCap.ts';
import { TerminalText } from './terminalText.ts';
import type { SpillFile, SpillStore } from './tool.ts';

/** The start of an output that is told: what was run and how it began. */
const headCharacters = 10_000;
/** The end that is told: results and errors come last. With the head it fits the limit for results. */
const tailCharacters = 20_000;
/** The tail is cut back when it has grown to this many times its size: rarely, so at little cost. */
const tailSlack = 4;

/**
 * Keeps the output of a command: its head and tail in memory, all of it in a file as soon as it is
 * more than these. Takes any amount, lines of any length, and characters split over pieces.
 */
export class CommandOutput {
  private readonly spill: SpillStore;
  private readonly decoder = new TextDecoder();
  private readonly terminal = new TerminalText();
  private head = '';
  private tail = '';
  private length = 0;
  private file: SpillFile | undefined;
  private isKept = false;
  private unwritten = '';
  private writing: Promise<void> | undefined;
  private spillFailure: Error | undefined;
  /** Characters handed to the file and not yet written: the sign to slow the command down. */
  pendingCharacters = 0;

  constructor(spill: SpillStore) {
    this.spill = spill;
  }

  /** Takes bytes as they come; the answer is the plain text that they add. */
  take(bytes: Uint8Array): string {
    const text = this.terminal.take(this.decoder.decode(bytes, { stream: true }));
    this.add(text);
    return text;
  }

  /** Resolves when all that was taken so far is written. */
  async settled(): Promise<void> {
    await this.writing;
  }

  /** Ends the output and closes its file. The answer is what the model is told. */
  async finish(): Promise<string> {
    this.add(this.terminal.take(this.decoder.decode()));
    await this.writing;
    await this.file?.close().catch((error: unknown) => {
      this.spillFailure ??= toError(error);
    });
    if (this.length <= this.limit) {
      return this.head + this.tail;
    }
    const head = headOf(this.head, headCharacters);
    const tail = tailOf(this.tail, tailCharacters);
    return joinAroundGap(head, tail, this.length - head.length - tail.length, this.whereabouts());
  }

  private get limit(): number {
    return headCharacters + tailCharacters;
  }

  private add(text: string): void {
    if (text === '') {
      return;
    }
    this.length += text.length;
    const room = Math.max(0, headCharacters - this.head.length);
    this.head += text.slice(0, room);
    this.tail += text.slice(room);
    if (this.length > this.limit) {
      this.keep(text);
    }
    if (this.tail.length > tailSlack * tailCharacters) {
      this.tail = this.tail.slice(-tailCharacters);
    }
  }

  /** Hands the text to the file: the first time with all that came before it. */
  private keep(text: string): void {
    if (this.spillFailure) {
      return;
    }
    const piece = this.isKept ? text : this.head + this.tail;
    this.isKept = true;
    this.unwritten += piece;
    this.pendingCharacters += piece.length;
    this.writing ??= this.write();
  }

  /** Writes until nothing is left: what comes meanwhile goes in one piece, however small its parts. */
  private async write(): Promise<void> {
    while (this.unwritten !== '') {
      const piece = this.unwritten;
      this.unwritten = '';
      try {
        this.file ??= await this.spill.create('command');
        await this.file.write(piece);
      } catch (error) {
        // A full disk must not end the command: the head and the tail are still told.
        this.spillFailure = toError(error);
        this.unwritten = '';
      }
      this.pendingCharacters = this.unwritten.length;
    }
    this.writing = undefined;
  }

  private whereabouts(): string {
    const { file } = this;
    if (this.spillFailure || !file) {
      return `They could not be kept: ${this.spillFailure?.message ?? 'no file'}.`;
    }
    return file.isFull
      ? `As much as fits is in ${file.path}: read_file reads it in ranges.`
      : keptIn(file.path);
  }
}

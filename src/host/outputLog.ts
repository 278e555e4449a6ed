import * as vscode from 'vscode';
import { toError } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { redact } from './redact.ts';

const channelName = 'Slipstream';
/** More than anyone disables and enables an extension in one window. */
const maxChannels = 20;

/**
 * The log in VS Code's Output view, made when there is first something to say. What looks like a
 * credential is removed; content of files, prompts and answers must not be passed in at all.
 */
export class OutputLog implements Disposable {
  private channel: vscode.LogOutputChannel | undefined;
  private channelCount = 0;
  private isDisposed = false;

  debug(message: string): void {
    this.use((channel) => channel.debug(redact(message)));
  }

  info(message: string): void {
    this.use((channel) => channel.info(redact(message)));
  }

  warn(message: string): void {
    this.use((channel) => channel.warn(redact(message)));
  }

  /** @param context What was being done, for example "Reading the model catalogue". */
  error(context: string, error: unknown): void {
    this.use((channel) => channel.error(redact(`${context}: ${describe(error)}`)));
  }

  show(): void {
    this.use((channel) => channel.show(true));
  }

  dispose(): void {
    this.isDisposed = true;
    this.channel?.dispose();
    this.channel = undefined;
  }

  /**
   * A channel that was disposed while VS Code was still making it is what VS Code hands out under its
   * name from then on, and using it throws. After the extension was disabled and enabled again the
   * log may therefore need another name.
   */
  private use(work: (channel: vscode.LogOutputChannel) => void): void {
    while (!this.isDisposed && this.channelCount <= maxChannels) {
      this.channel ??= this.create();
      try {
        work(this.channel);
        return;
      } catch {
        // It is closed. Nobody can be told by way of a log that does not work.
        this.channel = undefined;
      }
    }
  }

  private create(): vscode.LogOutputChannel {
    this.channelCount += 1;
    const name = this.channelCount === 1 ? channelName : `${channelName} (${this.channelCount})`;
    return vscode.window.createOutputChannel(name, { log: true });
  }
}

/** The error with its stack and its causes. */
function describe(thrown: unknown): string {
  const error = toError(thrown);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\nCaused by: ${describe(error.cause)}`;
}

import * as vscode from 'vscode';
import { isCancellation, UserError } from '../base/errors.ts';
import type { OutputLog } from './outputLog.ts';

const showLogLabel = 'Show log';

/** Messages to the user. None waits to be closed: what goes on does not depend on it. */
export class Notifications {
  private readonly log: OutputLog;

  constructor(log: OutputLog) {
    this.log = log;
  }

  info(message: string): void {
    this.watch(vscode.window.showInformationMessage(message));
  }

  warn(message: string): void {
    this.watch(vscode.window.showWarningMessage(message));
  }

  /** Warns, with a button that does something about it. */
  offer(message: string, label: string, run: () => Promise<void>): void {
    const answer = async (): Promise<void> => {
      if ((await vscode.window.showWarningMessage(message, label)) === label) {
        await run();
      }
    };
    this.watch(answer());
  }

  /**
   * Tells of a failure: a `UserError` in its own words, anything else in general ones with the way to
   * the log. Says nothing where the user cancelled.
   * @param context What was being done, for the log.
   */
  report(context: string, error: unknown): void {
    if (isCancellation(error)) {
      return;
    }
    if (error instanceof UserError) {
      this.log.warn(`${context}: ${error.message}`);
      this.watch(vscode.window.showErrorMessage(error.message));
      return;
    }
    this.log.error(context, error);
    this.watch(this.offerLog());
  }

  private async offerLog(): Promise<void> {
    const chosen = await vscode.window.showErrorMessage(
      'Something went wrong in Slipstream. Its log says what.',
      showLogLabel,
    );
    if (chosen === showLogLabel) {
      this.log.show();
    }
  }

  private watch(shown: Thenable<unknown>): void {
    shown.then(undefined, (error: unknown) => {
      this.log.error('Showing a message', error);
    });
  }
}

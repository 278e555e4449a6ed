import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { replaced } from './stubs.ts';

/** A question of VS Code's own, and what the user of a test does about it. */
export interface DialogStep {
  /** The title of an input box or a pick, or what a dialog asks. */
  readonly asks: RegExp;
  /** A text, the end of an entry, or a button; undefined gives up. */
  readonly answer: string | undefined;
  /** What stands beside it in a dialog, or why an input box does not take the text. */
  readonly says?: RegExp;
}

interface Asked {
  readonly title: string;
  /** What a dialog says besides its question. */
  readonly detail?: string;
  /** Why a text is not taken. */
  readonly refuses?: (text: string) => Promise<string | undefined>;
}

type ModalDialog = (
  message: string,
  options: vscode.MessageOptions | string | undefined,
  ...items: readonly unknown[]
) => Thenable<unknown>;

/**
 * Does `work` while a user answers, in this order, all that VS Code asks. A question that nobody
 * foresees, and one that does not come, is a failure; notifications, which wait for nobody, pass.
 * Answers with the entries of the last pick.
 */
export async function throughDialogs(
  steps: readonly DialogStep[],
  work: () => Promise<void>,
): Promise<readonly string[]> {
  const left = [...steps];
  let entries: readonly string[] = [];
  const stubs = [
    replaced(vscode.window, 'showInputBox', async (options = {}) => {
      const refuses = async (text: string) => problemOf(await options.validateInput?.(text));
      return next(left, { title: options.title ?? '', refuses });
    }),
    replaced(vscode.window, 'showQuickPick', async (items: unknown, options: unknown) => {
      const offered = await (items as Entries);
      entries = offered.map(({ label }) => label);
      return pick(left, offered, options as vscode.QuickPickOptions);
    }),
    ...(['showWarningMessage', 'showInformationMessage'] as const).map((name) => {
      const pass: ModalDialog = vscode.window[name];
      return replaced(vscode.window, name, (async (message, options, ...items) =>
        typeof options === 'object' && options?.modal
          ? next(left, { title: message, detail: options.detail ?? '' })
          : pass(message, options, ...items)) satisfies ModalDialog as never);
    }),
  ];
  try {
    await work();
  } finally {
    for (const stub of stubs) {
      stub.dispose();
    }
  }
  assert.deepEqual(left, [], 'These questions did not come.');
  return entries;
}

type Entries = Thenable<readonly vscode.QuickPickItem[]>;

/** `never`, because each overload of what is replaced gives something else. */
async function pick(
  left: DialogStep[],
  items: readonly vscode.QuickPickItem[],
  { title = '' }: vscode.QuickPickOptions,
): Promise<never> {
  const answer = await next(left, { title });
  const picked = items.find(({ label }) => answer !== undefined && label.endsWith(answer));
  assert.ok(picked || answer === undefined, `There is no entry “${answer}”.`);
  return picked as never;
}

async function next(left: DialogStep[], asked: Asked): Promise<string | undefined> {
  const step = left.shift();
  assert.ok(step, `Nobody foresaw the question “${asked.title}”.`);
  assert.match(asked.title, step.asks);
  if (step.says && asked.detail !== undefined) {
    assert.match(asked.detail, step.says);
  }
  const problem = step.answer === undefined ? undefined : await asked.refuses?.(step.answer);
  if (problem === undefined) {
    return step.answer;
  }
  // The box stays open, as VS Code's does, with the reason below it.
  assert.match(problem, step.says ?? /^$/);
  return next(left, asked);
}

function problemOf(
  problem: string | vscode.InputBoxValidationMessage | null | undefined,
): string | undefined {
  return typeof problem === 'object' ? problem?.message : problem;
}

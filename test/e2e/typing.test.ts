import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keysOf, seededRandom, type TypedHunk, type TypedKey } from '../support/editingSessions.ts';
import { MessagesServer } from '../support/messagesServer.ts';
import { text } from '../support/messagesServerScript.ts';
import { answerOf, takeHunks } from '../support/typedReplay.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { focusEditor } from './support/editorPane.ts';
import {
  forgetDrawn,
  judgeGhostText,
  readDrawn,
  watchGhostText,
} from './support/ghostTextWatch.ts';
import type { Workbench } from './support/workbenchPage.ts';

/** Some two minutes of typing at a person's rhythm, on which the engine's waits depend. */
const keyCount = 400;
/** Every so-manieth change, so that they are of many files. */
const stride = 25;
/** Of the keys these are wrong ones, which are taken back. */
const typoShare = 0.03;
const typo = 'q';

/** All that VS Code itself would do to what is typed is off: the text is to be that of the history. */
const verbatim = {
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoClosingComments': 'never',
  'editor.autoIndent': 'none',
  'editor.formatOnType': false,
  'editor.acceptSuggestionOnEnter': 'off',
  'editor.acceptSuggestionOnCommitCharacter': false,
  'files.trimTrailingWhitespace': false,
};

describe('Ghost text while one types as people do', () => {
  let server: MessagesServer;
  let editor: Editor;
  let workbench: Workbench;
  /** What is still to be typed where the cursor is; undefined while a wrong key stands there. */
  let rest: string | undefined;
  /** The same after each key that was pressed. */
  const rests: (string | undefined)[] = [];
  const random = seededRandom(1);

  before(async () => {
    server = await MessagesServer.start();
    editor = await startEditor({
      env: { ANTHROPIC_BASE_URL: server.endpoint, ANTHROPIC_API_KEY: server.apiKey },
      settings: { 'slipstream.endpointKind': 'anthropic', ...verbatim },
    });
    workbench = await editor.open();
    await watchGhostText(workbench.page);
  });

  after(async () => {
    await editor?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    rests.length = 0;
    server.reset();
    const words = seededRandom(7);
    // Right for some words, and then wrong.
    server.respond(() => text(`<fill>${answerOf('partly', rest ?? '', words)}</fill>`));
    await forgetDrawn(workbench.page);
  });

  it('does not flicker, shows nothing wrong twice, and asks seldom', async () => {
    const hunks = takeHunks(keyCount * stride).filter((_, index) => index % stride === 0);
    for (const [index, hunk] of hunks.entries()) {
      await typeHunk(hunk, `typed/${index}/${basename(hunk.path)}`);
    }
    const { shown, shownRight, flickers, wrongTwice } = judgeGhostText(
      await readDrawn(workbench.page),
      rests,
    );
    const requests = server.messageRequests.length;
    const figures = `${rests.length} keys, ${requests} requests, ${shown} shown, ${shownRight} right`;
    assert.deepEqual(flickers, [], figures);
    assert.deepEqual(wrongTwice, [], figures);
    assert.ok(requests < rests.length / 5, figures);
    assert.ok(shownRight > rests.length / 3, figures);
    assert.equal(server.messageRequests.filter(({ status }) => status === 400).length, 0);
  });

  /** Types a change into a file as it was before, and saves it. */
  async function typeHunk(hunk: TypedHunk, name: string): Promise<void> {
    const { page } = workbench;
    const file = join(workbench.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, hunk.before + hunk.after);
    await workbench.openFile(name);
    await focusEditor(workbench);
    await page.keyboard.press('ControlOrMeta+Home');
    // Changes are of whole lines.
    for (let line = hunk.before.split('\n').length; line > 1; line -= 1) {
      await page.keyboard.press('ArrowDown');
    }
    for (const [index, key] of keysOf(hunk, random).entries()) {
      await pressKey(key, hunk.typed.slice(index));
    }
    await saved(file, hunk.before + hunk.typed + hunk.after);
    await workbench.runCommand('View: Close All Editors');
  }

  /** @param left What is to be typed, this key included. */
  async function pressKey({ text: key, afterMs }: TypedKey, left: string): Promise<void> {
    if (random() < typoShare && key !== '\n') {
      await press(typo, undefined, afterMs);
      await press('Backspace', left, afterMs);
    }
    await press(key === '\n' ? 'Enter' : key, left.slice(key.length), afterMs);
  }

  async function press(key: string, left: string | undefined, afterMs: number): Promise<void> {
    const { keyboard } = workbench.page;
    await sleep(afterMs);
    rest = left;
    rests.push(left);
    await (key.length === 1 ? keyboard.type(key) : keyboard.press(key));
  }

  async function saved(file: string, content: string): Promise<void> {
    await workbench.page.keyboard.press('ControlOrMeta+KeyS');
    for (let tries = 0; tries < 50 && readFileSync(file, 'utf8') !== content; tries += 1) {
      await sleep(100);
    }
    assert.equal(readFileSync(file, 'utf8'), content);
  }
});

/**
 * The same typing for our engine and for GitHub Copilot's, which is on npm as a library, each with its
 * real prompts and shaping, in real time: requests for 200 keys, what is shown before the next one, and
 * what both cost. Then requests for a line of its own each in a file of 2,000 lines with 15 others open.
 * The models answer at once, in this process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureChatLib } from '../../scripts/lib/ensureChatLib.mjs';
import { systemClock } from '../../src/base/clock.ts';
import { PromptPreparation } from '../../src/core/completion/promptPreparation.ts';
import type { ModelGateway } from '../../src/core/model/request.ts';
import { changeBetween } from '../../src/core/syntax/textChange.ts';
import { ChatLib, type OpenFile } from '../support/chatLib.ts';
import { keysOf, seededRandom } from '../support/editingSessions.ts';
import { FakeEditor } from '../support/fakeEditor.ts';
import { repositoryDir } from '../support/paths.ts';
import {
  answerOf,
  isRight,
  type ReplayModel,
  replayModels,
  takeHunks,
} from '../support/typedReplay.ts';
import { TypedText } from '../support/typedText.ts';
import { answerInWords, createWholeCompletions } from '../support/wholeCompletions.ts';
import { percentile, printReport, rounded } from './support.ts';

const keyCount = 200;
const lines = 2_000;
const openFiles = 15;
const coldRequests = 60;

interface Client {
  requests(): number;
  /** A document has this text now, and nothing is asked about it yet. */
  tell(editor: FakeEditor): void;
  /** Resolves with what is shown after a key, if anything. */
  key(editor: FakeEditor, signal: AbortSignal): Promise<string | undefined>;
  dispose(): void;
}

type CreateClient = (answer: () => string, others?: readonly OpenFile[]) => Promise<Client>;

const manifest = await ensureChatLib();
const slipstream = await measure(createOurs);
const copilot = manifest ? await measure(createCopilot(manifest)) : 'could not be fetched';
printReport('completionPeer', {
  keys: keyCount,
  slipstream,
  copilot,
  ...(typeof copilot === 'string' ? {} : { ratio: ratios(slipstream, copilot) }),
});
// The library leaves timers behind.
process.exit();

async function measure(create: CreateClient) {
  const cold = await measureCold(create);
  const figures: Partial<Record<ReplayModel, Replayed>> = {};
  for (const model of replayModels) {
    figures[model] = await replay(create, model);
  }
  return { cold, ...figures };
}

type Measured = Awaited<ReturnType<typeof measure>>;
type Replayed = Awaited<ReturnType<typeof replay>>;

/** Ours against the peer's. */
function ratios(ours: Measured, peers: Measured) {
  const of = (mine: number | undefined, others: number | undefined): number =>
    rounded((mine ?? Number.NaN) / (others ?? Number.NaN));
  return {
    coldCpu: of(ours.cold.cpuMs.p50, peers.cold.cpuMs.p50),
    ...Object.fromEntries(
      replayModels.map((model) => [
        model,
        {
          requests: of(ours[model]?.requests, peers[model]?.requests),
          cpu: of(ours[model]?.cpuMs, peers[model]?.cpuMs),
          reuse: of(ours[model]?.reuseMs.p50, peers[model]?.reuseMs.p50),
        },
      ]),
    ),
  };
}

async function replay(create: CreateClient, model: ReplayModel) {
  const random = seededRandom(1);
  const counts = { keys: 0, shown: 0, shownRight: 0, reused: 0 };
  /** Of keys for which nothing had to be asked, milliseconds from the key to the answer. */
  const reuseMs: number[] = [];
  let rest = '';
  const client = await create(() => answerOf(model, rest, random));
  // What loads with the first completion is not what is measured here.
  await client.key(
    new FakeEditor('const first = 1;\nconst second = ¦'),
    new AbortController().signal,
  );
  const early = client.requests();
  const before = process.cpuUsage();
  for (const hunk of takeHunks(keyCount * 3)) {
    const text = new TypedText(hunk);
    const keys = keysOf(hunk, random).slice(0, keyCount - counts.keys);
    for (const [index, key] of keys.entries()) {
      text.press(key.text);
      ({ rest } = text);
      const controller = new AbortController();
      const asked = client.requests();
      const start = performance.now();
      let offer: string | undefined;
      const coming = client.key(text.editor, controller.signal).then((found) => {
        offer = found;
        if (found !== undefined && client.requests() === asked) {
          counts.reused += 1;
          reuseMs.push(performance.now() - start);
        }
      });
      await sleep(keys[index + 1]?.afterMs ?? 1_000);
      const shown = offer;
      controller.abort();
      await coming;
      counts.keys += 1;
      counts.shown += shown === undefined ? 0 : 1;
      counts.shownRight += shown !== undefined && isRight(shown, rest) ? 1 : 0;
    }
  }
  const { user, system } = process.cpuUsage(before);
  const requests = client.requests() - early;
  client.dispose();
  const cpuMs = rounded((user + system) / 1_000);
  return { requests, ...counts, cpuMs, reuseMs: spread(reuseMs) };
}

/** One line after the other in a long file, each asked about once and taken out again. */
async function measureCold(create: CreateClient) {
  const all = sources();
  const others = all.slice(-openFiles);
  const text = all
    .map((one) => one.text)
    .join('\n')
    .split('\n')
    .slice(0, lines);
  const client = await create(() => 'one.value);', others);
  const cpuMs: number[] = [];
  for (let round = 0; round < coldRequests + openFiles; round += 1) {
    const at = (round * 97) % (lines - 100);
    const editor = new FakeEditor(
      [...text.slice(0, at), '  const value = other.map(¦', ...text.slice(at)].join('\n'),
      'long.ts',
    );
    client.tell(new FakeEditor(`${text.join('\n')}¦`, 'long.ts'));
    const before = process.cpuUsage();
    await client.key(editor, new AbortController().signal);
    const { user, system } = process.cpuUsage(before);
    // The first ones read the open files.
    if (round >= openFiles) {
      cpuMs.push((user + system) / 1_000);
    }
  }
  client.dispose();
  return { cpuMs: spread(cpuMs) };
}

function sources(): readonly OpenFile[] {
  const folder = join(repositoryDir, 'src/core');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}

/** As the host has it: what a prompt takes is gathered between the key and the editor's question. */
async function createOurs(answer: () => string, others: readonly OpenFile[] = []): Promise<Client> {
  let requests = 0;
  const gateway: ModelGateway = {
    stream: async function* () {
      requests += 1;
      yield* answerInWords(answer());
    },
  };
  const { engine, prompts, syntax, dispose } = await createWholeCompletions({
    clock: systemClock,
    gateway,
    folder: repositoryDir,
    nearby: others.map(({ path, text }) => ({
      documentId: `file://${path}`,
      path,
      languageId: 'typescript',
      version: 1,
      text: () => text,
    })),
  });
  const onInternalError = (error: unknown): never => {
    throw error;
  };
  const preparation = new PromptPreparation({
    clock: systemClock,
    prompts,
    engine,
    syntax,
    onInternalError,
  });
  let known = { id: '', text: '' };
  /** The editor tells of each change as it is made. */
  const tell = (editor: FakeEditor): void => {
    const { document, text } = editor;
    const change = document.id === known.id ? changeBetween(known.text, text) : undefined;
    known = { id: document.id, text };
    if (change) {
      syntax.changed(document.id, [change]);
    }
  };
  return {
    requests: () => requests,
    tell,
    key: async (editor, signal) => {
      tell(editor);
      engine.typed();
      const spot = editor.spot();
      preparation.typed(() => spot, false);
      engine.moved(spot);
      return (await engine.complete({ spot, trigger: 'automatic', signal }))[0]?.text;
    },
    dispose: () => {
      preparation.dispose();
      dispose();
    },
  };
}

function createCopilot(from: string): CreateClient {
  return async (answer, others) => {
    const library = new ChatLib(from, async () => answer(), others);
    return {
      requests: () => library.requests,
      tell: (editor) => library.tell(editor.spot().place),
      key: (editor, signal) => library.complete(editor.spot().place, signal),
      // Only with the last one, which comes with the end of the process.
      dispose: () => undefined,
    };
  };
}

function spread(times: readonly number[]) {
  const at = (percent: number): number => rounded(percentile(times, percent));
  return { p50: at(50), p95: at(95), p99: at(99) };
}

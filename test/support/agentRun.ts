/**
 * A long run of the agent against the strict server: every turn thinks, searches, reads, edits and
 * answers, with the real thread service, store, gateway, budget, queue, tools and sockets. What is sent is then sent once
 * more as a naive client would, without a word on caching, to compare what both cost.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { ResourceManager } from '../../src/base/lifecycle.ts';
import { EditMatcher } from '../../src/core/edit/editMatcher.ts';
import { Budget } from '../../src/core/model/budget/budget.ts';
import { type Catalogue, costUsd, loadCatalogue } from '../../src/core/model/catalogue.ts';
import { createGateway, type Gateway } from '../../src/core/model/gateway.ts';
import { addUsage, noUsage, type Usage } from '../../src/core/model/message.ts';
import { RequestLog } from '../../src/core/model/requestLog.ts';
import { RequestScheduler } from '../../src/core/model/schedule/requestScheduler.ts';
import { ThreadPrompts } from '../../src/core/model/threadPrompts.ts';
import type { SettingValues } from '../../src/core/settings.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import type { ThreadStore } from '../../src/core/store/records.ts';
import { UsageLedger } from '../../src/core/store/usageLedger.ts';
import type { Telemetry } from '../../src/core/telemetry/telemetry.ts';
import { DiskSpillStore } from '../../src/core/tools/spillStore.ts';
import { createStandardTools } from '../../src/core/tools/standardTools.ts';
import { createAgentHarness, draft, gate } from './agentHarness.ts';
import { DiskWorkspace } from './diskWorkspace.ts';
import { MessagesServer } from './messagesServer.ts';
import type { RequestRecord } from './messagesServerHttp.ts';
import { type ScriptBlock, text, thinking, toolUse } from './messagesServerScript.ts';
import { createTemporaryFolder } from './temporaryFolder.ts';

const modelId = 'claude-sonnet-5-5';
const fileCount = 12;

export interface AgentRunOptions {
  readonly turns: number;
  /** How long the user takes before this turn, milliseconds; none passes otherwise. */
  readonly pauseMs?: (turn: number) => number;
  readonly lifetime?: SettingValues['promptCache.lifetime'];
  /** Length of each file that is read, lines. */
  readonly fileLines?: number;
  /** Measures the run; the caller disposes of it. */
  readonly telemetry?: Telemetry;
  /** Leaves out the naive client. */
  readonly isAlone?: boolean;
}

export interface AgentRunReport {
  readonly requests: number;
  readonly rejected: number;
  /** Requests whose prompt did not begin with all of the one before, cache markers aside. */
  readonly unstable: number;
  readonly promptTokens: number;
  /** Of all prompt tokens, those that came from the provider's cache: 0 to 1. */
  readonly readShare: number;
  readonly costUsd: number;
  /** The same as the ledger of calls counted it. */
  readonly ledgerCostUsd: number;
  readonly naiveCostUsd: number;
  /** What was noted about the provider's cache, in the order of the requests. */
  readonly notes: readonly string[];
}

export async function runAgent(options: AgentRunOptions): Promise<AgentRunReport> {
  const folder = createTemporaryFolder('agent-run');
  const time = new ShiftedClock();
  const server = await MessagesServer.start({ now: () => time.wallTime() });
  const resources = new ResourceManager('agent run');
  try {
    writeFiles(folder.path, options.fileLines ?? 60);
    const path = await openPath(resources, folder.path, server, time, options.telemetry);
    const ask = openThread({ ...path, folder: folder.path, clock: time, options });
    for (let turn = 0; turn < options.turns; turn += 1) {
      time.shiftMs += options.pauseMs?.(turn) ?? 0;
      server.reply(...answersOf(turn));
      await ask(`Step ${turn}: look at what depends on it, change it, and say what you did.`);
    }
    const requests = [...server.messageRequests];
    const naive = options.isAlone ? noUsage : await sendNaively(server, requests);
    return await report(requests, path, naive);
  } finally {
    resources.dispose();
    await server.stop();
    folder.dispose();
  }
}

async function report(
  requests: readonly RequestRecord[],
  { log, ledger }: ModelPath,
  naive: Usage,
): Promise<AgentRunReport> {
  const usage = log.all().reduce((sum, record) => addUsage(sum, record.usage ?? noUsage), noUsage);
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const catalogue = await loadCatalogue();
  const month = ledger.totals().filter(({ period }) => period === 'month');
  return {
    requests: requests.length,
    rejected: requests.filter(({ status }) => status !== 200).length,
    unstable: countUnstable(requests),
    promptTokens,
    readShare: usage.cacheReadTokens / promptTokens,
    costUsd: log.all().reduce((sum, record) => sum + priceOf(record.usage, catalogue), 0),
    ledgerCostUsd: month.reduce((sum, row) => sum + row.usd, 0),
    naiveCostUsd: priceOf({ ...naive, outputTokens: usage.outputTokens }, catalogue),
    notes: log
      .all()
      .flatMap(({ decisions }) => decisions)
      .filter(({ by }) => by === 'promptCache')
      .map((decision) => decision.text),
  };
}

interface ModelPath {
  readonly gateway: Gateway;
  readonly log: RequestLog;
  readonly ledger: UsageLedger;
  readonly store: ThreadStore;
}

/** The path to the model with its budget and queue, and the store that the threads are kept in. */
async function openPath(
  resources: ResourceManager,
  folder: string,
  server: MessagesServer,
  clock: Clock,
  telemetry: Telemetry | undefined,
): Promise<ModelPath> {
  const { store, connection } = await openThreadStore({ path: path.join(folder, '.store'), clock });
  resources.add(store);
  const ledger = resources.add(
    new UsageLedger({
      connection,
      clock,
      workspace: () => folder,
      newId: randomUUID,
      onUnsaved: (error) => assert.fail(String(error)),
    }),
  );
  const catalogue = await loadCatalogue();
  const budget = resources.add(
    new Budget({
      ledger,
      clock,
      limits: () => [],
      warnAtPercent: () => 80,
      pricing: async () => (usage, model) => costUsd(usage, catalogue.pricesOf(model)),
      countPrompt: () => 1_000,
    }),
  );
  const log = resources.add(new RequestLog());
  const { endpoint, apiKey } = server;
  const scheduler = resources.add(new RequestScheduler({ clock, maxConcurrent: () => 4 }));
  const gateway = createGateway({
    connection: { current: async () => ({ kind: 'anthropic', endpoint, apiKey }) },
    offline: () => assert.fail('This gateway is never offline.'),
    clock,
    version: '0.0.0',
    log,
    ...(telemetry ? { tracer: telemetry.tracer } : {}),
    budget,
    schedule: { scheduler, laneOf: async () => endpoint },
    prompts: resources.add(new ThreadPrompts()),
    onInternalError: (error) => assert.fail(String(error)),
  });
  return { gateway: resources.add(gateway), log, ledger, store };
}

/** The machine's time, and what a test lets pass besides. */
class ShiftedClock implements Clock {
  shiftMs = 0;
  readonly now = systemClock.now;
  readonly setTimeout = systemClock.setTimeout;

  wallTime(): number {
    return systemClock.wallTime() + this.shiftMs;
  }
}

interface ThreadOptions {
  readonly folder: string;
  readonly gateway: Gateway;
  readonly store: ThreadStore;
  readonly clock: Clock;
  readonly options: AgentRunOptions;
}

/** A thread that is asked something and resolves when its turn has ended well. */
function openThread({ folder, gateway, store, clock, options }: ThreadOptions) {
  const workspace = new DiskWorkspace(folder);
  const spill = new DiskSpillStore({ folder: path.join(folder, '.spill') });
  const registry = createStandardTools({ environment: process.env });
  let ended = gate();
  let state = '';
  const harness = createAgentHarness({
    store,
    workspace,
    parts: {
      gateway,
      clock,
      ...(options.telemetry ? { tracing: options.telemetry } : {}),
      tools: registry.bind({
        workspace,
        matcher: new EditMatcher({ matching: () => 'exact' }),
        spill,
        commandTimeoutMs: 60_000,
      }),
      toolDefinitions: () => registry.definitions({ isTrusted: true }),
      model: async () => ({ id: modelId, name: 'Sonnet', contextWindow: 1_000_000 }),
      promptCacheSetting: () => options.lifetime ?? 'auto',
      policy: { noGrants: [], judge: () => ({ kind: 'allow' }), grant: (grants) => grants },
      emit: (event) => {
        if (event.type === 'turn/ended') {
          state = `${event.state} ${event.notice?.text ?? ''}`;
          ended.open();
        }
      },
    },
  });
  return async (message: string): Promise<void> => {
    ended = gate();
    await harness.service.send('t', draft(message));
    await ended.opened;
    assert.deepEqual(harness.troubles, []);
    assert.equal(state.trim(), 'done', message);
  };
}

function fileName(index: number): string {
  return `part${index % fileCount}.ts`;
}

function writeFiles(folder: string, fileLines: number): void {
  for (let file = 0; file < fileCount; file += 1) {
    const lines = Array.from(
      { length: fileLines },
      (_, line) => `export const value${file}_${line} = compute(${file}, ${line});`,
    );
    const content = `${lines.join('\n')}\nexport const step${file} = 'never';\n`;
    writeFileSync(path.join(folder, fileName(file)), content);
  }
}

/** One turn: a search, two reads at a time, an edit, and, now and then, a look at more than that. */
function answersOf(turn: number): ScriptBlock[][] {
  const file = turn % fileCount;
  const before = turn < fileCount ? 'never' : `turn ${turn - fileCount}`;
  const edit = {
    old_text: `step${file} = '${before}'`,
    new_text: `step${file} = 'turn ${turn}'`,
  };
  const read = (index: number): ScriptBlock => toolUse('read_file', { path: fileName(index) });
  // More blocks than a marker looks back over: text and calls in turns.
  const wide = Array.from({ length: 12 }, (_, at) => [
    text(`Part ${at} of step ${turn} may matter as well.`),
    toolUse('search', { pattern: `value${at}_${turn}\\b` }),
  ]).flat();
  return [
    [thinking(`Step ${turn}: first find it.`), toolUse('search', { pattern: `step${file}` })],
    [thinking('Now read it and its neighbour.'), read(file), read(file + 1)],
    ...(turn % 5 === 4 ? [[thinking('This touches everything.'), ...wide]] : []),
    [thinking('Change it.'), toolUse('edit_file', { path: fileName(file), edits: [edit] })],
    [thinking('That is all.'), text(`Step ${turn} is done: \`step${file}\` has its new value.`)],
  ];
}

/** The part of a prompt that a cache sees, in its order and without markers, as bytes. */
function rendered({ body }: RequestRecord): string {
  const messages = (body?.['messages'] ?? []) as unknown[];
  const parts = [body?.['tools'], body?.['system'], ...messages];
  return parts.map((part) => JSON.stringify(part, withoutMarkers)).join('\n');
}

function withoutMarkers(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value;
}

function countUnstable(requests: readonly RequestRecord[]): number {
  const isStable = (now: RequestRecord, before: RequestRecord): boolean =>
    rendered(now).startsWith(rendered(before)) &&
    ['model', 'thinking', 'output_config'].every(
      (field) => JSON.stringify(now.body?.[field]) === JSON.stringify(before.body?.[field]),
    );
  return requests.filter((request, at) => {
    const before = requests[at - 1];
    return before !== undefined && !isStable(request, before);
  }).length;
}

/** The same prompts without markers: all of each is paid in full. */
async function sendNaively(
  server: MessagesServer,
  requests: readonly RequestRecord[],
): Promise<Usage> {
  let sum = noUsage;
  for (const { body } of requests) {
    const { stream, diagnostics, ...rest } = body ?? {};
    const response = await fetch(`${server.endpoint}/v1/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.apiKey}`,
        'anthropic-version': '2026-10-21',
        'content-type': 'application/json',
        connection: 'close',
      },
      body: JSON.stringify(rest, withoutMarkers),
    });
    const answered = (await response.json()) as { readonly usage: Record<string, number> };
    assert.equal(response.status, 200);
    const { input_tokens = 0, cache_read_input_tokens = 0 } = answered.usage;
    assert.equal(cache_read_input_tokens, 0);
    sum = addUsage(sum, { ...noUsage, inputTokens: input_tokens });
  }
  return sum;
}

function priceOf(usage: Usage | undefined, catalogue: Catalogue): number {
  return usage ? (costUsd(usage, catalogue.find(modelId)) ?? Number.NaN) : 0;
}

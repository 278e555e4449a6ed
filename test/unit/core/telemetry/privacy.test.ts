import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../../src/base/clock.ts';
import { RequestWatch } from '../../../../src/core/alerts/requestWatch.ts';
import { webhookCall } from '../../../../src/core/alerts/webhookBody.ts';
import { EditMatcher } from '../../../../src/core/edit/editMatcher.ts';
import { createGateway } from '../../../../src/core/model/gateway.ts';
import { RequestLog, type RequestRecord } from '../../../../src/core/model/requestLog.ts';
import { traceView } from '../../../../src/core/performance/traceView.ts';
import { bugReportJson } from '../../../../src/core/report/bugReportJson.ts';
import { Figures } from '../../../../src/core/report/figures.ts';
import { performanceReport } from '../../../../src/core/report/performanceReport.ts';
import { reportMarkdown } from '../../../../src/core/report/reportMarkdown.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import { DiskSpillStore } from '../../../../src/core/tools/spillStore.ts';
import { createStandardTools } from '../../../../src/core/tools/standardTools.ts';
import { createAgentHarness, draft, gate } from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { MessagesServer } from '../../../support/messagesServer.ts';
import { failure, text, thinking, toolUse } from '../../../support/messagesServerScript.ts';
import { reportHistory } from '../../../support/reportHistory.ts';
import { createTemporaryFolder } from '../../../support/temporaryFolder.ts';
import { createTestTelemetry } from '../../../support/tracing.ts';

/** Stands in every text that comes from a person, a file, a model or a server. */
const secret = 'Xyzzy42';
/** In names of files, folders, threads and models. */
const place = 'Plugh17';

/** Everything that a turn can touch has a secret in it: it works on files, fails, and is refused. */
async function runTurns(
  telemetry: Telemetry,
  server: MessagesServer,
  folder: string,
): Promise<readonly RequestRecord[]> {
  const root = path.join(folder, place);
  mkdirSync(root);
  writeFileSync(path.join(root, `${place}.ts`), `const ${secret} = 1;\n`);
  const log = new RequestLog();
  const observing = telemetry.observeRequests(log, () => 1);
  const { endpoint, apiKey } = server;
  const gateway = createGateway({
    connection: { current: async () => ({ kind: 'anthropic', endpoint, apiKey }) },
    offline: () => assert.fail('This gateway is never offline.'),
    clock: systemClock,
    version: '0.0.0',
    log,
    tracer: telemetry.tracer,
  });
  const registry = createStandardTools({ environment: process.env });
  const spill = new DiskSpillStore({ folder: path.join(folder, '.spill') });
  const workspace = new DiskWorkspace(root);
  let ended = gate();
  let model = 'claude-sonnet-5-5';
  const harness = createAgentHarness({
    workspace,
    parts: {
      gateway,
      clock: systemClock,
      tracing: telemetry,
      tools: registry.bind({
        workspace,
        spill,
        matcher: new EditMatcher({ matching: () => 'exact' }),
        commandTimeoutMs: 60_000,
      }),
      toolDefinitions: () => registry.definitions({ isTrusted: true }),
      model: async () => ({ id: model, name: place, contextWindow: 200_000 }),
      policy: { noGrants: [], judge: () => ({ kind: 'allow' }), grant: (grants) => grants },
      emit: (event) => {
        if (event.type === 'turn/ended') {
          ended.open();
        }
      },
    },
  });
  const ask = async (message: string): Promise<void> => {
    ended = gate();
    await harness.service.send(`thread-${place}`, draft(message));
    await ended.opened;
  };
  try {
    server.reply(
      [thinking(secret), text(secret), toolUse('read_file', { path: `${place}.ts` })],
      [
        toolUse('edit_file', {
          path: `${place}.ts`,
          edits: [{ old_text: secret, new_text: `${secret}2` }],
        }),
      ],
      [
        toolUse('edit_file', {
          path: `${place}.ts`,
          edits: [{ old_text: `no ${secret} here`, new_text: '' }],
        }),
      ],
      [toolUse('run_command', { command: `echo ${secret}` })],
      [toolUse(`made_up_${secret}`, { path: place })],
      [text(`Done with ${secret}.`)],
    );
    await ask(`What about ${secret}?`);
    // The server knows no such model: it says so with its name.
    model = `local-${place}`;
    await ask(`And ${secret} again?`);
    model = 'claude-sonnet-5-5';
    server.reply(failure(400, 'invalid_request_error', { message: `Bad ${secret} in ${place}.` }));
    await ask(`And ${secret} again?`);
    return log.all();
  } finally {
    observing.dispose();
    log.dispose();
    gateway.dispose();
  }
}

/** The report of what was measured, as it is shown and as it is copied. */
function reportsOf(telemetry: Telemetry, requests: readonly RequestRecord[]) {
  const toMs = systemClock.wallTime() + 1;
  const report = performanceReport({
    ...reportHistory({ traces: telemetry.traces(), requests }),
    period: { name: 'day', fromMs: toMs - 3_600_000, toMs },
    figures: new Figures(telemetry.recent()),
  });
  return {
    report: JSON.stringify(report),
    markdown: reportMarkdown(report, { formatTime: String }),
    bugReport: bugReportJson(report, () => false),
  };
}

/** What a webhook is sent where these requests, again and again, are too many failures. */
function webhooksOf(requests: readonly RequestRecord[]): string {
  const now = () => systemClock.wallTime();
  const thresholds = () => ({ errors: 1, tokenRate: 0, promptCache: 100 });
  const watch = new RequestWatch({ now, thresholds });
  const failed = requests.filter(({ outcome }) => outcome === 'failed');
  for (let round = 0; round < 20; round += 1) {
    for (const record of [...requests, ...failed, ...failed]) {
      watch.add(record);
    }
  }
  return watch
    .findings()
    .map((finding) => webhookCall({ ...finding, id: 'alert', since: 0 }, '', now()).body)
    .join('\n');
}

interface Exports {
  readonly spans: string;
  readonly plain: string;
  readonly otlp: string;
  readonly redacted: string;
  /** What the panel copies. */
  readonly traces: string;
  readonly report: string;
  readonly markdown: string;
  readonly bugReport: string;
  readonly webhook: string;
}

async function exportsOf(capturesContent: boolean): Promise<Exports> {
  const folder = createTemporaryFolder('privacy');
  const server = await MessagesServer.start();
  const telemetry = createTestTelemetry(systemClock, { capturesContent: () => capturesContent });
  telemetry.registry.add('counters', 'plain', () => ({ count: 3 }));
  try {
    const requests = await runTurns(telemetry, server, folder.path);
    return {
      ...reportsOf(telemetry, requests),
      webhook: webhooksOf(requests),
      traces: JSON.stringify(telemetry.traces().map((one) => traceView(one, 0))),
      spans: JSON.stringify(telemetry.spans.all()),
      plain: await telemetry.exportJson({ isRedacted: false }),
      otlp: await telemetry.exportOtlp(),
      redacted: await telemetry.exportJson({ isRedacted: true }),
    };
  } finally {
    telemetry.dispose();
    await server.stop();
    folder.dispose();
  }
}

describe('What is measured', () => {
  it('holds nothing that anybody wrote, in spans and exports alike', async () => {
    const exports = await exportsOf(false);
    assert.match(exports.spans, /execute_tool edit_file/);
    assert.match(exports.spans, /execute_tool run_command/);
    assert.match(exports.traces, /"Tool run_command"/);
    assert.match(exports.report, /"Tool edit_file/);
    assert.match(exports.webhook, /"Many requests fail"/);
    for (const [name, json] of Object.entries(exports)) {
      assert.ok(!json.includes(secret), `${name} holds content`);
    }
  });

  it('names neither files nor threads nor local models in what is for a bug report', async () => {
    const { redacted, plain, report, bugReport } = await exportsOf(false);
    assert.ok(plain.includes(place) && report.includes(place), 'the secret was planted');
    for (const json of [redacted, bugReport]) {
      assert.ok(!json.includes(place), 'a name is left');
      assert.ok(!json.includes('127.0.0.1'), 'a host is left');
    }
    // What it is good for is still there.
    assert.match(redacted, /"name": "turn"/);
    assert.match(redacted, /"durationMs": \d/);
    assert.match(redacted, /"gen_ai\.usage\.input_tokens": \d/);
    assert.match(redacted, /"count": 3/);
  });

  it('keeps content apart where the user has turned that on, and sends it nowhere', async () => {
    const { plain, traces, ...others } = await exportsOf(true);
    assert.match(plain, new RegExp(`"input": "[^\n]*What about ${secret}`));
    assert.match(plain, new RegExp(`"output": "[^\n]*Done with ${secret}`));
    assert.match(traces, new RegExp(`"content: input","[^\n]*What about ${secret}`));
    for (const [name, json] of Object.entries(others)) {
      assert.ok(!json.includes(secret), `${name} holds content`);
    }
  });
});

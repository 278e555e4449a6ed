import assert from 'node:assert/strict';
import { isEnded } from '../../../../../src/core/model/batches/bulkJob.ts';
import { beginJobTrace } from '../../../../../src/core/model/batches/bulkTrace.ts';
import { loadCatalogue } from '../../../../../src/core/model/catalogue.ts';
import { operation } from '../../../../../src/core/telemetry/spanNames.ts';
import type { Telemetry } from '../../../../../src/core/telemetry/telemetry.ts';
import { explainedShare, isProviderTime } from '../../../../../src/core/telemetry/traceTree.ts';
import { failure, text } from '../../../../support/messagesServerScript.ts';
import { createTestTelemetry, shapeOf } from '../../../../support/tracing.ts';
import { type BulkKit, type BulkWindow, jobOf, withBulk } from './bulkKit.ts';

const minExplainedShare = 0.95;

interface Traced extends BulkKit {
  readonly telemetry: Telemetry;
}

function withTracedBulk(files: number, test: (kit: Traced) => Promise<void>): Promise<void> {
  return withBulk(files, async (kit) => {
    const telemetry = createTestTelemetry(kit.clock);
    try {
      await test(Object.assign(kit, { telemetry }));
    } finally {
      telemetry.dispose();
    }
  });
}

function open(kit: Traced): Promise<BulkWindow> {
  return kit.openWindow({
    tracing: kit.telemetry,
    recordUsage: (answer) => kit.telemetry.batchAnswered(answer),
  });
}

function assertExplained({ telemetry }: Traced): void {
  for (const { root, spans } of telemetry.traces()) {
    const share = explainedShare(root, spans, 0);
    assert.ok(share >= minExplainedShare, `${root.name}: ${share}`);
  }
}

function sumOf(telemetry: Telemetry, name: 'attempts' | 'inputTokens' | 'cost'): number {
  return telemetry.recent({ name }).reduce((sum, { histogram }) => sum + histogram.sum, 0);
}

describe('The trace of a job over many files', () => {
  it('is one tree in which waiting for the batch is the provider’s time', () =>
    withTracedBulk(3, async (kit) => {
      const { telemetry, server } = kit;
      server.batches.respond = ({ customId }) => text(`About ${customId}`);
      const window = await open(kit);
      const job = kit.add(window);
      const trace = beginJobTrace(telemetry, job.id);
      trace?.enter(operation.bulkPrepare);
      window.runner.begin(job, trace);
      await kit.until(() => server.batches.ids.length === 1, 'the batch');
      await kit.until(() => telemetry.running()[0]?.phase.name === operation.bulkWait, 'the wait');
      server.batches.finishAll();
      await kit.until(() => isEnded(jobOf(window.store, job.id)), 'the end');
      await kit.until(() => telemetry.running().length === 0, 'the end of the trace');

      const [found, ...others] = telemetry.traces();
      assert.ok(found);
      assert.deepEqual(others, []);
      assert.match(
        shapeOf(found),
        /^bulk\.job\(bulk\.prepare bulk\.submit (bulk\.poll bulk\.wait )+bulk\.poll bulk\.read bulk\.poll\)$/,
      );
      const waits = found.spans.filter(isProviderTime);
      assert.ok(waits.length > 0 && waits.every(({ name }) => name === operation.bulkWait));
      assertExplained(kit);
    }));

  it('tells tokens and cost at half the price, in the span and in figures', () =>
    withTracedBulk(3, async (kit) => {
      const { telemetry, server } = kit;
      server.batches.respond = ({ customId }) => text(`About ${customId}`);
      const window = await open(kit);
      const job = kit.add(window);
      window.runner.resume([job]);
      await kit.until(() => server.batches.ids.length === 1, 'the batch');
      server.batches.finishAll();
      await kit.until(() => isEnded(jobOf(window.store, job.id)), 'the end');

      const read = telemetry.spans.all().find(({ name }) => name === operation.bulkRead);
      assert.ok(read);
      const { attributes } = read;
      assert.equal(attributes['slipstream.bulk.requests'], 3);
      assert.equal(sumOf(telemetry, 'attempts'), 3);
      const tokens = attributes['gen_ai.usage.input_tokens'];
      assert.ok(Number(tokens) > 0);
      assert.equal(sumOf(telemetry, 'inputTokens'), tokens);
      const usd = Number(attributes['slipstream.usage.cost_usd']);
      assert.ok(usd > 0);
      assert.ok(Math.abs(sumOf(telemetry, 'cost') - usd) < 1e-9);
      const output = Number(attributes['gen_ai.usage.output_tokens']);
      const prices = (await loadCatalogue()).pricesOf(job.model)?.usdPerMillionTokens;
      assert.ok(prices);
      const whole = (Number(tokens) * prices.input + output * prices.output) / 1e6;
      assert.ok(Math.abs(usd - whole / 2) < 1e-9, `${usd}`);
    }));

  it('goes on as the same trace in the window that takes the job up', () =>
    withTracedBulk(2, async (kit) => {
      const { telemetry, server } = kit;
      server.batches.respond = ({ customId }) => text(`About ${customId}`);
      const first = await open(kit);
      const job = kit.add(first);
      first.runner.resume([job]);
      await kit.until(() => server.batches.ids.length === 1, 'the batch');
      await kit.until(() => telemetry.running()[0]?.phase.name === operation.bulkWait, 'the wait');
      first.close();
      await kit.until(() => telemetry.running().length === 0, 'the first window’s end');
      server.batches.finishAll();
      const second = await open(kit);
      second.runner.resume([jobOf(second.store, job.id)]);
      await kit.until(() => isEnded(jobOf(second.store, job.id)), 'the end');

      const roots = telemetry.spans.all().filter(({ name }) => name === operation.bulkJob);
      assert.equal(roots.length, 2);
      assert.equal(new Set(roots.map(({ traceId }) => traceId)).size, 1);
      assert.equal(new Set(roots.map(({ parentSpanId }) => parentSpanId)).size, 1);
    }));

  it('has the requests in it where files are asked about one by one', () =>
    withTracedBulk(2, async (kit) => {
      const { telemetry, server } = kit;
      server.reply([text('One')], failure(400, 'invalid_request_error', { message: 'No' }));
      const window = await kit.openWindow({ tracing: telemetry }, { tracer: telemetry.tracer });
      const job = kit.add(window, { hasBatches: false });
      window.runner.resume([job]);
      await kit.until(() => isEnded(jobOf(window.store, job.id)), 'the end');
      await kit.until(() => telemetry.running().length === 0, 'the end of the trace');

      const [found] = telemetry.traces();
      assert.ok(found);
      const model = 'claude-sonnet-5-5';
      assert.match(shapeOf(found), new RegExp(`^bulk\\.job\\(bulk\\.ask\\(chat ${model}`));
      assert.equal(found.spans.filter(({ name }) => name === `chat ${model}`).length, 2);
      assertExplained(kit);
    }));
});

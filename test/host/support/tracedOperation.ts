import assert from 'node:assert/strict';
import { explainedShare } from '../../../src/core/telemetry/traceTree.ts';
import { shapeOf } from '../../support/tracing.ts';
import { type AssistantWindow, eventually } from './assistantHarness.ts';

const minExplainedShare = 0.95;

/**
 * Asserts that the last operation of this name is one tree of this shape, whose children explain its
 * time. An answer should take some 300 ms, so that a pause of the process does not count.
 */
export async function assertTraced(
  { telemetry }: AssistantWindow,
  name: string,
  shape: RegExp,
): Promise<void> {
  const trace = await eventually(
    () => telemetry.traces().findLast(({ root, isRunning }) => root.name === name && !isRunning),
    `the trace ${name}`,
  );
  assert.match(shapeOf(trace), shape);
  const share = explainedShare(trace.root, trace.spans, 0);
  assert.ok(share >= minExplainedShare, `${shapeOf(trace)}: ${share}`);
}

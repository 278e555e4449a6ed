import { operationOf } from '../../src/core/telemetry/spanNames.ts';
import type { Telemetry } from '../../src/core/telemetry/telemetry.ts';
import type { FakeClock } from './fakeClock.ts';

/** Requests and keys that take from 1 ms to 5 s, in two minutes. */
export async function runOperations(telemetry: Telemetry, clock: FakeClock): Promise<void> {
  let state = 7;
  for (let count = 0; count < 400; count += 1) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    const surface = count % 3 === 0 ? 'completion' : 'chat';
    const scope = telemetry.begin(count % 2 === 0 ? 'chat some-model' : 'debounce', {
      attributes: { 'slipstream.request.surface': surface },
    });
    // Whole milliseconds: the fake clock has no others.
    await clock.advance(Math.round(Math.exp((state / 2 ** 32) * Math.log(5_000))));
    scope?.end();
  }
}

interface ExportedSpan {
  readonly name: string;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface ExportedOperation {
  readonly name: string;
  readonly surface: string;
}

/** Of each group, from the exported spans alone: the value at its rank. */
export function recompute(
  json: string,
  rank: number,
  groupOf: (span: ExportedOperation) => string = ({ name, surface }) => `${name} ${surface}`,
): ReadonlyMap<string, number> {
  const { spans } = JSON.parse(json) as { readonly spans: readonly ExportedSpan[] };
  const groups = new Map<string, number[]>();
  for (const { name, durationMs, attributes } of spans) {
    const surface = String(attributes['slipstream.request.surface']);
    const id = groupOf({ name: operationOf(name), surface });
    groups.set(id, [...(groups.get(id) ?? []), durationMs]);
  }
  return new Map(
    [...groups].map(([id, values]) => {
      const sorted = values.sort((left, right) => left - right);
      return [id, sorted[Math.ceil((rank / 100) * sorted.length) - 1] ?? Number.NaN];
    }),
  );
}

import { availableParallelism } from 'node:os';

/** Runs `task` so many times and tells the median duration, milliseconds. */
export async function medianMs(runs: number, task: () => void | Promise<void>): Promise<number> {
  const durations: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await task();
    durations.push(performance.now() - start);
  }
  return median(durations);
}

/** The middle value; of an even count the mean of the middle two. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which `percent` of the values lie, interpolated. NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Cuts a figure to what its noise leaves meaningful. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}

/** Prints the one line of JSON that a benchmark is read by. */
export function printReport(name: string, results: Readonly<Record<string, unknown>>): void {
  const machine = { cores: availableParallelism(), node: process.version };
  console.log(JSON.stringify({ name, machine, ...results }));
}

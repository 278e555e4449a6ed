// Writes how busy the extension host is to the file that BENCH_PROBE_FILE names, twice a second.
// Emptying the file starts the figures anew.
// With BENCH_PROFILE_DIR, a profile of the CPU runs from then on, and one of what is allocated and
// still there from the start on. Both are written into that folder when "end" is written to the file.
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector/promises');
const { join } = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** Milliseconds between two samples of the event loop: a delay is told to this precision. */
const resolutionMs = 5;
/** Milliseconds between two looks at the file. */
const periodMs = 500;
/** Microseconds between two samples of the CPU: ten of them in a task that a frame has no time for. */
const samplingUs = 200;
/** Bytes allocated between two samples of the heap. */
const samplingBytes = 16_384;

exports.activate = (context) => {
  const file = process.env.BENCH_PROBE_FILE;
  const profiler = startProfiler(process.env.BENCH_PROFILE_DIR);
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let cpu = process.cpuUsage();
  let timer;
  const tick = async () => {
    const order = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (order === '') {
      await profiler?.restart();
      delays.reset();
      cpu = process.cpuUsage();
    }
    const figures = figuresOf(delays, process.cpuUsage(cpu));
    if (order === 'end') {
      await profiler?.write();
    }
    writeFileSync(file, JSON.stringify(figures));
    timer = setTimeout(tick, periodMs);
  };
  timer = setTimeout(tick, periodMs);
  context.subscriptions.push({ dispose: () => clearTimeout(timer) });
};

function figuresOf(delays, used) {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    loopDelayP99Ms: delays.percentile(99) / 1e6 - resolutionMs,
    loopDelayMaxMs: delays.max / 1e6 - resolutionMs,
    cpuSeconds: (used.user + used.system) / 1e6,
    memoryMb: rss / 1e6,
    heapMb: heapUsed / 1e6,
    externalMb: external / 1e6,
  };
}

/** Undefined without a folder: profiling costs a part of what is measured. */
function startProfiler(folder) {
  if (!folder) {
    return undefined;
  }
  const session = new Session();
  session.connect();
  const begun = Promise.all([
    session.post('Profiler.enable'),
    session.post('Profiler.setSamplingInterval', { interval: samplingUs }),
    session.post('HeapProfiler.startSampling', { samplingInterval: samplingBytes }),
  ]);
  let isRunning = false;
  const stop = async () => {
    const result = isRunning ? await session.post('Profiler.stop') : undefined;
    isRunning = false;
    return result?.profile;
  };
  return {
    restart: async () => {
      await begun;
      await stop();
      await session.post('Profiler.start');
      isRunning = true;
    },
    write: async () => {
      await begun;
      mkdirSync(folder, { recursive: true });
      const name = join(
        folder,
        `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`,
      );
      const cpu = await stop();
      if (cpu) {
        writeFileSync(`${name}.cpuprofile`, JSON.stringify(cpu));
      }
      const { profile } = await session.post('HeapProfiler.getSamplingProfile');
      writeFileSync(`${name}.heapprofile`, JSON.stringify(profile));
    },
  };
}

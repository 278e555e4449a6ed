// Writes how busy the extension host is to the file that BENCH_PROBE_FILE names, twice a second.
// Emptying the file starts the figures anew.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** Milliseconds between two samples of the event loop: a delay is told to this precision. */
const resolutionMs = 5;

exports.activate = (context) => {
  const file = process.env.BENCH_PROBE_FILE;
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let cpu = process.cpuUsage();
  const timer = setInterval(() => {
    if (existsSync(file) && readFileSync(file, 'utf8') === '') {
      delays.reset();
      cpu = process.cpuUsage();
    }
    const used = process.cpuUsage(cpu);
    writeFileSync(
      file,
      JSON.stringify({
        loopDelayP99Ms: delays.percentile(99) / 1e6 - resolutionMs,
        loopDelayMaxMs: delays.max / 1e6 - resolutionMs,
        cpuSeconds: (used.user + used.system) / 1e6,
        memoryMb: process.memoryUsage.rss() / 1e6,
      }),
    );
  }, 500);
  context.subscriptions.push({ dispose: () => clearInterval(timer) });
};

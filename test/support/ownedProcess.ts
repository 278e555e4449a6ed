import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants, isAlive, kill, killTree } from './processTree.ts';

/** What an orderly end may take before everything is killed. VS Code gives extensions 5 s. */
const stopTimeoutMs = 6_000;
const pollMs = 20;

/** Asks a process to end, gives it and what it started time to tidy up, and kills what is left. */
export async function stopTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) {
    return;
  }
  const all = [
    pid,
    ...(process.platform === 'win32' ? [] : descendants(pid).map((one) => one.pid)),
  ];
  kill(pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < stopTimeoutMs && all.some(isAlive); waitedMs += pollMs) {
    await sleep(pollMs);
  }
  for (const one of all) {
    kill(one, 'SIGKILL');
  }
}

const running = new Set<ChildProcess>();
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Makes sure that the process does not outlive ours, however that ends. The answer lifts the guard. */
export function endWithUs(child: ChildProcess): () => void {
  if (running.size === 0) {
    process.on('exit', killAll);
    for (const signal of endingSignals) {
      process.on(signal, exitOnSignal);
    }
  }
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) {
      process.off('exit', killAll);
      for (const signal of endingSignals) {
        process.off(signal, exitOnSignal);
      }
    }
  };
}

function killAll(): void {
  for (const { pid } of running) {
    if (pid !== undefined) {
      killTree(pid);
    }
  }
}

let isExiting = false;

/** The first signal ends in order, the second at once. A signal's default would skip `exit`. */
function exitOnSignal(): void {
  if (isExiting) {
    process.exit(1);
  }
  isExiting = true;
  void Promise.all([...running].map(stopTree)).finally(() => process.exit(1));
}

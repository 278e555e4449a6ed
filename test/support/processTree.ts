import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
}

/** All processes below `pid`, nearest first, with their command lines. Not on Windows. */
export function descendants(pid: number): readonly ProcessEntry[] {
  const all = process.platform === 'linux' ? listFromProc() : listFromPs();
  const found: ProcessEntry[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const level = all.filter((entry) => parents.has(entry.parentPid));
    found.push(...level);
    parents = new Set(level.map((entry) => entry.pid));
  }
  return found;
}

/** Ends a process and all below it at once, those in process groups of their own included. */
export function killTree(pid: number): void {
  const below = process.platform === 'win32' ? [] : descendants(pid).map((entry) => entry.pid);
  for (const victim of [pid, ...below]) {
    kill(victim, 'SIGKILL');
  }
}

/** Sends a signal. A process that is gone already is no error. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}

/** Whether the process runs. One that ended and was not collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    // Gone, or taken over by another user's process.
    return false;
  }
  return process.platform !== 'linux' || readState(pid) !== 'Z';
}

function readState(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    // It ended just now.
    return 'Z';
  }
}

function listFromProc(): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readProc(name)];
      } catch {
        // The process ended between the listing and the reading.
        return [];
      }
    });
}

function readProc(name: string): ProcessEntry {
  const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
  // The program's name is in parentheses and may hold any character: what follows the last one counts.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return { pid: Number(name), parentPid: Number(parent), command };
}

function listFromPs(): readonly ProcessEntry[] {
  const output = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return output.split('\n').flatMap((line) => {
    const [, pid, parentPid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parentPid: Number(parentPid), command }] : [];
  });
}

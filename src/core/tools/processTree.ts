import { execFile, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Clock, delay } from '../../base/clock.ts';
import { codeOf } from './paths.ts';

/** How long processes get to end by themselves: a stopped turn must be over within 200 ms. */
const gentleEndMs = 150;
/** When it is given up to wait, SIGKILL having been sent: what hangs in a driver ends when it can. */
const forcedEndMs = 180;
/** How often it is looked whether they have. */
const pollMs = 10;

/**
 * Ends a process and everything it started: asked first, made to after 150 ms. The process must lead
 * a group of its own. Also found are those that left the group but not the session, and descendants;
 * what made itself a daemon (a session of its own, its parent gone) is not. Never rejects; resolves
 * within 200 ms.
 */
export async function endProcessTree(leader: number, clock: Clock): Promise<void> {
  if (process.platform === 'win32') {
    await endWindowsTree(leader);
    return;
  }
  const startedAt = clock.now();
  // Before anything is signalled: whose parent has ended can't be told from a stranger.
  const early = (await findMembers(leader, new Set())).add(leader);
  signalProcess(-leader, 'SIGTERM');
  for (const pid of early) {
    signalProcess(pid, 'SIGTERM');
  }
  if (await waitForEnd(early, startedAt + gentleEndMs, clock)) {
    return;
  }
  signalProcess(-leader, 'SIGKILL');
  const late = await findMembers(leader, early);
  for (const pid of late) {
    signalProcess(pid, 'SIGKILL');
  }
  await waitForEnd(late, startedAt + forcedEndMs, clock);
}

/** Whether a process that has ended by itself left others running. False on Windows, which can't tell. */
export async function hasLeftProcesses(leader: number): Promise<boolean> {
  return process.platform !== 'win32' && (await findMembers(leader, new Set())).size > 0;
}

/** Ends the group at once, where there is no time to ask: as this process ends itself. */
export function killGroup(leader: number): void {
  if (process.platform !== 'win32') {
    signalProcess(-leader, 'SIGKILL');
  }
}

async function waitForEnd(
  members: ReadonlySet<number>,
  end: number,
  clock: Clock,
): Promise<boolean> {
  const never = new AbortController().signal;
  while (await isAnyAlive(members)) {
    if (clock.now() >= end) {
      return false;
    }
    await delay(clock, pollMs, never);
  }
  return true;
}

async function isAnyAlive(pids: ReadonlySet<number>): Promise<boolean> {
  if (process.platform !== 'linux') {
    return [...pids].some(canBeSignalled);
  }
  const entries = await Promise.all([...pids].map((pid) => readProcEntry(String(pid))));
  return entries.some((entry) => entry !== undefined && !entry.isZombie);
}

function canBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Gone; or not ours to signal, and then there is nothing to wait for.
    return false;
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') {
      throw error;
    }
  }
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly isZombie: boolean;
}

/** The live processes of the leader's group and session, those of `known`, and all their descendants. */
async function findMembers(leader: number, known: ReadonlySet<number>): Promise<Set<number>> {
  const all = (await listProcesses()).filter((entry) => !entry.isZombie);
  const members = new Set<number>();
  const isMember = (entry: ProcessEntry): boolean =>
    entry.group === leader ||
    entry.session === leader ||
    entry.pid === leader ||
    entry.parent === leader ||
    known.has(entry.pid) ||
    members.has(entry.parent);
  let before = -1;
  while (members.size > before) {
    before = members.size;
    for (const entry of all) {
      if (isMember(entry)) {
        members.add(entry.pid);
      }
    }
  }
  return members;
}

async function listProcesses(): Promise<readonly ProcessEntry[]> {
  try {
    return process.platform === 'linux' ? await listFromProc() : await listFromPs();
  } catch {
    // Without a list the group alone is ended, which is nearly always all there is.
    return [];
  }
}

async function listFromProc(): Promise<readonly ProcessEntry[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(names.map(readProcEntry));
  return entries.filter((entry) => entry !== undefined);
}

async function readProcEntry(name: string): Promise<ProcessEntry | undefined> {
  try {
    const text = await readFile(`/proc/${name}/stat`, 'utf8');
    // The program's name, in parentheses, may hold any character: what follows the last one counts.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group, session] = fields;
    return {
      pid: Number(name),
      parent: Number(parent),
      group: Number(group),
      session: Number(session),
      isZombie: state === 'Z',
    };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
}

async function listFromPs(): Promise<readonly ProcessEntry[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,state=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 4)
    .map(([pid, parent, group, state]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: 0,
      isZombie: state?.startsWith('Z') ?? false,
    }));
}

/** Windows knows no groups: its own tool follows the tree. */
function endWindowsTree(leader: number): Promise<void> {
  return new Promise((resolve) => {
    const killer = spawn('taskkill', ['/pid', String(leader), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    });
    killer.once('error', () => resolve());
    killer.once('close', () => resolve());
  });
}

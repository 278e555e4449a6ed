import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Clock, delay } from '../../base/clock.ts';
import { throwIfCancelled, UserError } from '../../base/errors.ts';
import { endProcessTree, hasLeftProcesses, killGroup } from './processTree.ts';

/** A command to run, and who hears what it writes. */
export interface CommandCall {
  readonly command: string;
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Hears the output, in order. A promise holds the command back until it settles. */
  readonly onOutput: (bytes: Uint8Array) => Promise<void> | undefined;
}

/** How a command ended. */
export interface CommandEnding {
  readonly kind: 'exited' | 'killed' | 'timedOut';
  /** Set where it exited. */
  readonly exitCode: number | null;
  /** Set where a signal ended it. */
  readonly signal: NodeJS.Signals | null;
  readonly durationMs: number;
  /** Whether it had left processes running when it exited. They were ended, too. */
  readonly hasLeftProcesses: boolean;
}

/** How long output may come after the end: what is in the pipe arrives in far less. */
const drainMs = 250;

/** The program that commands are given to. */
export interface Shell {
  /** For the model, which writes commands for it. */
  readonly name: string;
  readonly program: string;
  readonly args: (command: string) => readonly string[];
}

/** bash where there is one, as people and models write for it. */
export function defaultShell(): Shell {
  if (process.platform === 'win32') {
    const flags = ['-NoProfile', '-NonInteractive', '-Command'];
    return {
      name: 'PowerShell',
      program: 'powershell.exe',
      args: (command) => [...flags, command],
    };
  }
  const name = existsSync('/bin/bash') ? 'bash' : 'sh';
  // One pipe for both outputs keeps them in the order they were written in; `exec` keeps the lines
  // of the command its own, so that the shell's messages name the right ones.
  const script = 'exec "$0" -c "$1" 2>&1';
  return { name, program: '/bin/sh', args: (command) => ['-c', script, `/bin/${name}`, command] };
}

/**
 * Runs a command in a process group of its own, its input closed, until it ends, the time is over or
 * the signal aborts; then all it started ends with it, background processes included. Rejects with
 * `CancelledError` when aborted, `UserError` where it can't be started.
 */
export async function runCommand(call: CommandCall, signal: AbortSignal): Promise<CommandEnding> {
  throwIfCancelled(signal);
  const { clock } = call;
  const startedAt = clock.now();
  const child = start(call);
  const exited = exitOf(child);
  const closed = forwardOutput(child, call.onOutput);
  const ender = new TreeEnder(child.pid, clock);
  const stop = (): void => ender.end();
  signal.addEventListener('abort', stop, { once: true });
  let hasTimedOut = false;
  const timer = clock.setTimeout(() => {
    hasTimedOut = true;
    ender.end();
  }, call.timeoutMs);
  try {
    const exit = await Promise.race([exited, ender.ended.then(() => undefined)]);
    const durationMs = clock.now() - startedAt;
    const hasLeft = await ender.endLeftProcesses();
    await drain(closed, clock, signal);
    throwIfCancelled(signal);
    return { ...endingOf(exit, hasTimedOut), durationMs, hasLeftProcesses: hasLeft };
  } finally {
    timer.dispose();
    signal.removeEventListener('abort', stop);
    ender.dispose();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

type CommandChild = ChildProcessByStdio<null, Readable, Readable>;

function start(call: CommandCall): CommandChild {
  const shell = defaultShell();
  return spawn(shell.program, shell.args(call.command), {
    cwd: call.directory,
    env: call.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
}

interface Exit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

function exitOf(child: CommandChild): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new UserError(`The command can't be started: ${error.message}`));
    });
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

function endingOf(
  exit: Exit | undefined,
  hasTimedOut: boolean,
): Pick<CommandEnding, 'kind' | 'exitCode' | 'signal'> {
  if (hasTimedOut) {
    return { kind: 'timedOut', exitCode: null, signal: null };
  }
  const { exitCode = null, signal = null } = exit ?? {};
  return { kind: exitCode === null ? 'killed' : 'exited', exitCode, signal };
}

/** Passes the output on, no faster than it is taken. Resolves when both pipes are closed. */
function forwardOutput(child: CommandChild, onOutput: CommandCall['onOutput']): Promise<void> {
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on('data', (bytes: Uint8Array) => {
      const taken = onOutput(bytes);
      if (taken) {
        pipe.pause();
        void taken.finally(() => pipe.resume());
      }
    });
  }
  return new Promise((resolve) => {
    child.once('close', () => resolve());
  });
}

/** A process that got away may hold the pipe open for ever: what it writes is none of the command's. */
async function drain(closed: Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([done.signal, signal]);
  await Promise.race([closed, delay(clock, drainMs, either)]);
  done.abort();
}

/** Ends a command's processes once, whoever asks first; and should we be ended, them with us. */
class TreeEnder {
  /** Resolves when they have ended, once that was asked for. */
  readonly ended: Promise<void>;
  private readonly pid: number | undefined;
  private readonly clock: Clock;
  private readonly onProcessExit: () => void;
  private resolveEnded: (ended: void | Promise<void>) => void = () => undefined;
  private hasBegun = false;

  constructor(pid: number | undefined, clock: Clock) {
    this.pid = pid;
    this.clock = clock;
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
    this.onProcessExit = () => pid !== undefined && killGroup(pid);
    process.once('exit', this.onProcessExit);
  }

  end(): void {
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.resolveEnded(this.pid === undefined ? undefined : endProcessTree(this.pid, this.clock));
    }
  }

  /** After the command's own end: ends what it left, if anything, and says whether there was. */
  async endLeftProcesses(): Promise<boolean> {
    const hasLeft = !this.hasBegun && this.pid !== undefined && (await hasLeftProcesses(this.pid));
    if (hasLeft) {
      this.end();
    }
    if (this.hasBegun) {
      await this.ended;
    }
    return hasLeft;
  }

  dispose(): void {
    process.off('exit', this.onProcessExit);
  }
}

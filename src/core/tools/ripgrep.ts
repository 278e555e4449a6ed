import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { CancelledError, throwIfCancelled, UserError } from '../../base/errors.ts';

export interface RipgrepCall {
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute: patterns of ignore files are relative to it. */
  readonly folder: string;
  /** What ends a record of the output. */
  readonly separator: '\n' | '\0';
  /** Given to its standard input. */
  readonly input?: string;
}

/** Thrown where the program can't be started: the search in JavaScript does without it. */
export class RipgrepUnavailable extends Error {
  override readonly name = 'RipgrepUnavailable';
}

/** A record of this size is a file on one line; its match is not worth the memory. */
const maxRecordCharacters = 64 * 1024 * 1024;
/** Enough for the message of a bad pattern. */
const maxErrorCharacters = 4_000;

/**
 * Runs ripgrep and yields its records as they come. The process ends with the iteration, however
 * that ends. Throws `UserError` with ripgrep's message where the pattern is wrong, `CancelledError`
 * when aborted.
 */
export async function* ripgrepRecords(
  call: RipgrepCall,
  signal: AbortSignal,
): AsyncGenerator<string> {
  throwIfCancelled(signal);
  const child = spawn(call.program, call.args, {
    cwd: call.folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const ended = endOf(child);
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    feed(child.stdin, call.input);
    yield* records(child.stdout, call.separator);
    throwIfCancelled(signal);
    failOnError(await ended, call.program);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await ended;
  }
}

interface ProcessEnd {
  readonly startError: Error | undefined;
  readonly code: number | null;
  readonly errors: string;
}

function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<ProcessEnd> {
  let errors = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    errors = (errors + text).slice(0, maxErrorCharacters);
  });
  return new Promise((resolve) => {
    child.once('error', (startError) => resolve({ startError, code: null, errors }));
    child.once('close', (code) => resolve({ startError: undefined, code, errors }));
  });
}

function feed(stdin: Writable, input: string | undefined): void {
  // It may end before it has read everything: that it ended is told elsewhere.
  stdin.on('error', () => undefined);
  stdin.end(input);
}

async function* records(stdout: Readable, separator: string): AsyncGenerator<string> {
  stdout.setEncoding('utf8');
  let pending = '';
  for await (const piece of stdout as AsyncIterable<string>) {
    const parts = piece.split(separator);
    const last = parts.pop() ?? '';
    for (const [index, part] of parts.entries()) {
      yield index === 0 ? pending + part : part;
    }
    pending = parts.length === 0 ? pending + last : last;
    if (pending.length > maxRecordCharacters) {
      throw new UserError('A match is in a line of more than 64 MB. Search in other files.');
    }
  }
  if (pending !== '') {
    yield pending;
  }
}

/** ripgrep ends with 0 where something was found, 1 where nothing was, 2 after an error. */
function failOnError(end: ProcessEnd, program: string): void {
  if (end.startError) {
    throw new RipgrepUnavailable(`${program} can't be started`, { cause: end.startError });
  }
  // Files that can't be read are silenced by a flag and end in 2 as well: only a message counts.
  if (end.code === 2 && end.errors.trim() !== '') {
    throw new UserError(end.errors.trim().replace(/^rg: /, ''));
  }
  if (end.code === null) {
    throw new CancelledError();
  }
}

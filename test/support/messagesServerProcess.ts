import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MessagesServerOptions } from './messagesServer.ts';
import type { ScriptLike } from './messagesServerScript.ts';

/** A scripted server in a child process. */
export interface ServerProcess {
  readonly endpoint: string;
  readonly apiKey: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts one that answers every request with `script`. Needs a Node that runs TypeScript. */
export async function startServerProcess(
  script: ScriptLike,
  options: MessagesServerOptions = {},
): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('./messagesServerMain.ts', import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify({ options, script })}\n`);
  const address = JSON.parse(await firstLine(child)) as { endpoint: string; apiKey: string };
  return { ...address, pid: child.pid, stop: () => stopProcess(child) };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`The scripted server ended with code ${code} before it was ready.`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), exited])) as [string];
  exited.catch(() => undefined);
  lines.close();
  return line;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = once(child, 'exit');
  child.stdin?.end();
  child.stdout?.destroy();
  await exited;
}

/**
 * The scripted server in a process of its own, so that its work is not counted as the client's.
 * Started by `startServerProcess`. The first line of its standard input is JSON: server options, and
 * what every request is answered with. It ends with its standard input.
 */
import { createInterface } from 'node:readline';
import { MessagesServer, type MessagesServerOptions } from './messagesServer.ts';
import type { ScriptLike } from './messagesServerScript.ts';

interface Arguments {
  readonly options?: MessagesServerOptions;
  readonly script?: ScriptLike;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { options, script } = JSON.parse((await lines.next()).value ?? '{}') as Arguments;
const server = await MessagesServer.start(options);
if (script) {
  server.respond(() => script);
}
process.stdout.write(`${JSON.stringify({ endpoint: server.endpoint, apiKey: server.apiKey })}\n`);
await lines.next();
await server.stop();

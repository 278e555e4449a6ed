// Runs in the page before the performance panel's own script: stands in for its extension host.
import { RpcServer } from '../../../src/shared/rpc.ts';
import { ScriptedPerfHost } from './scriptedPerfHost.ts';

const parameters = new URLSearchParams(location.search);
const host = new ScriptedPerfHost(Number(parameters.get('rows') ?? 200));
const server = new RpcServer({
  handlers: async () => host.handlers,
  post: (message) => {
    const data = structuredClone(message);
    setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data })), 0);
  },
  onHandlerError: (error) => reportError(error),
  onMalformed: (message) => reportError(new Error(`Not a message: ${JSON.stringify(message)}`)),
});

window.acquireVsCodeApi = () => ({
  postMessage: (message) => {
    const data = structuredClone(message);
    setTimeout(() => server.receive(data), 0);
  },
  getState: () => undefined,
  setState: () => undefined,
});
window.harness = { host };

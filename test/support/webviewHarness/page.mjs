// Runs in the page before the panel's own script: stands in for VS Code and its extension host.
import { longMarkdown, richAnswer } from './sampleText.ts';
import { scenarios } from './scenarios.ts';
import { ScriptedHost } from './scriptedHost.ts';

const parameters = new URLSearchParams(location.search);
const snapshot = scenarios[parameters.get('scenario') ?? 'conversation']();
if (parameters.has('earlier')) {
  snapshot.thread = { ...snapshot.thread, hasEarlier: true };
}

const host = new ScriptedHost(snapshot, (message) => {
  const data = structuredClone(message);
  setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data })), 0);
});

const connectFailure = () => sessionStorage.getItem('harness-failure') ?? undefined;
Object.defineProperty(host.failures, 'connect', { get: connectFailure });

const stateKey = 'harness-state';
window.acquireVsCodeApi = () => ({
  postMessage: (message) => {
    const data = structuredClone(message);
    setTimeout(() => host.receive(data), 0);
  },
  getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') ?? undefined,
  setState: (state) => sessionStorage.setItem(stateKey, JSON.stringify(state)),
});
window.harness = { host, longMarkdown, richAnswer };

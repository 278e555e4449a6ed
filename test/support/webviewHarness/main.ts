// Serves the panel for looking at it by hand: node test/support/webviewHarness/main.ts [port]
import { startHarness } from './server.ts';

/** It stops by itself, so that a forgotten one does not stay. */
const lifetimeMs = 30 * 60_000;

const harness = await startHarness(Number(process.argv[2] ?? 0));
console.log(`${harness.url}?scenario=conversation&theme=dark`);
setTimeout(() => void harness.close(), lifetimeMs);

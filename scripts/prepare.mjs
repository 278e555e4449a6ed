// Fetches and builds what tests need, once: node scripts/prepare.mjs
import { ensureDependencies } from './lib/ensureDependencies.mjs';
import { ensureNode } from './lib/ensureNode.mjs';
import { ensureVsCodeServer } from './lib/ensureVsCodeServer.mjs';

await ensureDependencies();
console.log(`Node for tests: ${await ensureNode()}`);
const server = await ensureVsCodeServer();
console.log(`VS Code server: ${server.serverRoot}`);

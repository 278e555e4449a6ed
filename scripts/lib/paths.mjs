// Where things are. The cache is git-ignored and may be deleted at any time.
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const rootDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Downloaded and built parts that tests and `npm start` need: Node, VS Code, user data. */
export const cacheDir = `${rootDir}/.vscode-test`;

/** What test runs leave for a person to look at: counts, logs, screenshots. */
export const resultsDir = `${rootDir}/test-results`;

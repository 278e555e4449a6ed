import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const repositoryDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** What test runs leave for a person to look at: counts, logs, screenshots. */
export const resultsDir = `${repositoryDir}/test-results`;

// npm run package: makes slipstream-<version>.vsix in the repository's root.
import { readFile, stat } from 'node:fs/promises';
import { ensureDependencies } from './lib/ensureDependencies.mjs';
import { packageExtension } from './lib/packageExtension.mjs';
import { rootDir } from './lib/paths.mjs';

await ensureDependencies();
const { name, version } = JSON.parse(await readFile(`${rootDir}/package.json`, 'utf8'));
const path = await packageExtension(`${rootDir}/${name}-${version}.vsix`);
const { size } = await stat(path);
console.log(`${path} (${Math.ceil(size / 1024)} kB)`);

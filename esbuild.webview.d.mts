import type { BuildOptions } from 'esbuild';

export declare const webviewOptions: BuildOptions;

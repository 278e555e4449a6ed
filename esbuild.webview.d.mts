import type { BuildOptions } from 'esbuild';

export declare const webviewPages: Readonly<Record<'chat' | 'performance', BuildOptions>>;

/** Copies tree-sitter's runtime and the grammars into a folder, with their licenses. */
export function copyGrammars(folder: string): Promise<void>;

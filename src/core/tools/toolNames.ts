/** Slipstream's own tools. What others are called may tell of whoever added them. */
const ownTools: ReadonlySet<string> = new Set([
  'edit_file',
  'get_diagnostics',
  'list_files',
  'read_file',
  'run_command',
  'search',
  'write_file',
]);

export function isOwnTool(name: string): boolean {
  return ownTools.has(name);
}

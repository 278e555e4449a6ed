/** Variables named by a prefix that commands don't get: our keys, and what is VS Code's own. */
const withheld = /^(ANTHROPIC_|SLIPSTREAM_|VSCODE_|ELECTRON_)/i;

/** A command has no terminal: what would page, prompt or open an editor must not wait for one. */
const added: Readonly<Record<string, string>> = {
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
  TERM: 'dumb',
};

/**
 * The environment of a command: that of the user, less our keys. `CI` is left as it is: it changes
 * what test runners do (snapshots are refused, warnings become errors), and commands should come out
 * as they do in the user's own terminal.
 */
export function commandEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(own).filter(([name]) => !withheld.test(name));
  return { ...Object.fromEntries(inherited), ...added };
}

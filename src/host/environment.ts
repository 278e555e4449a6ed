/** What Slipstream takes from the environment of the process that VS Code runs it in. */
export interface Environment {
  /** `ANTHROPIC_API_KEY`, used where no key is kept in VS Code. */
  readonly apiKey: string | undefined;
  /** `ANTHROPIC_BASE_URL`, used where the endpoint setting is empty. */
  readonly baseUrl: string | undefined;
  /** Folders in which programs are looked for. */
  readonly searchPath: string | undefined;
  /** All of it, for the commands that the agent runs. */
  readonly variables: NodeJS.ProcessEnv;
}

/** Reads the environment: the only file that does. Empty values count as absent. */
export function readEnvironment(): Environment {
  return {
    apiKey: variable('ANTHROPIC_API_KEY'),
    baseUrl: variable('ANTHROPIC_BASE_URL'),
    searchPath: variable('PATH'),
    variables: process.env,
  };
}

function variable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value ? value : undefined;
}

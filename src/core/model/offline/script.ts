/** A call of a tool that an answer needs. */
export interface ToolCall {
  readonly name: 'read_file' | 'list_files' | 'search' | 'get_diagnostics' | 'run_command';
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a tool said. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/**
 * How one question is answered: asks for tools round by round, gets what they said, and returns the
 * answer as markdown. Asks the same whenever it is run with the same answers, because it is run anew
 * in every round.
 */
export type Script = Generator<readonly ToolCall[], string, readonly ToolAnswer[]>;

export type Step =
  | { readonly kind: 'call'; readonly calls: readonly ToolCall[] }
  | { readonly kind: 'answer'; readonly markdown: string };

/** Where the script stands after the rounds that have been answered. */
export function nextStep(script: Script, rounds: readonly (readonly ToolAnswer[])[]): Step {
  let state = script.next([]);
  for (const answers of rounds) {
    if (state.done) {
      break;
    }
    const { value: calls } = state;
    state = script.next(calls.map((_, index) => answers[index] ?? missingAnswer));
  }
  return state.done
    ? { kind: 'answer', markdown: state.value }
    : { kind: 'call', calls: state.value };
}

const missingAnswer: ToolAnswer = { text: 'The tool gave no answer.', isError: true };

/** Asks one tool. */
export function* callTool(
  name: ToolCall['name'],
  input: ToolCall['input'],
): Generator<readonly ToolCall[], ToolAnswer, readonly ToolAnswer[]> {
  const [answer = missingAnswer] = yield [{ name, input }];
  return answer;
}

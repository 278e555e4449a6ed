import { type ActionProblem, problemList } from './problemText.ts';

/** What a terminal shows may be long; what went wrong usually stands at its end. Characters. */
const maxTerminalCharacters = 20_000;

/** The message that asks what problems in the code mean. */
export function explainProblemsText(problems: readonly ActionProblem[]): string {
  const [these, they] = problems.length === 1 ? ['this problem', 'it'] : ['these problems', 'they'];
  const verb = problems.length === 1 ? 'means' : 'mean';
  const show = problems.length === 1 ? 'shows' : 'show';
  return `Explain ${these}: what ${they} ${verb}, why ${they} ${show} here, and what can be done.\n\n${problemList(problems)}`;
}

/** The message that asks what went wrong in a terminal. */
export function explainTerminalText(output: string): string {
  const text = output.replaceAll('\r\n', '\n').trim();
  const shown =
    text.length > maxTerminalCharacters
      ? `(only the end is shown)\n${text.slice(-maxTerminalCharacters)}`
      : text;
  const fence = fenceFor(shown);
  return `Explain this error from the terminal: what went wrong, why, and how to mend it.\n\n${fence}\n${shown}\n${fence}`;
}

/** The message that asks for another shape of the code. */
export function refactorText(instruction: string): string {
  return `Refactor this code: ${instruction.trim()}\n\nWhat it does must stay the same, for all that use it. Look at what calls it, and change that too where it must follow.`;
}

/** Longer than any run of backticks in the text. */
function fenceFor(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  return '`'.repeat(longest + 1);
}

import type { Fit, FitInput } from './contextWindow.ts';

/** What was decided about a prompt, in sentences for the record of its request. */
export function fitNotes(
  fit: Extract<Fit, { kind: 'fits' }>,
  { maxOutputTokens, model }: Pick<FitInput, 'maxOutputTokens' | 'model'>,
): readonly string[] {
  const { usage, leftOut } = fit;
  const notes = leftOut.map(
    ({ kind, count, tokens }) =>
      `Left out ${count} ${nouns[kind]}, about ${formatted(tokens)} tokens: no room for them.`,
  );
  if (fit.maxOutputTokens < maxOutputTokens) {
    const least = formatted(fit.maxOutputTokens);
    notes.push(`The answer gets at most ${least} tokens: the window leaves no more.`);
  }
  if (usage.softLimit !== undefined && usage.total > usage.softLimit) {
    const jump = formatted(usage.softLimit);
    notes.push(`Above ${jump} tokens each token of ${model.name ?? model.id} costs more.`);
  }
  if (usage.isLimitAssumed) {
    notes.push(
      `The server does not tell its window: ${formatted(usage.limit)} tokens are assumed.`,
    );
  }
  if (!usage.isEstimate) {
    notes.push(`Close to a limit: the provider counted ${formatted(usage.total)} tokens.`);
  }
  return notes;
}

const nouns = {
  turns: 'turns',
  rounds: 'rounds of tools',
  thinking: 'blocks of thinking',
} as const;

function formatted(tokens: number): string {
  return tokens.toLocaleString('en-US');
}

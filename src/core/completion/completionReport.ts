import type { CompletionTotals } from './completionStatistics.ts';

export interface CompletionReportParts {
  readonly day: readonly CompletionTotals[];
  readonly month: readonly CompletionTotals[];
  readonly nameOf: (model: string) => string;
}

/** What became of completions, as a section of markdown. */
export function completionReport({ day, month, nameOf }: CompletionReportParts): string {
  const intro =
    'A completion counts as accepted also where a word or a line of it was, and as typed where you wrote what it said. Kept tells how much of what was accepted still stood there later.';
  const sections = [...section('Today', day, nameOf), ...section('This month', month, nameOf)];
  return `${['## Completions', intro, ...sections].join('\n\n')}\n`;
}

function section(
  title: string,
  totals: readonly CompletionTotals[],
  nameOf: CompletionReportParts['nameOf'],
): readonly string[] {
  if (totals.length === 0) {
    return [`${title}: none was offered.`];
  }
  const rows = totals.map((one) => {
    const { offered, accepted, followed, rejected } = one;
    const kept = [share(one.kept_30s, one.checked_30s), share(one.kept_5min, one.checked_5min)];
    const model = one.model === '' ? 'This machine' : nameOf(one.model);
    const counts = [offered, `${accepted} (${share(accepted, offered)})`, followed, rejected];
    return `| ${[model, ...counts, one.accepted_characters, ...kept].join(' | ')} |`;
  });
  const table = [
    '| model | offered | accepted | typed | rejected | characters | kept after 30 s | after 5 min |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ];
  return [`### ${title}`, table.join('\n')];
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`;
}

import type { JSX } from 'preact';
import { formatCost, formatTokens } from '../../../shared/figures.ts';
import type { BudgetRow, MemberRow, SpendingRow } from '../../../shared/perf.ts';
import { dataOf } from '../perfPanel.ts';
import { Chart } from './chart.tsx';
import { type FigureColumn, FigureTable } from './figureTable.tsx';
import { usePerf } from './perfContext.ts';

const nothingSpent = 'No model was asked in this period.';

export function CostSection(): JSX.Element {
  const cost = dataOf(usePerf().data, 'cost')?.cost;
  if (!cost) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  return (
    <>
      <Budgets budgets={cost.budgets} />
      <Chart title="Cost" series={cost.series} format={formatCost} empty={nothingSpent} />
      <Chart title="Tokens" series={cost.tokens} format={formatTokens} empty={nothingSpent} />
      <Spending caption="By part" name="Part" rows={cost.bySurface} />
      <Spending caption="By model" name="Model" rows={cost.byModel} />
      <Spending caption="By thread" name="Thread" rows={cost.byThread} />
      {cost.byMember && <Members rows={cost.byMember} />}
    </>
  );
}

function Budgets({ budgets }: { budgets: readonly BudgetRow[] }): JSX.Element {
  return (
    <section class="perf-block" aria-label="Limits">
      <h2>Limits</h2>
      <ul class="perf-budgets">
        {budgets.map(({ name, spentUsd, limitUsd }) => (
          <li key={name}>
            <span>{name}</span>
            {limitUsd === undefined ? (
              <span class="perf-dim">no limit</span>
            ) : (
              <meter
                aria-label={`${name}: share of the limit that is spent`}
                min={0}
                max={limitUsd}
                high={limitUsd * 0.8}
                value={Math.min(spentUsd, limitUsd)}
              />
            )}
            <span class="perf-number">
              {formatCost(spentUsd)}
              {limitUsd === undefined ? '' : ` of ${formatCost(limitUsd)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const memberColumns: readonly FigureColumn<MemberRow>[] = [
  { name: 'Member', cell: (row) => row.name },
  { name: 'Calls', isNumber: true, cell: ({ calls }) => calls.toLocaleString() },
  { name: 'Cost', isNumber: true, cell: ({ costUsd }) => formatCost(costUsd) },
];

/** From the team's ledger: whatever period is chosen, it is the month's. */
function Members({ rows }: { readonly rows: readonly MemberRow[] }): JSX.Element {
  return (
    <FigureTable
      caption="The team this month"
      columns={memberColumns}
      rows={rows}
      keyOf={(row) => row.name}
      empty="Nobody has asked a model this month."
    />
  );
}

interface SpendingProps {
  readonly caption: string;
  readonly name: string;
  readonly rows: readonly SpendingRow[];
}

function Spending({ caption, name, rows }: SpendingProps): JSX.Element {
  const columns: readonly FigureColumn<SpendingRow>[] = [
    { name, cell: (row) => row.name },
    { name: 'Calls', isNumber: true, cell: ({ calls }) => calls.toLocaleString() },
    { name: 'Tokens in', isNumber: true, cell: ({ inputTokens }) => formatTokens(inputTokens) },
    { name: 'Tokens out', isNumber: true, cell: ({ outputTokens }) => formatTokens(outputTokens) },
    {
      name: 'Cost',
      isNumber: true,
      cell: ({ costUsd }) => (costUsd === undefined ? 'not known' : formatCost(costUsd)),
    },
  ];
  return (
    <FigureTable
      caption={caption}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.name}
      empty={nothingSpent}
    />
  );
}

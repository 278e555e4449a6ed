import type { SqlValue } from '../../store/database.ts';
import { modelStatisticsTable } from '../../store/routerSchema.ts';
import type { StoreConnection } from '../../store/storeConnection.ts';
import { undated } from '../catalogue.ts';

/** A moving average, and how many values it has seen. */
export interface Measure {
  readonly value: number;
  readonly count: number;
}

/** What was measured of one model in one workspace. */
export interface ModelFigures {
  /** Share of outcomes that held: edits that stayed, turns that were not asked again. 0 to 1. */
  readonly success: Measure;
  /** Until the first token of interactive requests, milliseconds. */
  readonly firstTokenMs: Measure;
  /** Output tokens a second, from the first to the last. */
  readonly tokensPerSecond: Measure;
}

type Figure = keyof ModelFigures;

const nothing: Measure = { value: 0, count: 0 };
export const noFigures: ModelFigures = {
  success: nothing,
  firstTokenMs: nothing,
  tokensPerSecond: nothing,
};

/**
 * Weight of a new value once there are many: the last thirty or so decide, so that a model that gets
 * slower shows within a day's work. The first ones are averaged plainly.
 */
const leastWeight = 0.06;

export interface ModelStatisticsParts {
  /** Absent where nothing is kept. */
  readonly store?: Pick<StoreConnection, 'read' | 'write' | 'database'>;
  /** Under which the figures are kept: the folders that are open. */
  readonly workspace: () => string;
  readonly onProblem: (error: unknown) => void;
}

/** How well each model does in each workspace: in memory, and kept in the store. */
export class ModelStatistics {
  private readonly parts: ModelStatisticsParts;
  private readonly byWorkspace = new Map<string, Map<string, ModelFigures>>();
  private readonly loading = new Map<string, Promise<void>>();

  constructor(parts: ModelStatisticsParts) {
    this.parts = parts;
  }

  /** Reads what is kept for the workspace, once. Never rejects: without figures others decide. */
  load(): Promise<void> {
    const workspace = this.parts.workspace();
    const known = this.loading.get(workspace);
    if (known) {
      return known;
    }
    const loading = this.read(workspace).catch((error: unknown) => this.parts.onProblem(error));
    this.loading.set(workspace, loading);
    return loading;
  }

  /** What was measured in this workspace, by model. */
  all(): ReadonlyMap<string, ModelFigures> {
    return new Map(this.byWorkspace.get(this.parts.workspace()) ?? []);
  }

  figuresOf(model: string): ModelFigures {
    return this.byWorkspace.get(this.parts.workspace())?.get(undated(model)) ?? noFigures;
  }

  /** Takes a value in, and keeps the average. */
  add(model: string, figure: Figure, value: number): void {
    const figures = this.figuresOf(model);
    const { value: average, count } = figures[figure];
    const weight = Math.max(1 / (count + 1), leastWeight);
    const measure = { value: average + weight * (value - average), count: count + 1 };
    const changed = { ...figures, [figure]: measure };
    this.models(this.parts.workspace()).set(undated(model), changed);
    this.keep(undated(model), changed);
  }

  private models(workspace: string): Map<string, ModelFigures> {
    const known = this.byWorkspace.get(workspace) ?? new Map<string, ModelFigures>();
    this.byWorkspace.set(workspace, known);
    return known;
  }

  private async read(workspace: string): Promise<void> {
    const { store } = this.parts;
    const rows = await store?.read(() =>
      store.database.all('SELECT * FROM model_statistics WHERE workspace = ?', [workspace]),
    );
    const models = this.models(workspace);
    for (const row of rows ?? []) {
      const model = String(row['model']);
      // What was measured while this was read is newer.
      models.set(model, models.get(model) ?? figuresOfRow(row));
    }
  }

  private keep(model: string, { success, firstTokenMs, tokensPerSecond }: ModelFigures): void {
    const row = {
      workspace: this.parts.workspace(),
      model,
      success: success.value,
      success_count: success.count,
      first_token_ms: firstTokenMs.value,
      first_token_count: firstTokenMs.count,
      tokens_per_second: tokensPerSecond.value,
      tokens_per_second_count: tokensPerSecond.count,
    };
    this.parts.store
      ?.write([{ kind: 'put', table: modelStatisticsTable, row }])
      .catch((error: unknown) => this.parts.onProblem(error));
  }
}

function figuresOfRow(row: Readonly<Record<string, SqlValue>>): ModelFigures {
  const measure = (value: string, count: string): Measure => ({
    value: Number(row[value]),
    count: Number(row[count]),
  });
  return {
    success: measure('success', 'success_count'),
    firstTokenMs: measure('first_token_ms', 'first_token_count'),
    tokensPerSecond: measure('tokens_per_second', 'tokens_per_second_count'),
  };
}

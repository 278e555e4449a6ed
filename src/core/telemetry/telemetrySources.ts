import { type Disposable, toDisposable } from '../../base/lifecycle.ts';
import type { ObjectPoolCounts } from '../../base/objectPool.ts';
import type { StoreFigures } from '../store/storeConnection.ts';

/** Figures that others keep themselves and that are asked for when somebody looks. */
export interface SourceValues {
  readonly pools: ObjectPoolCounts;
  readonly databases: StoreFigures;
  /** By name, for example what prefetching was of use for. */
  readonly counters: Readonly<Record<string, number>>;
}

export type SourceKind = keyof SourceValues;

type Sources = { readonly [Kind in SourceKind]: Map<string, () => SourceValues[Kind]> };

/** Who has figures to show. Asking costs nothing until somebody looks. */
export class TelemetrySources {
  private readonly sources: Sources = {
    pools: new Map(),
    databases: new Map(),
    counters: new Map(),
  };

  /** Disposing the answer takes the source away. A name that is there is replaced. */
  add<Kind extends SourceKind>(
    kind: Kind,
    name: string,
    read: () => SourceValues[Kind],
  ): Disposable {
    const sources: Map<string, () => SourceValues[Kind]> = this.sources[kind];
    sources.set(name, read);
    return toDisposable(() => {
      if (sources.get(name) === read) {
        sources.delete(name);
      }
    });
  }

  /** The figures as they are now, by name. */
  read<Kind extends SourceKind>(kind: Kind): ReadonlyMap<string, SourceValues[Kind]> {
    const sources: Map<string, () => SourceValues[Kind]> = this.sources[kind];
    return new Map([...sources].map(([name, read]) => [name, read()]));
  }
}

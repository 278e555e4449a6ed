import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { ObjectPool, type ObjectPoolCounts } from '../../base/objectPool.ts';
import type { Grammar, SyntaxParser } from './treeSitter.ts';

/**
 * One parses for a keystroke while the parse of a large file pauses; a third would only share the
 * same thread.
 */
const maxParsersPerGrammar = 2;
/** Making a parser takes microseconds; what is kept is the memory of its stacks, for so long. */
const idleMs = 60_000;

/** The parsers of all grammars, lent out one parse at a time. */
export class ParserPools implements Disposable {
  private readonly clock: Clock;
  private readonly pools = new Map<string, ObjectPool<SyntaxParser>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The pool for a grammar. */
  pool(name: string, grammar: Grammar): ObjectPool<SyntaxParser> {
    const known = this.pools.get(name);
    if (known) {
      return known;
    }
    const pool = new ObjectPool<SyntaxParser>({
      create: () => grammar.createParser(),
      reset: (parser) => parser.reset(),
      dispose: (parser) => parser.dispose(),
      min: 0,
      max: maxParsersPerGrammar,
      maxIdle: 1,
      idleMs,
      clock: this.clock,
    });
    this.pools.set(name, pool);
    return pool;
  }

  /** By the name of the grammar. */
  counts(): ReadonlyMap<string, ObjectPoolCounts> {
    return new Map([...this.pools].map(([name, pool]) => [name, pool.counts()]));
  }

  dispose(): void {
    for (const pool of this.pools.values()) {
      pool.dispose();
    }
    this.pools.clear();
  }
}

import type { Attributes } from '@opentelemetry/api';
import type { TraceScope } from './traceScope.ts';

export interface InstrumentOptions<Parameters extends unknown[]> {
  /** Where the span belongs; asked for each call. Undefined leaves the call untraced. */
  readonly scope: (...parameters: Parameters) => TraceScope | undefined;
  /** Sizes and names, never content. */
  readonly attributes?: (...parameters: Parameters) => Attributes;
}

/**
 * The same function, each call of which is a span: with the same parameters, `this`, result and
 * errors. Where it answers with a promise the span lasts until that has settled, and the caller gets
 * the very same promise. For a method: `this.read = instrument('read', this.read, …)`.
 */
export function instrument<This, Parameters extends unknown[], Result>(
  name: string,
  work: (this: This, ...parameters: Parameters) => Result,
  options: InstrumentOptions<Parameters>,
): (this: This, ...parameters: Parameters) => Result {
  return function instrumented(this: This, ...parameters: Parameters): Result {
    const span = options.scope(...parameters)?.child(name, options.attributes?.(...parameters));
    if (!span) {
      return work.apply(this, parameters);
    }
    try {
      const result = work.apply(this, parameters);
      endWith(span, result);
      return result;
    } catch (error) {
      span.fail(error);
      span.end();
      throw error;
    }
  };
}

function endWith(span: TraceScope, result: unknown): void {
  if (!isThenable(result)) {
    span.end();
    return;
  }
  result.then(
    () => span.end(),
    (error: unknown) => {
      // The caller gets the rejection too, from the promise itself.
      span.fail(error);
      span.end();
    },
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

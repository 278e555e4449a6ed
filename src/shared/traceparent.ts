/** A place in a trace as it crosses a border, by the W3C's Trace Context (level 1). */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** As the header `traceparent` has it. Always sampled: who does not record has none. */
export function formatTraceparent({ traceId, spanId }: TraceParent): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Undefined for whatever is no valid `traceparent`: it comes from outside. */
export function parseTraceparent(value: unknown): TraceParent | undefined {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  const [, traceId = '', spanId = ''] = match ?? [];
  return match && !isZero(traceId) && !isZero(spanId) ? { traceId, spanId } : undefined;
}

/** A place in a new trace, for what begins where nothing is recorded. */
export function newTraceparent(fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(24);
  fillRandom(bytes);
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return formatTraceparent({ traceId: digits.slice(0, 32), spanId: digits.slice(32) });
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

import { randomBytes } from 'node:crypto';

/** The same for all spans of this process; the rest counts. Ids need only differ within a trace. */
const processPart = randomBytes(4).toString('hex');
const traceBytes = 16;
/** Random bytes are drawn for so many traces at once: a call takes microseconds, whatever its size. */
const tracesDrawn = 64;

let drawn = '';
let drawnAt = 0;
let spanCount = 0;

/** 32 hexadecimal digits, random. */
export function newTraceId(): string {
  if (drawnAt >= drawn.length) {
    drawn = randomBytes(traceBytes * tracesDrawn).toString('hex');
    drawnAt = 0;
  }
  const id = drawn.slice(drawnAt, drawnAt + traceBytes * 2);
  drawnAt += traceBytes * 2;
  return id;
}

/** The number of a span in this process: `spanIdOf` makes its id when somebody asks for it. */
export function newSpanNumber(): number {
  spanCount = (spanCount + 1) % 0x1_0000_0000;
  return spanCount;
}

/** 16 hexadecimal digits. */
export function spanIdOf(spanNumber: number): string {
  return processPart + spanNumber.toString(16).padStart(8, '0');
}

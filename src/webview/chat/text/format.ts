import { formatSeconds } from '../../../shared/figures.ts';
import type { ThreadStatus } from '../../../shared/views.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long ago a moment was. Both in ms since 1970. */
export function formatAge(then: number, now: number): string {
  const age = Math.max(0, now - then);
  if (age < minuteMs) {
    return 'just now';
  }
  if (age < hourMs) {
    return `${Math.floor(age / minuteMs)} min ago`;
  }
  if (age < dayMs) {
    return `${Math.floor(age / hourMs)} h ago`;
  }
  if (age < 7 * dayMs) {
    return `${Math.floor(age / dayMs)} d ago`;
  }
  const isSameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    ...(isSameYear ? {} : { year: 'numeric' }),
  }).format(then);
}

const phaseTexts: Record<ThreadStatus['phase'], string> = {
  idle: '',
  preparing: 'Preparing',
  waiting: 'Waiting for the model',
  thinking: 'Thinking',
  answering: 'Answering',
  tool: 'Running a tool',
  approval: 'Waiting for your approval',
  retrying: 'Retrying',
  compacting: 'Summarizing earlier messages',
};

/** What is happening right now, in words. `now` in ms since 1970. */
export function describeStatus(status: ThreadStatus, now: number): string {
  const { phase, detail, retryAt } = status;
  if (phase === 'retrying' && retryAt !== undefined) {
    const seconds = Math.ceil((retryAt - now) / secondMs);
    const countdown = seconds > 0 ? `Retrying in ${formatSeconds(seconds)}` : 'Retrying now';
    return detail ? `${countdown}: ${detail}` : countdown;
  }
  return phase === 'tool' && detail ? detail : phaseTexts[phase];
}

/** The last part of a path, for either kind of slash. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

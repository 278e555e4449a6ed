import type { BulkJobView } from '../../../shared/views.ts';
import type { Announcer } from './announcer.ts';

/** Says to screen readers when a task over many files has ended or needs the user. */
export function announceJobs(
  before: readonly BulkJobView[],
  after: readonly BulkJobView[],
  announcer: Announcer,
): void {
  const states = new Map(before.map(({ id, state }) => [id, state]));
  for (const { id, title, state, detail } of after) {
    const isNews = states.has(id) && states.get(id) !== state;
    if (isNews && (state === 'ended' || state === 'asking')) {
      announcer.say(`${title}: ${detail}`);
    }
  }
}

import assert from 'node:assert/strict';
import type { BulkJobView } from '../../../../../src/shared/views.ts';
import type { Announcer } from '../../../../../src/webview/chat/state/announcer.ts';
import { announceJobs } from '../../../../../src/webview/chat/state/jobSpeech.ts';

describe('Speech about jobs on many files', () => {
  it('tells once of a job that has ended or needs the user, and of no progress', () => {
    const said: string[] = [];
    const announcer = { say: (text: string) => said.push(text) } as unknown as Announcer;
    const job = (state: BulkJobView['state'], finished: number): readonly BulkJobView[] => [
      { id: 'a', title: 'Explain 2 files', state, total: 2, finished, detail: 'So it is.' },
    ];
    const steps = [[], job('running', 0), job('running', 1), job('ended', 2), job('ended', 2)];
    for (const [index, after] of steps.slice(1).entries()) {
      announceJobs(steps[index] ?? [], after, announcer);
    }
    assert.deepEqual(said, ['Explain 2 files: So it is.']);
  });
});

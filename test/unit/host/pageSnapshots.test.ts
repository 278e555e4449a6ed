import assert from 'node:assert/strict';
import { snapshotInView, takenFor } from '../../../src/host/pageSnapshots.ts';
import type { ThreadView } from '../../../src/shared/views.ts';
import { createAgentHarness } from '../../support/agentHarness.ts';

describe('A snapshot for a page', () => {
  let shown: string | undefined;
  let heard: string[];
  let before: () => Promise<void>;
  let parts: Parameters<typeof snapshotInView>[0];

  beforeEach(() => {
    const { service } = createAgentHarness();
    shown = undefined;
    heard = [];
    before = async () => undefined;
    const note = (kind: string) => (view: ThreadView) => {
      shown = view.id;
      heard.push(`${kind} ${view.id}`);
    };
    parts = {
      threads: {
        openCurrent: (taken) => service.openCurrent(taken),
        open: async (id, taken) => {
          await before();
          return service.open(id, taken);
        },
      },
      shownThreadId: () => shown,
      taken: note('taken'),
      show: note('show'),
    };
  });

  it('is of the thread in view, else of the last one', async () => {
    const first = await snapshotInView(parts, new AbortController().signal);
    const again = await snapshotInView(parts, new AbortController().signal);
    assert.equal(again.id, first.id);
    assert.deepEqual(heard, [`taken ${first.id}`, `taken ${first.id}`]);
  });

  it('is of the thread that a command puts in view while another is read', async () => {
    shown = 'old';
    before = async () => {
      before = async () => undefined;
      shown = 'new';
    };
    const view = await snapshotInView(parts, new AbortController().signal);
    assert.equal(view.id, 'new');
    assert.deepEqual(heard, ['taken new']);
  });

  it('is nobody’s where the page has gone', async () => {
    shown = 'old';
    const page = new AbortController();
    before = async () => page.abort();
    await snapshotInView(parts, page.signal);
    assert.deepEqual(heard, []);
  });

  it('of what the user chose in a page that has gone is shown by the next one', async () => {
    const page = new AbortController();
    const taken = takenFor(parts, page.signal);
    await parts.threads.open('one', taken);
    page.abort();
    await parts.threads.open('two', taken);
    assert.deepEqual(heard, ['taken one', 'show two']);
  });
});

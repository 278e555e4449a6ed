import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ModelEvent } from '../../../../src/core/model/request.ts';
import type { HostEvent } from '../../../../src/shared/protocol.ts';
import type { ThreadView } from '../../../../src/shared/views.ts';
import {
  type AgentHarness,
  aborted,
  blockEvents,
  createAgentHarness,
  done,
  draft,
  editAccess,
  type FakeTool,
  failed,
  type ModelScript,
  start,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';
import { applyEvent } from '../../../support/panelMirror.ts';

/** Lets some turns of the event loop pass, so that a panel can connect in between. */
async function pause(turns = 1): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await settle();
  }
}

/** An answer that takes its time between any two events. */
function slowly(events: (id: string) => Iterable<ModelEvent>): ModelScript {
  return async function* replay(request, signal) {
    await pause();
    for (const event of [...start(request), ...events(request.id)]) {
      yield event;
      await pause();
      if (signal.aborted) {
        yield { type: 'ended', outcome: { kind: 'cancelled' } };
        return;
      }
    }
  };
}

const tools: Readonly<Record<string, FakeTool>> = {
  read: { run: () => pause(2).then(() => ({ text: 'contents' })) },
  shell: {
    kind: 'run',
    run: async (_input, progress, signal) => {
      for (const line of ['one\n', 'two\n', 'three\n']) {
        progress(line);
        await pause();
        if (signal.aborted) {
          throw new Error('stopped');
        }
      }
      return { text: 'one\ntwo\nthree' };
    },
  },
  edit: { kind: 'write', access: editAccess },
};

const conversation: readonly ModelScript[] = [
  slowly(function* first(id) {
    yield* blockEvents(0, thinking('Let me look.'));
    yield* blockEvents(1, text('I look at both.'));
    yield* blockEvents(2, toolUse(`${id}a`, 'read', { path: 'a.ts' }));
    yield* blockEvents(3, toolUse(`${id}b`, 'read', { path: 'b.ts' }));
    yield* blockEvents(4, toolUse(`${id}c`, 'shell', { command: 'ls' }));
    yield { type: 'ended', outcome: done('tool_use') };
  }),
  slowly(function* second(id) {
    yield* blockEvents(0, toolUse(`${id}d`, 'edit', { n: 1 }));
    yield { type: 'ended', outcome: done('tool_use') };
  }),
  slowly(function* third() {
    yield* blockEvents(0, text('That is done.'));
    yield { type: 'ended', outcome: done('end_turn') };
  }),
  slowly(function* fourth() {
    yield* blockEvents(0, text('This goes'));
    yield { type: 'ended', outcome: failed() };
  }),
  async function* last(request, signal) {
    yield* start(request);
    yield* blockEvents(0, text('Until I am stopped'));
    await aborted(signal);
    yield { type: 'ended', outcome: { kind: 'cancelled' } };
  },
];

/** A user who sends, allows, retries and stops. */
async function use({ service, model, settled, view }: AgentHarness): Promise<void> {
  model.add(...conversation);
  const allow = async (): Promise<void> => {
    for (let turns = 0; turns < 500; turns += 1) {
      const answer = (await view('t')).messages.at(-1);
      const blocks = answer?.role === 'assistant' ? answer.blocks : [];
      const card = blocks.find(
        (block) => block.type === 'tool' && block.status === 'awaitingApproval',
      );
      if (card) {
        return service.decide('t', card.id, 'allow');
      }
      await pause();
    }
  };
  await service.send('t', draft('one'));
  await allow();
  await settled('t');
  const second = await service.send('t', draft('two'));
  await settled('t');
  await service.retry('t', second);
  await pause(3);
  await service.stop('t');
  await settled('t');
}

/** A view that a panel got in the middle, with how many events it does not have to hear. */
interface Connection {
  readonly view: ThreadView;
  readonly heard: number;
}

function mirrored({ view, heard }: Connection, events: readonly HostEvent[]): ThreadView {
  return events.slice(heard).reduce(applyEvent, view);
}

describe('a panel that connects at any moment', () => {
  it('has in the end what a panel has that was there from the start', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(140), { minLength: 1, maxLength: 40 }),
        async (moments) => {
          const harness = createAgentHarness({ tools });
          const { service, events, model } = harness;
          const connections: Promise<Connection>[] = [];
          const connect = (): void => {
            connections.push(
              new Promise((resolve, reject) => {
                service
                  .open('t', (view) => {
                    resolve({ view: structuredClone(view), heard: events.length });
                  })
                  .catch(reject);
              }),
            );
          };
          connect();
          const using = use(harness);
          for (let moment = 0; moment <= 140; moment += 1) {
            if (moments.includes(moment)) {
              connect();
            }
            await pause();
          }
          await using;
          assert.equal(model.requests.length, 5);
          const [first, ...others] = await Promise.all(connections);
          assert.ok(first);
          const whole = mirrored(first, events);
          assert.equal(whole.messages.length, 4);
          for (const other of others) {
            assert.deepEqual(withoutStarts(mirrored(other, events)), withoutStarts(whole));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gets the same once more when all is over', async () => {
    const harness = createAgentHarness({ tools });
    const { service, events } = harness;
    const view = structuredClone(await service.open('t', () => undefined));
    await use(harness);
    const mirror = mirrored({ view, heard: 0 }, events);
    const again = await harness.view('t');
    assert.deepEqual(withoutStarts(again), withoutStarts(mirror));
  });

  it('gets a turn that begins or ends while its page is read, and gets it once', async () => {
    const harness = createAgentHarness({ tools });
    const { service, store, events, model } = harness;
    model.add(...conversation.slice(2, 3));
    const readPage = store.readPage.bind(store);
    let slowness = 0;
    store.readPage = async (...args) => {
      const page = await readPage(...args);
      await pause(slowness);
      return page;
    };
    const connect = (slow: number): Promise<Connection> => {
      slowness = slow;
      return new Promise((resolve) => {
        service
          .open('t', (view) => resolve({ view: structuredClone(view), heard: events.length }))
          .catch(() => undefined);
      });
    };
    const first = await connect(0);
    const late = [connect(1), connect(5), connect(60)];
    await service.send('t', draft('one'));
    late.push(connect(0), connect(2), connect(60));
    await harness.settled('t');
    const whole = mirrored(first, events);
    assert.equal(whole.messages.length, 2);
    for (const connection of await Promise.all(late)) {
      assert.deepEqual(withoutStarts(mirrored(connection, events)), withoutStarts(whole));
    }
  });
});

/** When a call began matters while it runs; it is not kept. */
function withoutStarts(view: ThreadView): unknown {
  return {
    ...view,
    messages: view.messages.map((message) =>
      message.role === 'user'
        ? message
        : {
            ...message,
            blocks: message.blocks.map((block) =>
              block.type === 'tool' ? { ...block, startedAt: undefined } : block,
            ),
          },
    ),
  };
}

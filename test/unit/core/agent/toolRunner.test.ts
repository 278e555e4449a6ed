import assert from 'node:assert/strict';
import { CancelledError, UserError } from '../../../../src/base/errors.ts';
import { ThreadApprover } from '../../../../src/core/agent/threadApprover.ts';
import {
  type ToolJournal,
  ToolRunner,
  type ToolSet,
} from '../../../../src/core/agent/toolRunner.ts';
import type { ToolUseBlock } from '../../../../src/core/model/message.ts';
import type { ToolResultRecord } from '../../../../src/core/store/records.ts';
import {
  aborted,
  askingPolicy,
  editAccess,
  type FakeTool,
  FakeTools,
  gate,
} from '../../../support/agentHarness.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';

function use(id: string, name: string, input: unknown = {}): ToolUseBlock {
  return { type: 'tool_use', id, name, input };
}

interface Bench {
  readonly runner: ToolRunner;
  readonly approver: ThreadApprover<readonly string[]>;
  readonly tools: FakeTools;
  readonly clock: FakeClock;
  readonly results: ToolResultRecord[];
  readonly failures: string[];
  /** Status changes as "id status". */
  readonly statuses: string[];
  run(uses: readonly ToolUseBlock[], inputErrors?: ReadonlyMap<string, string>): Promise<void>;
  readonly controller: AbortController;
}

function bench(
  tools: Readonly<Record<string, FakeTool>>,
  more: { readonly journal?: Partial<ToolJournal>; readonly cap?: ToolSet['cap'] } = {},
): Bench {
  const results: ToolResultRecord[] = [];
  const failures: string[] = [];
  const statuses: string[] = [];
  const clock = new FakeClock();
  const fakeTools = new FakeTools(tools);
  if (more.cap) {
    fakeTools.cap = more.cap;
  }
  const approver = new ThreadApprover(askingPolicy);
  const journal: ToolJournal = {
    changed: (id, changes) => {
      if (changes.status) {
        statuses.push(`${id} ${changes.status}`);
      }
    },
    outputAppended: () => undefined,
    ended: (result) => results.push(result),
    beforeRun: async () => undefined,
    edited: () => undefined,
    remarks: async () => '',
    failed: (name, error) => failures.push(`${name}: ${error.message}`),
    ...more.journal,
  };
  const runner = new ToolRunner({ tools: fakeTools, approver, journal, clock });
  const controller = new AbortController();
  const run = (
    uses: readonly ToolUseBlock[],
    inputErrors: ReadonlyMap<string, string> = new Map(),
  ): Promise<void> => runner.run(uses, inputErrors, controller.signal);
  return {
    runner,
    approver,
    tools: fakeTools,
    clock,
    results,
    failures,
    statuses,
    run,
    controller,
  };
}

function outcome(results: readonly ToolResultRecord[]): string[] {
  return results.map((result) => `${result.toolUseId} ${result.status}`).sort();
}

function contentOf(results: readonly ToolResultRecord[], id: string): string {
  const content = results.find((result) => result.toolUseId === id)?.content;
  return typeof content === 'string' ? content : JSON.stringify(content);
}

describe('running tools', () => {
  it('runs neighbouring reads side by side, eight at a time', async () => {
    const release = gate();
    let now = 0;
    let most = 0;
    const read: FakeTool = {
      run: async () => {
        now += 1;
        most = Math.max(most, now);
        await release.opened;
        now -= 1;
        return {};
      },
    };
    const { run, results } = bench({ read });
    const running = run(Array.from({ length: 20 }, (_, n) => use(`${n}`, 'read')));
    await settle();
    assert.equal(now, 8);
    release.open();
    await running;
    assert.equal(most, 8);
    assert.equal(results.length, 20);
  });

  it('runs what writes alone and in order, so that a read after a write sees it', async () => {
    let file = 'old';
    const { run, results } = bench({
      read: { run: async () => ({ text: file }) },
      write: {
        kind: 'write',
        run: async () => {
          await settle();
          file = 'new';
          return {};
        },
      },
    });
    await run([use('1', 'read'), use('2', 'write'), use('3', 'read')]);
    assert.equal(contentOf(results, '1'), 'old');
    assert.equal(contentOf(results, '3'), 'new');
  });

  it('does not start a write before the reads before it have ended', async () => {
    const release = gate();
    const { run, tools } = bench({
      slow: { run: () => release.opened.then(() => ({})) },
      write: { kind: 'write' },
    });
    const running = run([use('1', 'slow'), use('2', 'write')]);
    await settle();
    assert.deepEqual(tools.ran, ['slow']);
    release.open();
    await running;
    assert.deepEqual(tools.ran, ['slow', 'write']);
  });

  it('asks for leave, runs after "Allow", and does not after "Deny"', async () => {
    const { run, approver, results, tools, statuses } = bench({
      edit: { kind: 'write', access: editAccess },
    });
    const running = run([use('1', 'edit'), use('2', 'edit')]);
    await settle();
    assert.deepEqual(statuses, ['1 awaitingApproval']);
    approver.decide('1', 'allow');
    await settle();
    approver.decide('2', 'deny');
    await running;
    assert.deepEqual(outcome(results), ['1 done', '2 denied']);
    assert.equal(tools.ran.length, 1);
    assert.match(contentOf(results, '2'), /denied/);
  });

  it('asks once for a thread: what waits beside it for the same leave goes on', async () => {
    const { run, approver, results } = bench({ peek: { access: editAccess } });
    const running = run([use('1', 'peek'), use('2', 'peek'), use('3', 'peek')]);
    await settle();
    approver.decide('2', 'allowInThread');
    await running;
    await run([use('4', 'peek')]);
    assert.deepEqual(outcome(results), ['1 done', '2 done', '3 done', '4 done']);
    assert.throws(() => approver.decide('1', 'allow'), UserError);
  });

  it('leaves what waits for another leave waiting', async () => {
    const { run, approver, results } = bench({
      peek: { access: editAccess },
      poke: { access: editAccess },
    });
    const running = run([use('1', 'peek'), use('2', 'poke')]);
    await settle();
    approver.decide('1', 'allowInThread');
    await settle();
    assert.deepEqual(outcome(results), ['1 done']);
    approver.decide('2', 'deny');
    await running;
  });

  it('tells the model the rule that forbids a call, without asking', async () => {
    const access = () => [{ kind: 'command', command: 'rm -rf /', directory: '/' }] as const;
    const { run, results, tools } = bench({ shell: { kind: 'run', access } });
    await run([use('1', 'shell')]);
    assert.deepEqual(outcome(results), ['1 denied']);
    assert.match(contentOf(results, '1'), /a rule forbids rm/);
    assert.deepEqual(tools.ran, []);
  });

  it('answers a call whose input could not be read, and runs its neighbours', async () => {
    const { run, results, failures } = bench({ read: {} });
    await run([use('1', 'read'), use('2', 'read')], new Map([['1', 'It is not JSON.']]));
    assert.deepEqual(outcome(results), ['1 failed', '2 done']);
    assert.match(contentOf(results, '1'), /It is not JSON\.\nSend the call again/);
    assert.deepEqual(failures, []);
  });

  it('answers a call of a tool that does not exist', async () => {
    const { run, results, failures } = bench({ read: {} });
    await run([use('1', 'rea'), use('2', 'read')]);
    assert.deepEqual(outcome(results), ['1 failed', '2 done']);
    assert.match(contentOf(results, '1'), /no tool rea/);
    assert.deepEqual(failures, []);
  });

  it('logs a tool that throws, answers its call, and runs the others', async () => {
    const { run, results, failures } = bench({
      buggy: { run: () => Promise.reject(new TypeError('x is undefined')) },
      confused: { prepare: () => Promise.reject(new UserError('Give a path.')) },
      read: {},
    });
    await run([use('1', 'buggy'), use('2', 'confused'), use('3', 'read')]);
    assert.deepEqual(outcome(results), ['1 failed', '2 failed', '3 done']);
    assert.deepEqual(failures, ['buggy: x is undefined']);
    assert.equal(contentOf(results, '2'), 'Give a path.');
  });

  it('takes a cancellation that nobody asked for as the failure of the tool', async () => {
    const { run, results, failures } = bench({
      flaky: { run: () => Promise.reject(new CancelledError()) },
    });
    await run([use('1', 'flaky')]);
    assert.deepEqual(outcome(results), ['1 failed']);
    assert.equal(failures.length, 1);
  });

  it('tells that a call took effect even where its output cannot be kept', async () => {
    const { run, results, failures } = bench(
      {
        edit: {
          kind: 'write',
          run: async () => ({ text: 'edited', changedPaths: ['/home/ada/a.ts'] }),
        },
      },
      {
        cap: () => Promise.reject(new Error('disk full')),
        journal: { remarks: () => Promise.reject(new Error('cannot read')) },
      },
    );
    await run([use('1', 'edit')]);
    assert.deepEqual(outcome(results), ['1 done']);
    assert.match(contentOf(results, '1'), /^edited/);
    assert.deepEqual(results[0]?.changedPaths, ['/home/ada/a.ts']);
    assert.deepEqual(failures, ['edit: disk full', 'edit: cannot read']);
  });

  it('says so where a tool says nothing, and adds remarks and images', async () => {
    const data = 'iVBORw0KGgo=';
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data },
    } as const;
    const { run, results } = bench(
      {
        quiet: { run: async () => ({ text: ' \n' }) },
        look: { run: async () => ({ text: '', images: [image] }) },
      },
      { journal: { remarks: async (output) => (output.images ? 'Mind the rules.' : '') } },
    );
    await run([use('1', 'quiet'), use('2', 'look')]);
    assert.equal(contentOf(results, '1'), '(no output)');
    const look = results.find((result) => result.toolUseId === '2');
    assert.deepEqual(look?.content, [{ type: 'text', text: '\n\nMind the rules.' }, image]);
  });

  it('refuses calls with one result each', () => {
    const { runner, results } = bench({});
    runner.refuse([use('1', 'x'), use('2', 'y')], 'Enough.');
    assert.deepEqual(outcome(results), ['1 cancelled', '2 cancelled']);
    assert.equal(contentOf(results, '2'), 'Enough.');
  });
});

describe('stopping tools', () => {
  it('ends a call that waits for leave, and never runs it', async () => {
    const { run, approver, results, controller, tools } = bench({
      edit: { kind: 'write', access: editAccess },
    });
    const running = run([use('1', 'edit'), use('2', 'edit')]);
    await settle();
    controller.abort();
    await running;
    assert.deepEqual(outcome(results), ['1 cancelled', '2 cancelled']);
    assert.deepEqual(tools.ran, []);
    assert.throws(() => approver.decide('1', 'allow'), UserError);
    assert.match(contentOf(results, '1'), /before it ran/);
  });

  it('passes the stop to a running tool and does not start the next', async () => {
    const { run, results, controller, tools, clock } = bench({
      shell: {
        kind: 'run',
        run: async (_input, _progress, signal) => {
          await aborted(signal);
          throw new CancelledError();
        },
      },
    });
    const running = run([use('1', 'shell'), use('2', 'shell')]);
    await settle();
    controller.abort();
    await running;
    assert.deepEqual(outcome(results), ['1 cancelled', '2 cancelled']);
    assert.deepEqual(tools.ran, ['shell']);
    assert.match(contentOf(results, '1'), /may have run in part/);
    assert.match(contentOf(results, '2'), /before it ran/);
    assert.equal(clock.pendingTimers, 0);
  });

  it('keeps the result of a call that finishes in spite of the stop', async () => {
    const { run, results, controller } = bench({
      edit: {
        kind: 'write',
        run: async (_input, _progress, signal) => {
          await aborted(signal);
          return { text: 'edited', changedPaths: ['/home/ada/a.ts'] };
        },
      },
    });
    const running = run([use('1', 'edit')]);
    await settle();
    controller.abort();
    await running;
    assert.deepEqual(outcome(results), ['1 done']);
    assert.deepEqual(results[0]?.changedPaths, ['/home/ada/a.ts']);
  });

  for (const phase of ['prepare', 'run'] as const) {
    it(`gives up a tool that hangs in ${phase}, within 200 ms and with one result`, async () => {
      const release = gate();
      const hang = () => release.opened.then(() => ({}));
      const prepare = () => release.opened;
      const tool = phase === 'run' ? { run: hang } : { prepare, access: editAccess };
      const { run, results, controller, clock, statuses } = bench({ stuck: tool });
      const running = run([use('1', 'stuck')]);
      await settle();
      controller.abort();
      await clock.advance(200);
      await running;
      assert.deepEqual(outcome(results), ['1 cancelled']);
      const before = statuses.length;
      release.open();
      await settle();
      assert.deepEqual(outcome(results), ['1 cancelled']);
      assert.equal(statuses.length, before);
      assert.equal(clock.pendingTimers, 0);
    });
  }

  it('answers all calls at once where the stop came first', async () => {
    const { run, results, controller, tools } = bench({ read: {}, write: { kind: 'write' } });
    controller.abort();
    await run([use('1', 'read'), use('2', 'write'), use('3', 'nonsense')]);
    assert.deepEqual(outcome(results), ['1 cancelled', '2 cancelled', '3 cancelled']);
    assert.deepEqual(tools.ran, []);
  });
});

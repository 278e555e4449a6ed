import assert from 'node:assert/strict';
import { maxRunning } from '../../../../src/core/completion/completionRequests.ts';
import type { KeptCompletion } from '../../../../src/core/completion/completionReuse.ts';
import { settle } from '../../../support/fakeClock.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';
import { plainPrompts } from '../../../support/plainCompletions.ts';
import { createKit, type EngineKit, texts } from './engineKit.ts';

describe('CompletionEngine', () => {
  let kit: EngineKit;
  beforeEach(() => {
    kit = createKit();
  });
  afterEach(() => {
    kit.engine.dispose();
    assert.deepEqual(kit.errors, []);
    assert.equal(kit.engine.held.running, 0);
  });

  describe('reuse', () => {
    it('serves typing along, deleting back and undo at once, without another request', async () => {
      const editor = new FakeEditor('con¦\nend');
      assert.deepEqual(await kit.ask(editor, 'sole.log()'), ['sole.log()']);
      for (const [key, rest] of [
        ['s', 'ole.log()'],
        ['o', 'le.log()'],
      ] as const) {
        editor.type(key);
        assert.deepEqual(kit.now(editor), [rest]);
      }
      editor.delete(2);
      assert.deepEqual(kit.now(editor), ['sole.log()']);
      editor.type('x');
      assert.equal(kit.now(editor), 'later');
      editor.delete();
      assert.deepEqual(kit.now(editor), ['sole.log()']);
      assert.equal(kit.asked.length, 1);
    });

    it('goes on after a word or a line was accepted, and offers nothing once all stands there', async () => {
      const editor = new FakeEditor('function add¦\nend');
      await kit.ask(editor, '(a, b) {\n  return a + b;\n}');
      editor.type('(a, b)');
      assert.deepEqual(kit.now(editor), [' {\n  return a + b;\n}']);
      editor.type(' {\n');
      assert.deepEqual(kit.now(editor), ['  return a + b;\n}']);
      editor.type('  return a + b;\n}');
      assert.equal(kit.now(editor), 'later');
    });

    it('never gives what was made for another suffix, file, language, model or prompt', async () => {
      const editor = new FakeEditor('con¦\nend');
      await kit.ask(editor, 'sole');
      assert.equal(kit.now(new FakeEditor('con¦\nend', 'b.ts')), 'later');
      assert.equal(kit.now(new FakeEditor('con¦\nend!')), 'later');
      assert.equal(kit.now(new FakeEditor('con¦ \nend')), 'later');
      assert.equal(kit.now(new FakeEditor('con¦')), 'later');
      assert.equal(kit.now(new FakeEditor('\ncon¦\nend')), 'later');
      assert.equal(kit.now(new FakeEditor(' con¦\nend')), 'later', 'white space counts');
      assert.deepEqual(kit.now(new FakeEditor('con¦\nend')), ['sole']);
      const kept = kit.kept;
      const other = createKit({ model: () => ({ id: 'another', isAutomatic: false }) });
      for (const [key, completions] of kept) {
        other.kept.set(key, completions);
      }
      const offers = other.complete(new FakeEditor('con¦\nend'));
      await other.clock.advance(2_000);
      assert.equal(other.asked.length, 1, 'another model is asked itself');
      other.engine.dispose();
      assert.deepEqual(texts(await offers), []);
    });

    it('survives a bracket that the editor closes by itself, where the text comes out the same', async () => {
      const editor = new FakeEditor('foo¦\nend');
      await kit.ask(editor, '(a, [b]);');
      editor.type('(', ')');
      const offers = await kit.complete(editor);
      assert.deepEqual(
        offers.map(({ text, closers }) => [text, closers]),
        [['a, [b]);', ')']],
      );
      editor.type('a, [', ']');
      assert.deepEqual(
        (await kit.complete(editor)).map(({ text, closers }) => [text, closers]),
        [['b]);', '])']],
      );
      assert.equal(kit.asked.length, 1);
    });

    it('does not take a bracket for the editor’s where the completion has none to put there', async () => {
      const editor = new FakeEditor('foo¦\nend');
      await kit.ask(editor, '(a\n');
      editor.type('(', ')');
      assert.equal(kit.now(editor), 'later');
    });

    it('brings back what an earlier session kept', async () => {
      const editor = new FakeEditor('con¦\nend');
      await kit.ask(editor, 'sole');
      const next = createKit();
      for (const [key, completions] of kit.kept) {
        next.kept.set(key, completions);
      }
      assert.deepEqual(texts(await next.complete(editor)), ['sole']);
      editor.type('s');
      assert.deepEqual(next.now(editor), ['ole']);
      assert.equal(next.asked.length, 0);
      next.engine.dispose();
    });

    it('waits for what an earlier session kept, also where somebody asked before', async () => {
      const { slow, read } = slowKit();
      const editor = new FakeEditor('con¦\nend');
      void slow.complete(editor);
      const offers = slow.complete(editor);
      await slow.clock.advance(2_000);
      read.resolve([{ text: 'con', completion: 'sole' }]);
      await settle();
      await slow.clock.advance(2_000);
      assert.equal(slow.asked.length, 0);
      slow.engine.stop();
      assert.deepEqual(texts(await offers), ['sole']);
      slow.engine.dispose();
    });

    it('brings nothing back that was read before all was to be forgotten', async () => {
      const { slow, read } = slowKit();
      const editor = new FakeEditor('con¦\nend');
      void slow.complete(editor);
      slow.engine.clear();
      read.resolve([{ text: 'con', completion: 'sole' }]);
      await settle();
      assert.equal(slow.engine.held.kept, 0);
      slow.engine.dispose();
    });
  });

  describe('what was rejected', () => {
    it('is not offered again there, nor when it is typed towards, nor asked for', async () => {
      const editor = new FakeEditor('a\ncon¦\nend');
      await kit.ask(editor, 'sole');
      kit.engine.rejected();
      assert.deepEqual(kit.now(editor), []);
      editor.type('s');
      assert.deepEqual(kit.now(editor), []);
      editor.delete();
      assert.deepEqual(kit.now(editor), []);
      assert.equal(kit.asked.length, 1);
    });

    it('is that also where some of it had been typed by then', async () => {
      const editor = new FakeEditor('c¦\nend');
      await kit.ask(editor, 'onsole');
      editor.type('on');
      assert.deepEqual(kit.now(editor), ['sole']);
      kit.engine.rejected();
      editor.type('s');
      assert.deepEqual(kit.now(editor), []);
      assert.deepEqual(fates(kit), ['rejected']);
    });

    it('is all of several that were offered together', async () => {
      const editor = new FakeEditor('con¦\nend');
      await kit.ask(editor, 'sole');
      const offers = kit.complete(editor, { trigger: 'invoke' });
      await settle();
      await kit.asked[1]?.answer('nect()');
      await kit.asked[2]?.answer('tinue;');
      await offers;
      kit.engine.rejected();
      for (const key of ['s', 'n', 't']) {
        editor.type(key);
        assert.deepEqual(kit.now(editor), []);
        editor.delete();
      }
    });

    it('stays away when something else in the file changes and the model says it again', async () => {
      const editor = new FakeEditor('a\ncon¦\nend');
      await kit.ask(editor, 'sole');
      kit.engine.rejected();
      const changed = new FakeEditor('a\ncon¦\nchanged');
      assert.deepEqual(await kit.ask(changed, 'sole;'), []);
      assert.deepEqual(await kit.ask(new FakeEditor('b\ncon¦\nend'), 'sole'), ['sole']);
    });

    it('comes back when the user asks for it', async () => {
      const editor = new FakeEditor('con¦\nend');
      await kit.ask(editor, 'sole');
      kit.engine.rejected();
      const offers = kit.complete(editor, { trigger: 'invoke' });
      await settle();
      for (const one of kit.asked.slice(1)) {
        await one.answer('nect()');
      }
      assert.deepEqual(texts(await offers).toSorted(), ['nect()', 'sole']);
    });
  });

  describe('a request under way', () => {
    it('is kept and shared while what is typed agrees with what has come of it', async () => {
      const editor = new FakeEditor('con¦');
      const first = kit.complete(editor);
      await kit.clock.advance(2_000);
      await kit.asked[0]?.write('sol');
      editor.type('s');
      const second = kit.complete(editor);
      editor.type('ole');
      const third = kit.complete(editor);
      await kit.clock.advance(10_000);
      assert.equal(kit.asked.length, 1);
      await kit.asked[0]?.answer('e.log()');
      assert.deepEqual(texts(await second), ['ole.log()']);
      assert.deepEqual(texts(await third), ['.log()']);
      assert.deepEqual(texts(await first), ['sole.log()'], 'the asker decides what is too late');
    });

    it('is aborted as soon as the text goes another way', async () => {
      const editor = new FakeEditor('con¦');
      void kit.complete(editor);
      await kit.clock.advance(2_000);
      await kit.asked[0]?.write('sole');
      editor.type('t');
      kit.engine.moved(editor.spot());
      assert.equal(kit.asked[0]?.signal.aborted, true);
      assert.equal(kit.engine.held.running, 0);
      assert.equal(kit.engine.activity.failure, undefined);
    });

    it('is aborted when the cursor leaves', async () => {
      const editor = new FakeEditor('con¦\nend');
      void kit.complete(editor);
      await kit.clock.advance(2_000);
      editor.line = 1;
      kit.engine.moved(editor.spot());
      assert.equal(kit.asked[0]?.signal.aborted, true);
    });

    it('is left alone by a question that was taken back before it came', async () => {
      const editor = new FakeEditor('con¦\nend');
      const offers = kit.complete(editor);
      await kit.clock.advance(2_000);
      const stale = new FakeEditor('c¦on\nend');
      void kit.complete(stale, { signal: AbortSignal.abort() });
      assert.equal(kit.asked[0]?.signal.aborted, false);
      await kit.asked[0]?.answer('sole');
      assert.deepEqual(texts(await offers), ['sole']);
      assert.deepEqual(texts(await kit.complete(stale, { signal: AbortSignal.abort() })), []);
      assert.deepEqual(kit.judged, [], 'what is shown is not judged by it');
    });

    it('does not begin where the user’s own question is taken back meanwhile', async () => {
      const controller = new AbortController();
      const offers = kit.complete(new FakeEditor('con¦'), {
        trigger: 'invoke',
        signal: controller.signal,
      });
      controller.abort();
      assert.deepEqual(texts(await offers), []);
      await settle();
      assert.equal(kit.asked.length, 0);
    });

    it('is followed by another one where its answer turns out to be of no use', async () => {
      const editor = new FakeEditor('con¦');
      void kit.complete(editor);
      await kit.clock.advance(2_000);
      editor.type('tr');
      const offers = kit.complete(editor);
      await kit.clock.advance(2_000);
      assert.equal(kit.asked.length, 1, 'nothing has come of it that speaks against it');
      await kit.asked[0]?.answer('sole');
      await kit.clock.advance(2_000);
      await kit.asked[1]?.answer('ol');
      assert.deepEqual(texts(await offers), ['ol']);
    });

    it('and what is known leave nothing open to be asked', async () => {
      const editor = new FakeEditor('con¦');
      assert.equal(kit.engine.isOpen(editor.spot()), true);
      const offers = kit.complete(editor);
      await kit.clock.advance(2_000);
      assert.equal(kit.engine.isOpen(editor.spot()), false);
      await kit.asked[0]?.answer('sole');
      await offers;
      assert.equal(kit.engine.isOpen(editor.spot()), false);
      assert.equal(kit.engine.isOpen(new FakeEditor('let¦').spot()), true);
      const none = createKit({ model: () => undefined });
      assert.equal(none.engine.isOpen(editor.spot()), false);
      none.engine.dispose();
    });

    it('is one of a stated number at most', async () => {
      for (let index = 0; index < 10; index += 1) {
        // Made for other places, as ahead of the user: typing would have let go of them.
        void kit.engine.prepare(new FakeEditor('a¦', `${index}.ts`).spot(), 'next', neverAborted);
        await settle();
        assert.ok(kit.engine.held.running <= maxRunning);
      }
      assert.deepEqual(
        kit.asked.map(({ signal }) => signal.aborted),
        [...Array(10 - maxRunning).fill(true), ...Array(maxRunning).fill(false)],
      );
      kit.engine.stop();
    });

    it('ends as soon as the rest of the answer would be cut off', async () => {
      const offers = kit.complete(new FakeEditor('con¦'));
      await kit.clock.advance(2_000);
      await kit.asked[0]?.write('sole■ and more');
      assert.deepEqual(texts(await offers), ['sole']);
      assert.equal(kit.asked[0]?.signal.aborted, true);
    });
  });

  describe('the wait', () => {
    it('does not come before what is known, and is none for the user’s own command', async () => {
      const editor = new FakeEditor('con¦');
      const offers = kit.complete(editor, { trigger: 'invoke' });
      await settle();
      assert.ok(kit.asked.length > 0);
      await Promise.all(kit.asked.map((one) => one.answer('sole')));
      assert.deepEqual(texts(await offers), ['sole']);
      editor.type('s');
      assert.deepEqual(kit.now(editor), ['ole']);
    });

    it('is over for nothing when the user types on', async () => {
      const editor = new FakeEditor('con¦');
      const controller = new AbortController();
      const offers = kit.complete(editor, { signal: controller.signal });
      controller.abort();
      await kit.clock.advance(5_000);
      assert.deepEqual(await offers, []);
      assert.equal(kit.asked.length, 0);
    });

    it('is at least what the user wants', async () => {
      const slow = createKit({ minDebounceMs: () => 700 });
      void slow.complete(new FakeEditor('con¦'));
      await slow.clock.advance(699);
      assert.equal(slow.asked.length, 0);
      await slow.clock.advance(1);
      assert.equal(slow.asked.length, 1);
      slow.engine.dispose();
    });
  });

  it('offers several to choose from when the user asks for them', async () => {
    const editor = new FakeEditor('con¦');
    await kit.ask(editor, 'sole');
    const offers = kit.complete(editor, { trigger: 'invoke' });
    await settle();
    assert.equal(kit.asked.length, 3);
    await kit.asked[1]?.answer('nect()');
    await kit.asked[2]?.answer('tinue;');
    assert.deepEqual(texts(await offers).toSorted(), ['nect()', 'sole', 'tinue;']);
  });

  it('completes what is selected in a list, and nothing that does not go on from it', async () => {
    const editor = new FakeEditor('con¦');
    await kit.ask(editor, 'tinue;');
    const offers = kit.complete(editor, { selected: 'console' });
    await kit.clock.advance(2_000);
    await kit.asked[1]?.answer('.log()');
    assert.deepEqual(texts(await offers), ['.log()']);
    editor.type('s');
    assert.deepEqual(texts(await kit.complete(editor, { selected: 'console' })), ['.log()']);
    assert.equal(kit.judged.at(-1)?.fate, 'ignored', 'the first one');
    editor.type('ole');
    assert.deepEqual(kit.now(editor), ['.log()']);
  });

  it('keeps a request for what is selected while the user types towards it', async () => {
    const editor = new FakeEditor('con¦');
    void kit.complete(editor, { selected: 'console' });
    await kit.clock.advance(2_000);
    editor.type('s');
    kit.engine.moved(editor.spot());
    assert.equal(kit.asked[0]?.signal.aborted, false);
    editor.delete(2);
    kit.engine.moved(editor.spot());
    assert.equal(kit.asked[0]?.signal.aborted, true);
  });

  describe('asking ahead', () => {
    const { signal } = new AbortController();

    it('begins as soon as the wait is over, and is what the editor then waits for', async () => {
      const editor = new FakeEditor('con¦');
      kit.engine.typed();
      const asking = kit.engine.askAhead(editor.spot(), signal);
      assert.equal(kit.asked.length, 0);
      await kit.clock.advance(30);
      await asking;
      assert.equal(kit.asked.length, 1);
      const offers = kit.complete(editor);
      await kit.asked[0]?.answer('sole');
      assert.deepEqual(texts(await offers), ['sole']);
      assert.equal(kit.asked.length, 1);
    });

    it('asks nothing that is known, was kept or is under way, nor where the user typed on', async () => {
      const editor = new FakeEditor('con¦');
      await kit.ask(editor, 'sole');
      const ahead = async (one: FakeEditor, until = signal): Promise<void> => {
        kit.engine.typed();
        const asking = kit.engine.askAhead(one.spot(), until);
        await kit.clock.advance(100);
        await asking;
      };
      await ahead(editor);
      await ahead(new FakeEditor('let¦'), AbortSignal.abort());
      assert.equal(kit.asked.length, 1);
      const next = createKit({
        keeping: { load: async (key) => kit.kept.get(key) ?? [], save: () => undefined },
      });
      const asking = next.engine.askAhead(editor.spot(), signal);
      await next.clock.advance(100);
      await asking;
      assert.equal(next.asked.length, 0);
      next.engine.dispose();
    });

    it('does not happen where the wait is longer than the editor’s', async () => {
      const slow = createKit({ minDebounceMs: () => 300 });
      slow.engine.typed();
      await slow.engine.askAhead(new FakeEditor('con¦').spot(), signal);
      await slow.clock.advance(1_000);
      assert.equal(slow.asked.length, 0);
      slow.engine.dispose();
    });
  });

  describe('without an answer', () => {
    it('pauses after a failure, says so, and asks again when told that it was put right', async () => {
      const editor = new FakeEditor('con¦');
      const offers = kit.complete(editor);
      await kit.clock.advance(2_000);
      await kit.asked[0]?.fail({ kind: 'authentication' });
      assert.deepEqual(await offers, []);
      assert.equal(kit.engine.activity.failure?.kind, 'authentication');
      assert.equal(kit.failures.length, 1);
      editor.type('t');
      void kit.complete(editor);
      await kit.clock.advance(60_000);
      assert.equal(kit.asked.length, 1, 'a key is no reason to ask again');
      kit.engine.resume();
      assert.deepEqual(await kit.ask(editor, 'inue'), ['inue']);
      assert.equal(kit.engine.activity.failure, undefined);
    });

    it('tells a mistake of ours and goes on', async () => {
      const errors: unknown[] = [];
      let isBroken = true;
      const broken = createKit({
        onInternalError: (error) => errors.push(error),
        shaping: {
          begin: async () => {
            if (isBroken) {
              throw new Error('Ours');
            }
            return { text: 'x', push: () => 'more', finish: async () => 'x' };
          },
        },
      });
      const editor = new FakeEditor('con¦');
      assert.deepEqual(await broken.ask(editor, ''), []);
      assert.ok(errors.length > 0);
      isBroken = false;
      assert.deepEqual(await broken.ask(editor, 'x'), ['x']);
      broken.engine.dispose();
    });

    it('offers nothing where nothing may be asked, or nothing is fit to be shown', async () => {
      const silent = createKit({ prompts: { ...plainPrompts, build: async () => undefined } });
      assert.deepEqual(await silent.ask(new FakeEditor('con¦'), ''), []);
      assert.equal(silent.asked.length, 0);
      silent.engine.dispose();
      assert.deepEqual(await kit.ask(new FakeEditor('con¦'), ''), []);
    });
  });

  describe('this machine’s own guesses', () => {
    const predictor = {
      learn: () => undefined,
      forget: () => undefined,
      predict: () => ({ text: 'guess', confidence: 0.9 }),
    };

    it('are offered at once without a model, unless they were rejected there', () => {
      const offline = createKit({ model: () => undefined, predictor });
      const editor = new FakeEditor('con¦');
      assert.deepEqual(offline.now(editor), ['guess']);
      offline.engine.rejected();
      assert.deepEqual(offline.now(editor), []);
      offline.engine.dispose();
    });

    it('are not offered where the user does not want them', () => {
      const off = createKit({ model: () => undefined, predictor, isLocalEnabled: () => false });
      assert.deepEqual(off.now(new FakeEditor('con¦')), []);
      off.engine.dispose();
    });

    it('are offered while a model cannot be reached', async () => {
      const broken = createKit({ predictor });
      const editor = new FakeEditor('con¦');
      void broken.complete(editor);
      await broken.clock.advance(2_000);
      await broken.asked[0]?.fail({ kind: 'connection' });
      const offers = broken.complete(editor);
      await broken.clock.advance(500);
      assert.deepEqual(texts(await offers), ['guess']);
      assert.deepEqual(
        (await offers).map(({ origin }) => origin.source),
        ['local'],
      );
      broken.engine.dispose();
    });

    it('stand in for a model that takes its time, where the user wants that', async () => {
      for (const isLocalWhileSlow of [true, false]) {
        const slow = createKit({
          predictor,
          isLocalWhileSlow: () => isLocalWhileSlow,
        });
        const offers = slow.complete(new FakeEditor('con¦'));
        await slow.clock.advance(5_000);
        await slow.asked[0]?.answer('sole');
        assert.deepEqual(texts(await offers), [isLocalWhileSlow ? 'guess' : 'sole']);
        assert.deepEqual(slow.now(new FakeEditor('con¦')), ['sole'], 'and the answer is kept');
        slow.engine.dispose();
      }
    });
  });

  describe('what becomes of an offer', () => {
    it('is told once, however long it was typed along', async () => {
      const editor = new FakeEditor('con¦');
      await kit.ask(editor, 'sole.log()');
      for (const key of 'sole') {
        editor.type(key);
        kit.now(editor);
      }
      editor.type('!');
      kit.engine.moved(editor.spot());
      assert.deepEqual(kit.offered, ['sole.log()']);
      assert.deepEqual(fates(kit), ['followed']);
    });

    it('is an accept when it is accepted, in whole or in pieces', async () => {
      const editor = new FakeEditor('con¦');
      await kit.ask(editor, 'sole.log()');
      editor.type('sole.log()');
      kit.engine.moved(editor.spot());
      kit.engine.accepted();
      const other = new FakeEditor('let¦', 'b.ts');
      await kit.ask(other, ' value = 1;');
      other.type(' value');
      kit.engine.moved(other.spot());
      other.type('d');
      kit.engine.moved(other.spot());
      assert.deepEqual(fates(kit), ['accepted', 'accepted']);
      assert.equal(kit.judged[1]?.watched.acceptedCharacters, ' value'.length);
    });

    it('makes the wait longer or shorter', async () => {
      const wait = async (): Promise<number> => {
        const before = kit.asked.length;
        void kit.complete(new FakeEditor(`x${kit.clock.now()}¦`));
        let waitedMs = 0;
        while (kit.asked.length === before) {
          await kit.clock.advance(1);
          waitedMs += 1;
        }
        kit.engine.stop();
        return waitedMs;
      };
      const usual = await wait();
      for (let index = 0; index < 8; index += 1) {
        const editor = new FakeEditor(`con${index}¦`);
        await kit.ask(editor, 'sole');
        editor.type('?');
        kit.engine.moved(editor.spot());
      }
      assert.ok((await wait()) > usual * 3);
    });
  });

  it('prepares a place ahead, once, and lets go of it when that is not wanted any more', async () => {
    const editor = new FakeEditor('con¦');
    const preparing = kit.engine.prepare(editor.spot(), 'next', neverAborted);
    await settle();
    assert.equal(await kit.engine.prepare(editor.spot(), 'next', neverAborted), undefined);
    await kit.asked[0]?.answer('sole');
    assert.equal((await preparing)?.ask.preparedFor, 'next');
    assert.deepEqual(kit.now(editor), ['sole']);
    const controller = new AbortController();
    const other = kit.engine.prepare(new FakeEditor('b¦').spot(), 'next', controller.signal);
    await settle();
    controller.abort();
    await other;
    assert.equal(kit.asked[1]?.signal.aborted, true);
  });

  it('holds no more after 2,000 completions than its limit, and nothing once cleared', async () => {
    const editor = new FakeEditor('¦\nend');
    for (let index = 0; index < 2_000; index += 1) {
      await kit.ask(editor, `${index} ${'x'.repeat(2_000)}`);
      editor.replace(0, editor.character, String(index));
      editor.character = String(index).length;
      kit.engine.moved(editor.spot());
    }
    assert.ok(kit.engine.held.bytes <= 8_000_000);
    assert.equal(kit.clock.pendingTimers, 0);
    kit.engine.clear();
    assert.deepEqual(kit.engine.held, { kept: 0, bytes: 0, running: 0 });
  });
});

const neverAborted = new AbortController().signal;

function fates(kit: EngineKit): readonly string[] {
  return kit.judged.map(({ fate }) => fate);
}

/** What was kept comes as late as the test wants it. */
function slowKit() {
  const read = deferred<readonly KeptCompletion[]>();
  const slow = createKit({ keeping: { load: () => read.promise, save: () => undefined } });
  return { slow, read };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settled) => {
    resolve = settled;
  });
  return { promise, resolve };
}

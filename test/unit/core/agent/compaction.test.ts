import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import {
  done,
  failed,
  type ModelScript,
  reply,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';
import { type CompactionWindow, longReply, longText, openWindow } from './compactionKit.ts';
import { endless, lastAnswer } from './threadKit.ts';

const notes: ModelScript = reply([text('## Task\nThe notes.')]);

/** Three turns, which fill the window to just below, then above, the first threshold. */
async function fillToPreparation(window: CompactionWindow): Promise<void> {
  await window.ask('one', reply([thinking('A'), text(`first ${longText(5_200)}`)]));
  await window.ask('two', reply([thinking('B'), text(`second ${longText(5_700)}`)]));
}

describe('a thread that fills its window', () => {
  it('prepares a summary from 75 % on and lets it take over at 95 %, in one step', async () => {
    const window = openWindow();
    await fillToPreparation(window);
    assert.equal(window.models.summary.requests.length, 0, 'not before it is due');

    window.models.summary.add(notes);
    await window.ask(`three ${longText(1_000)}`, reply([thinking('C'), text(longText(1_500))]));
    const before = window.sent();
    assert.equal(window.models.summary.requests.length, 1);
    assert.ok(before[0]?.includes('one') && before.length === 5, 'everything is still sent');
    assert.match(before.join(), /"thinking":"A".*"thinking":"B"/);

    await window.ask(`four ${longText(2_000)}`, reply([thinking('D'), text('Fourth.')]));
    const after = window.sent();
    assert.match(after[0] ?? '', /The notes\./);
    assert.doesNotMatch(after.join(), /first|"thinking"/);
    assert.match(after.join(), /three.*four/s, 'what came after the summary was begun is kept');
    assert.equal(window.models.summary.requests.length, 1);

    await window.ask('five', reply([text('Fifth.')]));
    assert.deepEqual(window.sent().slice(0, after.length), after, 'then only appended to');
    assert.match(window.sent().join(), /"thinking":"D"/);
    assert.equal((await window.view('t')).messages.length, 10, 'the panel has the whole thread');
  });

  it('asks a small model for it, in the background, and gives it no images, thinking or long results', async () => {
    const window = openWindow({
      tools: { look: { run: async () => ({ text: `head ${'x'.repeat(20_000)} tail` }) } },
      context: { summaryModels: async () => [{ id: 'small', maxPromptTokens: 90_000 }] },
    });
    window.models.summary.add(notes);
    await window.ask(
      'look at it',
      reply([thinking('secret'), toolUse('1', 'look', { path: 'a.ts' })]),
      longReply(9_000),
    );
    await window.ask(`more ${longText(500)}`, longReply(500));
    const [request] = window.models.summary.requests;
    assert.deepEqual(
      [request?.model, request?.priority, request?.threadId, request?.maxOutputTokens],
      ['small', 'background', 't', 4_096],
    );
    const asked = JSON.stringify(request?.messages);
    assert.match(asked, /look at it.*head.*characters left out.*tail/s);
    assert.doesNotMatch(asked, /secret/);
    assert.ok(asked.length < 30_000, `${asked.length}`);
  });

  it('leaves out what was read again or changed since, but not before the step', async () => {
    const window = openWindow({
      tools: {
        read_file: { run: async () => ({ text: `contents ${longText(700)}` }) },
        edit_file: {},
      },
    });
    window.models.summary.add(notes);
    await window.ask('first', longReply(10_500, 'older'));
    await window.ask(
      'read',
      reply([toolUse('r1', 'read_file', { path: 'a.ts' })]),
      reply([toolUse('e1', 'edit_file', { path: './a.ts' })]),
      reply([toolUse('r2', 'read_file', { path: 'a.ts' })]),
      reply([text('Read.')]),
    );
    const before = window.sent().join();
    assert.equal(before.match(/contents/g)?.length, 2);
    await window.ask(`on ${longText(3_000)}`, reply([text('So.')]));
    const after = window.sent().join();
    assert.match(after, /The notes/);
    assert.equal(
      after.match(/"tool_use_id":"r1","content":"\[Left out: the file was changed/g)?.length,
      1,
    );
    assert.equal(after.match(/contents/g)?.length, 1);
  });

  it('goes on from the request itself where the cut lies within its turn', async () => {
    const window = openWindow({
      tools: { look: { run: async () => ({ text: longText(2_000) }) } },
    });
    window.models.summary.add(notes);
    const rounds = Array.from({ length: 8 }, (_, at) =>
      reply([thinking(`T${at}`), toolUse(`u${at}`, 'look', { at })]),
    );
    await window.ask('the long task', ...rounds, reply([text('Done.')]));
    const after = window.sent();
    assert.equal(lastAnswer(await window.view('t')).state, 'done');
    assert.match(after[0] ?? '', /The notes.*as the user wrote it.*the long task/s);
    assert.match(after[1] ?? '', /"tool_use"/);
    assert.doesNotMatch(after.slice(1).join(), /"u0"/);
  });

  const failures: readonly (readonly [string, ModelScript])[] = [
    ['an error', reply([], failed())],
    ['a refusal', reply([text('I can')], done('refusal'))],
    ['nothing', reply([text('  ')])],
  ];
  for (const [name, script] of failures) {
    it(`cuts what does not fit where the summary ends in ${name}, and tries three times in all`, async () => {
      const window = openWindow();
      window.models.summary.add(script, script, script);
      await fillToPreparation(window);
      for (let turn = 3; turn < 12; turn += 1) {
        await window.ask(`turn ${turn} ${longText(1_200)}`, longReply(800));
        assert.equal(lastAnswer(await window.view('t')).state, 'done');
      }
      assert.equal(window.models.summary.requests.length, 3);
      assert.equal(window.compactions.kept.size, 0);
      assert.doesNotMatch(window.sent().join(), /first/);
    });
  }

  it('asks once more for a shorter one where a summary does not come to its end', async () => {
    const window = openWindow();
    const long = reply([text('On and on')], done('max_tokens'));
    window.models.summary.add(long, notes);
    await fillToPreparation(window);
    await window.ask(`three ${longText(1_000)}`, longReply(3_500));
    await window.ask(`four ${longText(500)}`, reply([text('So.')]));
    assert.match(window.sent()[0] ?? '', /The notes/);
    const words = window.models.summary.requests.map(
      (request) => /at most (\d+) words/.exec(JSON.stringify(request.messages))?.[1],
    );
    assert.deepEqual(words, ['1200', '500']);
  });

  it('reads a long older part in pieces, each with the notes on those before', async () => {
    const window = openWindow({
      context: { summaryModels: async () => [{ id: 'small', maxPromptTokens: 6_000 }] },
    });
    const note = (name: string): ModelScript => reply([text(`notes ${name}`)]);
    const names = [...'abcdefghij'];
    window.models.summary.add(...names.map(note));
    await fillToPreparation(window);
    await window.ask(`three ${longText(1_000)}`, longReply(3_500));
    await window.ask(`four ${longText(500)}`, reply([text('So.')]));
    const { requests } = window.models.summary;
    assert.ok(requests.length > 1);
    assert.match(JSON.stringify(requests[1]?.messages), /<notes>\\nnotes a/);
    const last = names[requests.length - 1] ?? '';
    assert.match(window.sent()[0] ?? '', new RegExp(`notes ${last}`));
  });

  it('makes room and asks once more when the model finds it too long', async () => {
    for (const tooLong of [
      reply([], failed({ kind: 'invalidRequest', status: 400, isPromptTooLong: true })),
      reply([text('Half of it')], done('model_context_window_exceeded')),
    ]) {
      const window = openWindow();
      window.models.summary.add(notes);
      await window.ask('one', longReply(5_000, 'first'));
      await window.ask('two', tooLong, reply([text('Here.')]));
      assert.equal(lastAnswer(await window.view('t')).state, 'done');
      assert.match(window.sent()[0] ?? '', /The notes/);
      assert.match(window.sent().at(-1) ?? '', /"role":"user"/);
    }
  });

  it('ends with a word where the model finds it too long again', async () => {
    const window = openWindow();
    const tooLong = reply(
      [],
      failed({ kind: 'invalidRequest', status: 400, isPromptTooLong: true }),
    );
    window.models.summary.add(notes);
    await window.ask('one', longReply(5_000, 'first'));
    await window.ask('two', tooLong, tooLong);
    assert.equal(lastAnswer(await window.view('t')).state, 'failed');
    assert.equal(window.models.chat.requests.length, 3);
  });

  it('sends nothing that cannot fit, and says what is too large', async () => {
    const window = openWindow();
    await window.ask(`look at ${longText(40_000)}`);
    const { state, notice } = lastAnswer(await window.view('t'));
    assert.equal(state, 'failed');
    assert.match(notice?.text ?? '', /Your message and what is attached to it are about/);
    assert.equal(window.models.chat.requests.length, 0);
    const reopened = openWindow({ store: window.store, compactions: window.compactions });
    assert.equal(lastAnswer(await reopened.view('t')).notice?.text, notice?.text);
  });

  it('stops waiting for a summary when it is stopped, without counting that as a failure', async () => {
    const window = openWindow();
    await fillToPreparation(window);
    window.models.summary.add(endless);
    window.models.chat.add(reply([text('Never.')]));
    await window.service.send('t', { text: longText(4_000), chips: [], images: [] });
    await settle();
    assert.equal((await window.view('t')).status.phase, 'compacting');
    await window.service.stop('t');
    assert.equal(lastAnswer(await window.view('t')).state, 'stopped');
    window.models.summary.add(notes);
    await window.ask('again', reply([text('Here.')]));
    assert.match(window.sent()[0] ?? '', /The notes/);
  });
});

describe('the summary of a thread', () => {
  /** Two long turns summarized by hand; the third is kept. */
  async function compacted(window = openWindow({ isAutomatic: false })): Promise<CompactionWindow> {
    await window.ask('one', reply([thinking('A'), text(`first ${longText(2_000)}`)]));
    await window.ask('two', reply([thinking('B'), text(`second ${longText(2_000)}`)]));
    await window.ask('three', reply([thinking('C'), text('Third.')]));
    window.models.summary.add(notes);
    await window.service.compact('t', 'the names');
    return window;
  }

  it('is made by hand, with what the user wants kept, and is shown where it stands', async () => {
    const window = await compacted();
    const asked = JSON.stringify(window.models.summary.requests[0]);
    assert.match(asked, /keep above all: the names/);
    assert.equal(window.models.summary.requests[0]?.priority, 'interactive');
    const view = await window.view('t');
    const at = view.messages.findIndex(({ id }) => id === view.compaction?.beforeMessageId);
    assert.equal(at, 4, 'before the third question');
    assert.ok(view.meter.summary === 'inUse' && view.meter.isEstimate);
    assert.ok(view.meter.windowTokens < 2_000);
    const phases = window.events.flatMap((event) =>
      event.type === 'thread/status' ? [event.status.phase] : [],
    );
    assert.deepEqual(phases.slice(-2), ['compacting', 'idle']);
    await window.ask('four', reply([text('Fourth.')]));
    assert.match(window.sent().join(), /The notes.*three.*Third.*four/s);
    assert.doesNotMatch(window.sent().join(), /first|second|"thinking"/);
  });

  it('says so where there is nothing to summarize, no model, or a failure', async () => {
    const window = openWindow();
    await assert.rejects(window.service.compact('t', ''), /nothing to summarize yet/);
    await window.ask('hello', reply([text('Hi.')]));
    await assert.rejects(window.service.compact('t', ''), /short enough/);
    await assert.rejects(window.service.summary('t'), UserError);
    await window.ask('one', longReply(3_000));
    await window.ask('two', reply([text('Yes.')]));
    window.models.summary.add(reply([], failed({ message: 'It is down.' })));
    await assert.rejects(window.service.compact('t', ''), /could not be summarized\. It is down\./);
    const offline = openWindow({ store: window.store, context: { summaryModels: async () => [] } });
    await assert.rejects(offline.service.compact('t', ''), /offline/);
    await window.ask('three', reply([text('Still here.')]));
    assert.equal(lastAnswer(await window.view('t')).state, 'done');
  });

  it('keeps others from beginning while it is made, and can be stopped', async () => {
    const window = openWindow();
    await window.ask('one', longReply(3_000));
    await window.ask('two', reply([text('Yes.')]));
    window.models.summary.add(endless);
    const work = window.service.compact('t', '');
    await settle();
    await assert.rejects(window.service.retryLast('t'), /still summarizing/);
    const rejected = assert.rejects(work);
    await window.service.stop('t');
    await rejected;
    assert.equal((await window.view('t')).status.phase, 'idle');
    assert.equal((await window.view('t')).compaction, undefined);
  });

  it('is never made by itself where the user has turned that off', async () => {
    const window = openWindow({ isAutomatic: false });
    await fillToPreparation(window);
    for (let turn = 3; turn < 8; turn += 1) {
      await window.ask(`turn ${turn} ${longText(1_200)}`, longReply(800));
      assert.equal(lastAnswer(await window.view('t')).state, 'done');
    }
    assert.equal(window.models.summary.requests.length, 0);
  });

  it('sends the same bytes after a reload', async () => {
    const window = await compacted();
    await window.ask('four', reply([thinking('D'), text('Fourth.')]));
    const before = window.sent();
    const { store, compactions } = window;
    const reopened = openWindow({ store, compactions, isAutomatic: false });
    assert.deepEqual((await reopened.view('t')).compaction, (await window.view('t')).compaction);
    await reopened.ask('five', reply([text('Fifth.')]));
    assert.deepEqual(reopened.sent().slice(0, before.length), before);
    assert.match(reopened.sent().join(), /"thinking":"D"/);
  });

  it('can be changed by the user, from the next request on', async () => {
    const window = await compacted();
    await window.ask('four', reply([thinking('D'), text('Fourth.')]));
    await assert.rejects(window.service.changeSummary('t', ' \n'), /empty/);
    await window.service.changeSummary('t', 'What I say.');
    assert.equal(await window.service.summary('t'), 'What I say.');
    await window.ask('five', reply([thinking('E'), text('Fifth.')]));
    assert.match(window.sent()[0] ?? '', /What I say\./);
    assert.doesNotMatch(window.sent().join(), /The notes|"thinking"/);

    window.models.chat.add(endless);
    await window.service.send('t', { text: 'six', chips: [], images: [] });
    await settle();
    await assert.rejects(window.service.changeSummary('t', 'Too soon.'), /Stop it first/);
    await window.service.stop('t');

    const { store, compactions } = window;
    const reopened = openWindow({ store, compactions, isAutomatic: false });
    await reopened.ask('seven', reply([text('Seventh.')]));
    assert.match(reopened.sent()[0] ?? '', /What I say\./);
    assert.match(reopened.sent().join(), /"thinking":"E"/);
    assert.doesNotMatch(reopened.sent().join(), /"thinking":"D"/);
  });

  it('goes where the thread goes back to before it, and stays where it goes back after it', async () => {
    const window = await compacted();
    const [one] = (await window.view('t')).messages;
    await window.ask('four', reply([thinking('D'), text('Fourth.')]));
    const last = (await window.view('t')).messages.at(-1)?.turnId ?? '';
    window.models.chat.add(reply([text('Again.')]));
    await window.service.retry('t', last);
    await window.settled('t');
    assert.match(window.sent()[0] ?? '', /The notes/);

    window.models.chat.add(reply([text('Anew.')]));
    await window.service.edit('t', one?.turnId ?? '', { text: 'uno', chips: [], images: [] });
    await window.settled('t');
    assert.equal(window.sent().length, 1);
    assert.match(window.sent()[0] ?? '', /uno/);
    assert.equal((await window.view('t')).compaction, undefined);
    assert.deepEqual(await window.compactions.readCompactions('t'), []);
    const told = window.events.findLast((event) => event.type === 'thread/compacted');
    assert.equal(told?.type === 'thread/compacted' && told.compaction, null);
  });

  it('holds the one before it', async () => {
    const window = await compacted();
    await window.ask('four', reply([text(`fourth ${longText(2_000)}`)]));
    await window.ask('five', reply([text('Fifth.')]));
    window.models.summary.add(reply([text('New notes.')]));
    await window.service.compact('t', '');
    const asked = JSON.stringify(window.models.summary.requests[1]?.messages);
    assert.match(asked, /<notes>\\n## Task\\nThe notes\..*fourth/s);
    assert.doesNotMatch(asked, /first|second/);
    await window.ask('six', reply([text('Sixth.')]));
    assert.match(window.sent()[0] ?? '', /New notes/);

    const four = (await window.view('t')).messages.find(
      (message) => message.role === 'user' && message.text === 'four',
    );
    window.models.chat.add(reply([text('Back.')]));
    await window.service.retry('t', four?.turnId ?? '');
    await window.settled('t');
    assert.match(window.sent()[0] ?? '', /The notes/, 'the older one holds again');
  });

  it('stays where later messages have to be cut', async () => {
    const window = await compacted();
    for (let turn = 4; turn < 14; turn += 1) {
      await window.ask(`turn ${turn} ${longText(1_200)}`, longReply(1_000));
      assert.match(window.sent()[0] ?? '', /The notes/);
    }
    assert.doesNotMatch(window.sent().join(), /three|turn 4/);
    assert.equal(
      window
        .sent()
        .join()
        .match(/The notes/g)?.length,
      1,
    );
  });

  it('counts towards what the thread used', async () => {
    const window = await compacted();
    assert.equal((await window.view('t')).meter.usage.inputTokens, 400);
  });
});

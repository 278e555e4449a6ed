import assert from 'node:assert/strict';
import { TeamDatabase } from '../../../support/team/teamDatabase.ts';
import { Machine } from './machine.ts';

/** A server that takes what it is asked and never answers. */
function silence<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** Lets what was asked be answered, without asking again. */
async function answered(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

describe('when threads are kept in step with the team', () => {
  let database: TeamDatabase;
  let anna: Machine;
  let ben: Machine;

  beforeEach(async () => {
    database = new TeamDatabase();
    anna = await Machine.create('anna', database);
    ben = await Machine.create('ben', database);
  });

  afterEach(() => {
    assert.deepEqual([...anna.problems, ...ben.problems], []);
    anna.dispose();
    ben.dispose();
  });

  /** A thread of Anna's that the server has, and that was not fetched back since. */
  async function sent(): Promise<void> {
    await anna.begin('t');
    await anna.say('t');
    await anna.exchange();
  }

  it('opens what is on this machine while the server is away, or takes questions and never answers', async () => {
    await sent();
    anna.server.weather = () => 'away';
    await anna.sync.open('t');
    anna.server.weather = () => 'fair';
    anna.server.changedMessages = silence;
    await anna.sync.open('t');
    assert.deepEqual(await anna.texts('t'), ['anna 1']);
  });

  it('says so where nothing of a thread is on this machine and the server is away', async () => {
    await sent();
    await anna.log.wantShared('t', true);
    await anna.exchange();
    await ben.exchange();
    ben.server.weather = () => 'away';
    await assert.rejects(ben.sync.open('t'), /not on this machine yet/);
  });

  it('sends in a moment what was said while it asked for what is new', async () => {
    await sent();
    await anna.say('t');
    const round = anna.sync.now();
    await anna.say('t');
    anna.sync.soon();
    await round;
    const { requests } = anna.server;
    await anna.test.clock.advance(300);
    assert.ok(anna.server.requests > requests, 'waited for the next poll');
    await anna.sync.now();
    assert.equal(anna.sync.state.waiting, 0);
  });

  it('goes on pausing for longer with each failure where it is told to go on within a pause', async () => {
    await sent();
    anna.shown = 't';
    anna.server.weather = () => 'away';
    await anna.sync.now();
    for (const _poll of [2, 3, 4]) {
      await anna.test.clock.advance(5_000);
      await answered();
    }
    const { requests } = anna.server;
    await anna.sync.now();
    await anna.test.clock.advance(7_000);
    assert.equal(anna.server.requests, requests, 'asked within the pause');
  });

  it('sends other threads also where the one in view can’t be read', async () => {
    await sent();
    anna.shown = 't';
    anna.server.changedMessages = () => Promise.reject(new TypeError('It is damaged.'));
    await anna.exchange();
    await anna.sync.open('t');
    await answered();
    await anna.begin('other');
    await anna.say('other');
    await anna.sync.now();
    assert.equal(database.visible('anna').length, 2);
    assert.ok(anna.problems.splice(0).length > 0);
  });

  it('goes on where it could not count what waits', async () => {
    await sent();
    anna.log.waiting = () => Promise.reject(new Error('The disk has gone.'));
    await anna.sync.now();
    assert.equal(anna.problems.splice(0).length, 1);
    const { requests } = anna.server;
    await anna.test.clock.advance(60_000);
    assert.ok(anna.server.requests > requests);
    await answered();
    anna.problems.splice(0);
  });

  it('keeps a thread that was moved in the list while the list was read', async () => {
    await sent();
    await anna.log.wantShared('t', true);
    await anna.exchange();
    await ben.exchange();
    await ben.sync.open('t');
    await ben.restart();
    const { listThreads } = ben.server.threads;
    ben.server.threads.listThreads = async (query) => ({
      ...(await listThreads(query)),
      threads: [],
    });
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1']);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CacheKeyGenerator,
  type CacheScope,
  type CacheSegments,
  matchesGlob,
  toGlob,
} from '../../../../src/core/cache/cacheKeys.ts';
import { createRequestKeys } from '../../../../src/core/cache/requestKeys.ts';
import type { Connection } from '../../../../src/core/model/connection.ts';
import { DecisionTrail } from '../../../../src/core/model/decisionTrail.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import { SqliteDatabase } from '../../../../src/core/store/database.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { aRequest, userText } from '../model/gatewayKit.ts';

type Whole = Required<CacheSegments> & CacheScope;

const nasty = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom(
    'a',
    'A',
    '*',
    ':',
    'a:b',
    '[a]',
    '?',
    '%',
    '%003a',
    '',
    'é',
    'e\u0301',
    '_',
    '-',
  ),
);
const whole: fc.Arbitrary<Whole> = fc.record({
  namespace: nasty,
  thread: nasty,
  operation: nasty,
  workspace: nasty,
  owner: nasty,
});

function keyOf(segments: Whole, shape: unknown = 1): string {
  return new CacheKeyGenerator(() => segments).key(segments, shape);
}

function sameText(left: string | undefined, right: string | undefined): boolean {
  return left?.normalize('NFC') === right?.normalize('NFC');
}

describe('Cache keys', () => {
  it('are equal if and only if all segments are', () => {
    fc.assert(
      fc.property(whole, whole, (left, right) => {
        const names = Object.keys(left) as (keyof Whole)[];
        const isEqual = names.every((name) => sameText(left[name], right[name]));
        assert.equal(keyOf(left) === keyOf(right), isEqual);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are found by any of their segments and by no other, in memory and in SQLite', () => {
    const database = new SqliteDatabase(':memory:');
    const pattern = fc.record({ ...mapped() }, { requiredKeys: [] });
    fc.assert(
      fc.property(whole, pattern, (segments, wanted) => {
        const key = keyOf(segments);
        const glob = toGlob(wanted);
        const isMeant = (Object.keys(wanted) as (keyof Whole)[]).every((name) =>
          sameText(wanted[name], segments[name]),
        );
        assert.equal(matchesGlob(key, glob), isMeant);
        const row = database.get('SELECT ? GLOB ? AS found', [key, glob]);
        assert.equal(row?.['found'], isMeant ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
    database.close();
  });

  it('keep 128 bits of the digest and hold no content', () => {
    const key = keyOf({ ...sample, operation: 'explain' }, { text: 'secret' });
    assert.match(key, /^answer:v1:w:u:t:explain:[0-9a-f]{32}$/);
  });

  it('tell halves of characters apart', () => {
    assert.notEqual(keyOf(sample, '\ud800'), keyOf(sample, '\ud801'));
  });
});

const sample: Whole = {
  namespace: 'answer',
  thread: 't',
  operation: 'o',
  workspace: 'w',
  owner: 'u',
};

function mapped(): Record<keyof Whole, fc.Arbitrary<string>> {
  return { namespace: nasty, thread: nasty, operation: nasty, workspace: nasty, owner: nasty };
}

describe('The key of a request', () => {
  let connection: Connection = { kind: 'anthropic', endpoint: 'https://a.example' };
  const keys = new CacheKeyGenerator(() => ({ workspace: 'w', owner: 'u' }));
  const requestKey = createRequestKeys('answer', keys, {
    current: () => Promise.resolve(connection),
  });
  const base = aRequest({
    surface: 'completion',
    threadId: 'thread-1',
    caching: { operation: 'complete', version: 1 },
  });

  beforeEach(() => {
    connection = { kind: 'anthropic', endpoint: 'https://a.example' };
  });

  const irrelevant: Partial<ModelRequest>[] = [
    { id: 'another' },
    { priority: 'bulk' },
    { turnId: 'turn-2' },
    { routing: { userText: 'x' } },
    { mustSave: true },
    { promptCacheLifetime: '1h' },
    { previousMessageId: 'msg_1' },
    { trail: new DecisionTrail(new FakeClock()) },
    {
      caching: { operation: 'complete', version: 1, files: ['/home/ada/a.ts'], mustRefresh: true },
    },
    { effort: undefined },
  ];
  for (const change of irrelevant) {
    it(`does not depend on ${Object.keys(change)}`, async () => {
      assert.equal(await requestKey({ ...base, ...change }), await requestKey(base));
    });
  }

  const relevant: Partial<ModelRequest>[] = [
    { surface: 'summary' },
    { threadId: 'thread-2' },
    { model: 'claude-haiku-5-5' },
    { system: 'You help with prose.' },
    {
      fill: { prefix: 'a', suffix: 'b', extra: [], stopSequences: [], alternative: 0, opening: '' },
    },
    { messages: [userText('Hello ')] },
    { messages: [userText('Hello'), userText('Hello')] },
    { maxOutputTokens: 1_001 },
    { effort: 'low' },
    { thinking: 'least' },
    { stopSequences: ['x'] },
    { outputSchema: { type: 'object' } },
    { caching: { operation: 'explain', version: 1 } },
    { caching: { operation: 'complete', version: 2 } },
    { tools: [{ name: 'a', description: 'b', inputSchema: { type: 'object' } }] },
  ];
  for (const change of relevant) {
    it(`depends on ${JSON.stringify(change)}`, async () => {
      assert.notEqual(await requestKey({ ...base, ...change }), await requestKey(base));
    });
  }

  it('depends on who answers, and there is none where nobody does', async () => {
    const key = await requestKey(base);
    connection = { kind: 'anthropic', endpoint: 'https://b.example' };
    assert.notEqual(await requestKey({ ...base }), key);
    connection = { kind: 'offline' };
    assert.equal(await requestKey({ ...base }), undefined);
  });
});

import assert from 'node:assert/strict';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import {
  cacheControl,
  pathOf,
  surrogateKeysOf,
  valuesOf,
} from '../../../../src/core/cache/httpCacheNames.ts';
import type { SharedName } from '../../../../src/core/cache/sharedNames.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { answerKey, createMember } from '../../../support/team/sharedKit.ts';

const { names } = createMember(new FakeClock()).values;

function first(all: readonly SharedName[]): SharedName {
  const [name] = all;
  assert.ok(name);
  return name;
}

describe('Names in an HTTP cache', () => {
  const value = first(names.namesOf(answerKey('a')));
  const path = pathOf(value);
  const [team, project, namespace, version, operation] = path.split('/');

  it('make a path of folders that are the surrogate keys, outermost first', () => {
    assert.match(path, /^([\w-]{16}\/){5}[\w-]{16}$/);
    assert.deepEqual(surrogateKeysOf(value), [team, project, namespace, version, operation]);
  });

  it('tell the folder of a project and what all in it have', () => {
    assert.deepEqual(valuesOf(first(names.namesOfGlob(toGlob({})))), {
      folder: `${team}/${project}/`,
      surrogateKeys: [team, project],
    });
  });

  it('tell a folder that holds more, where folders cannot tell a kind apart', () => {
    assert.deepEqual(valuesOf(first(names.namesOfGlob(toGlob({ operation: 'explain' })))), {
      folder: `${team}/${project}/`,
      surrogateKeys: [team, project, operation],
    });
  });
});

describe('What caches on the way are told', () => {
  for (const [freshMs, totalMs, expected] of [
    [60_900, 60_900, 'public, max-age=60, immutable, no-transform'],
    [60_000, 90_000, 'public, max-age=60, stale-while-revalidate=30, no-transform'],
    [-5_000, 20_000, 'public, max-age=0, stale-while-revalidate=20, no-transform'],
  ] as const) {
    it(`is ${expected}`, () => {
      const entry = { text: '1', freshUntil: 1e6 + freshMs, expiresAt: 1e6 + totalMs, files: [] };
      assert.equal(cacheControl(entry, 1e6), expected);
    });
  }
});

import assert from 'node:assert/strict';
import {
  lifetimeOf,
  longestSharedFreshMs,
  longestSharedMs,
  mayWaitForTeam,
  sharedKindOf,
} from '../../../../src/core/cache/answerPolicy.ts';
import { defaultSharedKinds, sharedKinds } from '../../../../src/core/cache/sharedKinds.ts';
import type { ModelRequest, Surface } from '../../../../src/core/model/request.ts';
import { aRequest } from '../model/gatewayKit.ts';

const ask = (surface: Surface, operation: string): ModelRequest =>
  aRequest({ surface, tools: [], caching: { operation, version: 1 } });

const shared: readonly ModelRequest[] = [
  ask('codeAction', 'explain'),
  ask('codeAction', 'names'),
  ask('completion', 'complete'),
];

describe('What a team may share', () => {
  it('is one kind for each of these', () => {
    assert.deepEqual(shared.map(sharedKindOf), [...sharedKinds]);
  });

  it('is nothing else, whatever it calls itself', () => {
    for (const surface of ['chat', 'summary', 'commitMessage', 'bulk'] as const) {
      for (const kind of sharedKinds) {
        assert.equal(sharedKindOf(ask(surface, kind)), undefined);
      }
    }
    assert.equal(sharedKindOf(ask('codeAction', 'fix')), undefined);
    assert.equal(sharedKindOf(aRequest({ surface: 'codeAction' })), undefined);
  });

  it('leaves ghost text out unless it is wanted, and never makes it wait', () => {
    assert.ok(!defaultSharedKinds.includes('completion'));
    assert.deepEqual(shared.map(mayWaitForTeam), [true, true, false]);
  });

  it('lives as long as a reader believes it does', () => {
    const lifetimes = shared.flatMap((request) => lifetimeOf(request) ?? []);
    assert.equal(lifetimes.length, shared.length, 'only what is kept is shared');
    assert.equal(longestSharedFreshMs, Math.max(...lifetimes.map(({ freshMs }) => freshMs)));
    assert.equal(
      longestSharedMs,
      Math.max(...lifetimes.map(({ freshMs, staleMs }) => freshMs + staleMs)),
    );
  });
});

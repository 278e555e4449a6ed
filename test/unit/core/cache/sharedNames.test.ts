import assert from 'node:assert/strict';
import { toGlob } from '../../../../src/core/cache/cacheKeys.ts';
import type { SharedName } from '../../../../src/core/cache/sharedNames.ts';
import { createTeamKeyText } from '../../../../src/core/cache/teamKeys.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { anEntry, createMember } from '../../../support/team/sharedKit.ts';

const clock = new FakeClock();
const explain = { namespace: 'answer', operation: 'explain' };

const text = ([name]: readonly SharedName[]): string => name?.segments.join(':') ?? '';

describe('Names in the shared tiers', () => {
  it('are equal on two machines of a team, and hold nothing of the key', () => {
    const teamKeys = createTeamKeyText();
    const names = ['anna-at-home', 'ben-at-home'].map((machine) => {
      const { keys, values } = createMember(clock, { teamKeys, machine });
      return text(values.names.namesOf(keys.key(explain, 'what does it do?')));
    });
    assert.equal(names[0], names[1]);
    assert.match(names[0] ?? '', /^([\w-]{16}:){5}[\w-]{16}$/);
    assert.doesNotMatch(names[0] ?? '', /answer|explain|at-home/);
  });

  it('differ by team, project, operation and question', () => {
    const teamKeys = createTeamKeyText();
    const { keys, values } = createMember(clock, { teamKeys });
    const other = createMember(clock, { teamKeys, project: 'q' });
    const stranger = createMember(clock);
    const key = keys.key(explain, 1);
    const names = [
      text(values.names.namesOf(key)),
      text(other.values.names.namesOf(key)),
      text(stranger.values.names.namesOf(key)),
      text(values.names.namesOf(keys.key(explain, 2))),
      text(values.names.namesOf(keys.key({ ...explain, operation: 'names' }, 1))),
    ];
    assert.equal(new Set(names).size, names.length);
  });

  it('leave nothing to share where the project has no name', () => {
    const { keys, values } = createMember(clock, { project: null });
    const key = keys.key(explain, 1);
    assert.deepEqual(values.names.namesOf(key), []);
    assert.equal(values.seal(key, anEntry(clock, 1)), undefined);
  });

  it('are found by segment, and only within the team and the project', () => {
    const { keys, values } = createMember(clock);
    const name = text(values.names.namesOf(keys.key(explain, 1))).split(':');
    const glob = text(values.names.namesOfGlob(toGlob({ operation: 'explain' }))).split(':');
    assert.deepEqual(glob, [name[0], name[1], '*', '*', name[4], '*']);
    assert.equal(values.names.namesOfGlob(toGlob({ thread: 't' })).length, 0);
  });

  it('have one for each key that is known, the one that writes first', () => {
    const [old, young] = [createTeamKeyText(), createTeamKeyText()];
    const before = createMember(clock, { teamKeys: old });
    const after = createMember(clock, { teamKeys: `${young}\n${old}` });
    const key = before.keys.key(explain, 1);
    const names = after.values.names.namesOf(key).map(({ segments }) => segments);
    assert.deepEqual(names[1], before.values.names.namesOf(key)[0]?.segments);
    assert.notDeepEqual(names[0], names[1]);
  });
});

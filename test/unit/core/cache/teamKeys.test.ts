import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { createTeamKeyText, parseTeamKeys } from '../../../../src/core/cache/teamKeys.ts';

describe('A team key', () => {
  it('is the same for all who have its text, and tells nothing of its secret', () => {
    const text = createTeamKeyText();
    const [first] = parseTeamKeys(text);
    const [second] = parseTeamKeys(`\n ${text}\n`);
    assert.ok(first && second);
    assert.deepEqual([second.id, second.team], [first.id, first.team]);
    assert.ok(first.sealing.equals(second.sealing));
    assert.ok(!first.sealing.equals(first.naming), 'each use has a key of its own');
    const secret = Buffer.from(text.split(':')[2] ?? '', 'base64url');
    assert.ok(!first.sealing.export().equals(secret));
  });

  it('differs from every other', () => {
    const keys = parseTeamKeys([createTeamKeyText(), createTeamKeyText()].join('\n'));
    assert.equal(new Set(keys.flatMap(({ id, team }) => [id, team])).size, 4);
  });

  it('is refused where any of its characters is another, without being quoted', () => {
    const text = createTeamKeyText();
    for (const [place, character] of [...text].entries()) {
      // The last character of 32 bytes holds two bits that stand for nothing.
      if (place === text.length - 1) {
        continue;
      }
      const changed =
        text.slice(0, place) + (character === 'a' ? 'b' : 'a') + text.slice(place + 1);
      assert.throws(
        () => parseTeamKeys(changed),
        (error: unknown) => error instanceof UserError && !error.message.includes(text.slice(26)),
        `character ${place}`,
      );
    }
  });

  const key = createTeamKeyText();
  for (const [what, text] of [
    ['nothing', ' \n '],
    ['half of it', key.slice(0, 40)],
    ['a key of something else', 'sk-ant-123'],
    ['the same key twice', `${key} ${key}`],
  ] as const) {
    it(`is refused where there is ${what}`, () => {
      assert.throws(() => parseTeamKeys(text), UserError);
    });
  }
});

import assert from 'node:assert/strict';
import { isReadOnlyPrompt, systemPrompt } from '../../../../src/core/agent/systemPrompt.ts';

const facts = {
  platform: 'Linux',
  shell: 'bash',
  roots: [{ name: 'shop', path: '/home/ada/shop' }],
  canEdit: true,
  instructions: '',
};

describe('the system prompt', () => {
  it('is small: every request carries it', () => {
    assert.ok(Buffer.byteLength(systemPrompt({ ...facts, canEdit: false })) <= 3_000);
  });

  it('is the same each time and on each day', () => {
    const { now } = Date;
    const before = systemPrompt(facts);
    try {
      Date.now = () => now() + 86_400_000;
      assert.equal(systemPrompt({ ...facts }), before);
    } finally {
      Date.now = now;
    }
    assert.doesNotMatch(before, /\b20\d\d\b/);
  });

  it('tells where the code is, and where there is none', () => {
    assert.match(systemPrompt(facts), /"shop": \/home\/ada\/shop/);
    assert.match(systemPrompt({ ...facts, roots: [] }), /No folder is open/);
  });

  it('tells of Restricted Mode alone where it is on', () => {
    assert.ok(!isReadOnlyPrompt(systemPrompt(facts)));
    assert.ok(isReadOnlyPrompt(systemPrompt({ ...facts, canEdit: false })));
  });

  it('ends with the project’s own instructions', () => {
    assert.ok(systemPrompt({ ...facts, instructions: '<i>' }).endsWith('\n\n<i>'));
  });
});

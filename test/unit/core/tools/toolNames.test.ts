import assert from 'node:assert/strict';
import { createStandardTools } from '../../../../src/core/tools/standardTools.ts';
import { isOwnTool } from '../../../../src/core/tools/toolNames.ts';

describe('The names of tools', () => {
  it('are our own for each of the standard tools, and for no other', () => {
    const names = createStandardTools({ environment: {} })
      .definitions({ isTrusted: true })
      .map(({ name }) => name);
    assert.ok(names.length > 0);
    assert.deepEqual(
      names.filter((name) => !isOwnTool(name)),
      [],
    );
    assert.ok(!isOwnTool('mcp__tickets__search'));
  });
});

import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { haveEditsFailed, TurnEdits } from '../../../../src/core/agent/turnEdits.ts';
import type { ToolResultRecord } from '../../../../src/core/store/records.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import { toolUse } from '../../../support/agentHarness.ts';
import { answer, result, user } from './recordBuilders.ts';

/** Files by path as they read now. */
function workspace(files: Readonly<Record<string, string>>) {
  return {
    readText: async (path: string) => {
      const text = files[path];
      if (text === undefined) {
        throw new UserError(`${path} can't be read.`);
      }
      return { text, hasByteOrderMark: false, isDirty: false };
    },
  };
}

/** [path, before, after] */
type Step = readonly [string, string | undefined, string];

function editsOf(...steps: readonly Step[]): TurnEdits {
  const edits = new TurnEdits();
  for (const [path, before, after] of steps) {
    edits.add(fileEditOf({ path, before, after }));
  }
  return edits;
}

describe("A turn's edits", () => {
  it('are none before the first one', async () => {
    const edits = editsOf();
    assert.equal(edits.isEmpty, true);
    assert.equal(await edits.areUndone(workspace({})), false);
    assert.equal(editsOf(['/a', 'one', 'two']).isEmpty, false);
  });

  it('are undone where any file reads as before the turn', async () => {
    const edits = editsOf(['/a', 'one', 'two'], ['/b', 'three', 'four']);
    assert.equal(await edits.areUndone(workspace({ '/a': 'two', '/b': 'four' })), false);
    assert.equal(await edits.areUndone(workspace({ '/a': 'two', '/b': 'three' })), true);
  });

  it('of one file are taken together: back to the middle is not undone', async () => {
    const edits = editsOf(['/a', 'one', 'two'], ['/a', 'two', 'three']);
    assert.equal(await edits.areUndone(workspace({ '/a': 'two' })), false);
    assert.equal(await edits.areUndone(workspace({ '/a': 'one' })), true);
  });

  it('that the turn took back itself are not undone by the user', async () => {
    const edits = editsOf(['/a', 'one', 'two'], ['/a', 'two', 'one']);
    assert.equal(await edits.areUndone(workspace({ '/a': 'one' })), false);
  });

  it('of a file that the turn made are undone where it is gone', async () => {
    const edits = editsOf(['/a', undefined, 'one'], ['/a', 'one', 'two']);
    assert.equal(await edits.areUndone(workspace({})), true);
    assert.equal(await edits.areUndone(workspace({ '/a': 'two' })), false);
  });

  it('are followed for so many files and no more, those already known to the last edit', async () => {
    const many = Array.from({ length: 128 }, (_, index): Step => [`/${index}`, 'one', 'two']);
    const edits = editsOf(...many, ['/128', 'one', 'two'], ['/0', 'two', 'three']);
    const files = Object.fromEntries(many.map(([path]) => [path, 'two']));
    assert.equal(await edits.areUndone(workspace({ ...files, '/128': 'one' })), false);
    assert.equal(await edits.areUndone(workspace({ ...files, '/0': 'one' })), true);
  });
});

describe('Edits have failed', () => {
  const isEdit = (name: string): boolean => name === 'edit_file';

  function check(
    calls: readonly (readonly [string, ToolResultRecord['status']])[],
    expected: boolean,
  ): void {
    const uses = calls.map(([name], index) => toolUse(`use ${index}`, name));
    const toolResults = calls.map(([, status], index) => result(`use ${index}`, status));
    const records = [user('Fix it'), answer(uses, { toolResults })];
    assert.equal(haveEditsFailed(records, 'turn', isEdit), expected);
  }

  it('where more failed than applied', () => {
    check([['edit_file', 'failed']], true);
    check(
      [
        ['edit_file', 'failed'],
        ['edit_file', 'failed'],
        ['edit_file', 'done'],
      ],
      true,
    );
  });

  it('not where the model made up for it', () => {
    check(
      [
        ['edit_file', 'failed'],
        ['edit_file', 'done'],
      ],
      false,
    );
  });

  it('not where the user denied or stopped them', () => {
    check([['edit_file', 'denied']], false);
    check([['edit_file', 'cancelled']], false);
  });

  it('not where another tool failed', () => {
    check([['run_command', 'failed']], false);
    check(
      [
        ['run_command', 'failed'],
        ['edit_file', 'done'],
      ],
      false,
    );
  });

  it('only by the answers of the turn itself', () => {
    const failing = answer([toolUse('use', 'edit_file')], {
      turnId: 'earlier',
      toolResults: [result('use', 'failed')],
    });
    assert.equal(haveEditsFailed([failing, answer([])], 'turn', isEdit), false);
    assert.equal(haveEditsFailed([failing, answer([])], 'earlier', isEdit), true);
  });
});

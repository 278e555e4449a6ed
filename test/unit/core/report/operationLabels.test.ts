import assert from 'node:assert/strict';
import { labelOf, surfaceLabel } from '../../../../src/core/report/operationLabels.ts';
import { operation } from '../../../../src/core/telemetry/spanNames.ts';

describe('The names of operations', () => {
  it('are words for every operation that is measured', () => {
    const unnamed = Object.values(operation).filter(
      (name) => name !== operation.tool && labelOf(name) === name,
    );
    assert.deepEqual(unnamed, []);
  });

  it('keep a tool’s own name, and leave the model of a request out', () => {
    assert.equal(labelOf('execute_tool search'), 'Tool search');
    assert.equal(labelOf('chat claude-haiku-5-5'), 'Request to a model');
  });

  it('are themselves where they are not known, and a dash for no surface', () => {
    assert.equal(labelOf('something.new'), 'something.new');
    assert.equal(surfaceLabel('commitMessage'), 'Commit message');
    assert.equal(surfaceLabel(''), '–');
  });
});

import assert from 'node:assert/strict';
import {
  explainProblemsText,
  explainTerminalText,
} from '../../../../src/core/actions/chatPrompts.ts';
import { type ActionProblem, problemList } from '../../../../src/core/actions/problemText.ts';

const unused: ActionProblem = {
  startLine: 3,
  startColumn: 7,
  endLine: 3,
  severity: 'warning',
  message: "'sum' is never read.\n  Remove it.",
  source: 'eslint',
  code: 'no-unused-vars',
  documentation: 'https://eslint.org/docs/latest/rules/no-unused-vars',
};

describe('What an action says in the chat', () => {
  it('names the place, the rule and its documentation of a problem, in one line', () => {
    assert.equal(
      problemList([unused]),
      "- Line 3, column 7: warning: 'sum' is never read. Remove it. (eslint no-unused-vars) Documentation of the rule: https://eslint.org/docs/latest/rules/no-unused-vars",
    );
  });

  it('leaves out what a problem does not say', () => {
    const bare: ActionProblem = {
      startLine: 1,
      startColumn: 1,
      endLine: 1,
      severity: 'error',
      message: 'No.',
    };
    assert.equal(problemList([bare]), '- Line 1, column 1: error: No.');
  });

  it('speaks of one problem or of several', () => {
    assert.match(explainProblemsText([unused]), /^Explain this problem: what it means/);
    assert.match(explainProblemsText([unused, unused]), /^Explain these problems: what they mean/);
  });

  it('fences what a terminal showed, so that nothing in it can close the fence', () => {
    const shown = explainTerminalText('```\r\nError: boom\r\n');
    assert.match(shown, /\n````\n```\nError: boom\n````$/);
  });

  it('keeps the end of a long output, where the failure stands', () => {
    const shown = explainTerminalText(`${'noise\n'.repeat(10_000)}Error: the cause`);
    assert.ok(shown.length < 21_000);
    assert.match(shown, /only the end is shown/);
    assert.match(shown, /Error: the cause\n```$/);
  });
});

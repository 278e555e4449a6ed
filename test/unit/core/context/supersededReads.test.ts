import assert from 'node:assert/strict';
import { stubContent, supersededReads } from '../../../../src/core/context/supersededReads.ts';
import type { ToolUseBlock } from '../../../../src/core/model/message.ts';
import type { ToolResultRecord } from '../../../../src/core/store/records.ts';
import { answer } from '../agent/recordBuilders.ts';

type Call = readonly [id: string, name: string, input: unknown, result?: Partial<ToolResultRecord>];

/** The calls whose results are left out where these follow each other, one answer each. */
function check(calls: readonly Call[], expected: Readonly<Record<string, string>>): void {
  const records = calls.map(([id, name, input, result]) => {
    const use: ToolUseBlock = { type: 'tool_use', id, name, input };
    const done: ToolResultRecord = {
      toolUseId: id,
      status: 'done',
      title: name,
      content: 'contents',
      durationMs: 0,
      changedPaths: [],
      ...result,
    };
    return { ...answer([use], { toolResults: [done] }), id: `m-${id}` };
  });
  const stubs = [...supersededReads(records)].map(([key, stub]) => [
    key.split(' ')[1] ?? '',
    /read again later|changed later/.exec(stub)?.[0] ?? stub,
  ]);
  assert.deepEqual(Object.fromEntries(stubs), expected);
}

describe('superseded reads of files', () => {
  const a = { path: 'a.ts' };

  it('are those of a file that is changed or read again', () => {
    check(
      [
        ['1', 'read_file', a],
        ['2', 'read_file', { path: 'b.ts' }],
        ['3', 'read_file', { path: './a.ts' }],
        ['4', 'edit_file', { path: 'b.ts', edits: [] }],
        ['5', 'read_file', { path: 'c\\d.ts' }],
        ['6', 'write_file', { path: 'c/d.ts', content: '' }],
      ],
      { '1': 'read again later', '2': 'changed later', '5': 'changed later' },
    );
  });

  it('are a part that comes again with the same part or with the whole file', () => {
    check(
      [
        ['1', 'read_file', { ...a, start_line: 10, end_line: 20 }],
        ['2', 'read_file', { ...a, start_line: 30, end_line: 40 }],
        ['3', 'read_file', { ...a, start_line: 10, end_line: 20 }],
      ],
      { '1': 'read again later' },
    );
    check(
      [
        ['1', 'read_file', { ...a, start_line: 10 }],
        ['2', 'read_file', a],
      ],
      { '1': 'read again later' },
    );
    const cut = 'first lines\n\n[Lines 1–2000 of 9000. Read on with start_line 2001.]';
    check(
      [
        ['1', 'read_file', { ...a, start_line: 5_000 }],
        ['2', 'read_file', a, { content: cut }],
      ],
      {},
    );
  });

  it('are none where what followed failed, is another file, or is no read', () => {
    check(
      [
        ['1', 'read_file', a],
        ['2', 'edit_file', a, { status: 'failed' }],
        ['3', 'read_file', { path: 'A.ts' }],
        ['4', 'search', a],
        ['5', 'read_file', { wrong: true }],
        ['6', 'read_file', null],
      ],
      {},
    );
  });

  it('leave the instructions that came with them', () => {
    const instructions = '<instructions path="a/AGENTS.md">\nBe kind.\n</instructions>';
    const stub = stubContent('[Left out.]', [
      { type: 'text', text: `contents\n\n${instructions}` },
    ]);
    assert.equal(stub, `[Left out.]\n\n${instructions}`);
  });
});

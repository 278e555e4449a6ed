import assert from 'node:assert/strict';
import { CancelledError, UserError } from '../../../../src/base/errors.ts';
import { createToolRegistry } from '../../../../src/core/tools/registry.ts';
import { createStandardTools } from '../../../../src/core/tools/standardTools.ts';
import type { PreparedCall, Tool, ToolOutput } from '../../../../src/core/tools/tool.ts';
import { createToolHarness, type ToolHarness } from '../../../support/toolHarness.ts';

const signal = new AbortController().signal;

function tool(name: string, kind: Tool['kind'], run: PreparedCall['run']): Tool {
  const prepare = async (): Promise<PreparedCall> => ({ title: name, access: [], run });
  return { name, description: name, inputSchema: { type: 'object' }, kind, prepare };
}

const done: ToolOutput = { text: 'done', isError: false };

describe('createToolRegistry', () => {
  let harness: ToolHarness;
  beforeEach(async () => {
    harness = await createToolHarness();
  });
  afterEach(() => harness.dispose());

  it('tells the model of the tools in a fixed order', () => {
    const names = harness.registry.definitions({ isTrusted: true }).map(({ name }) => name);
    assert.deepEqual(names, [
      'edit_file',
      'get_diagnostics',
      'list_files',
      'read_file',
      'run_command',
      'search',
      'write_file',
    ]);
  });

  it('gives byte-identical definitions every time, of at most 6 kB', () => {
    const first = JSON.stringify(harness.registry.definitions({ isTrusted: true }));
    const other = createStandardTools({ environment: {} }).definitions({ isTrusted: true });
    assert.equal(JSON.stringify(other), first);
    assert.ok(Buffer.byteLength(first) <= 6_000, `${Buffer.byteLength(first)} bytes`);
  });

  it('uses names and schemas that the API takes', () => {
    for (const { name, inputSchema } of harness.registry.definitions({ isTrusted: true })) {
      assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
      assert.equal(inputSchema['type'], 'object');
      assert.ok(!['anyOf', 'oneOf', 'allOf'].some((key) => key in inputSchema));
    }
  });

  it('neither offers nor runs in Restricted Mode what writes or runs', async () => {
    const names = harness.registry.definitions({ isTrusted: false }).map(({ name }) => name);
    assert.deepEqual(names, ['get_diagnostics', 'list_files', 'read_file', 'search']);
    harness.workspace.isTrustedNow = false;
    await assert.rejects(harness.prepare('run_command', { command: 'true' }), /Restricted Mode/);
    await assert.rejects(harness.prepare('write_file', { path: 'a', content: '' }), /Restricted/);
  });

  it('names the tools to a model that asks for another', async () => {
    assert.equal(harness.registry.kindOf('bash'), undefined);
    await assert.rejects(
      harness.prepare('bash', {}),
      /no tool bash\. The tools are: edit_file, .*write_file/,
    );
  });

  it('answers expected failures as output, and lets cancellation and faults through', async () => {
    const failing = (error: unknown) => async (): Promise<ToolOutput> => {
      throw error;
    };
    const registry = createToolRegistry([
      tool('expected', 'read', failing(new UserError('no such thing'))),
      tool('gone', 'read', failing(Object.assign(new Error(), { code: 'ENOENT', path: '/x' }))),
      tool('cancelled', 'read', failing(new CancelledError())),
      tool('broken', 'read', failing(new TypeError('a fault'))),
    ]);
    const run = async (name: string): Promise<ToolOutput> => {
      const call = await registry.prepare(name, {}, harness.context, signal);
      return call.run(() => undefined, signal);
    };
    assert.deepEqual(await run('expected'), { text: 'no such thing', isError: true });
    assert.deepEqual(await run('gone'), {
      text: 'It does not exist (any more): /x.',
      isError: true,
    });
    await assert.rejects(run('cancelled'), CancelledError);
    await assert.rejects(run('broken'), TypeError);
  });

  it('makes no result that the API would refuse for its characters', async () => {
    const registry = createToolRegistry([tool('half', 'read', async () => done)]);
    const output = { text: 'a\ud83d', isError: false };
    assert.equal((await registry.cap('half', output, harness.context)).text, 'a\uFFFD');
  });

  it('is bound to a context for the agent', async () => {
    const bound = harness.registry.bind(harness.context);
    assert.equal(bound.kindOf('read_file'), 'read');
    const call = await bound.prepare('list_files', {}, signal);
    assert.equal((await call.run(() => undefined, signal)).isError, false);
    assert.equal(await bound.cap('list_files', done).then(({ text }) => text), 'done');
  });
});

import assert from 'node:assert/strict';
import { hashOf } from '../../../../src/core/model/batches/bulkParts.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import { type BulkPlan, jobTitle, planJob } from '../../../../src/host/bulk/bulkPlan.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

const code = 'export const a = 1;\n';

describe('The plan of a job over many files', () => {
  let folder: TemporaryFolder;
  let outside: TemporaryFolder;

  beforeEach(async () => {
    outside = await createFolder({ 'other.ts': code });
    folder = await createFolder({
      '.slipstreamignore': 'hidden/\n',
      'src/a.ts': code,
      'src/b.ts': code,
      'src/empty.ts': ' \n',
      'src/long.ts': 'x'.repeat(200_001),
      'src/picture.png': new Uint8Array([0x89, 0x50, 0, 0, 0, 1]),
      'hidden/c.ts': code,
      '.env': 'KEY=1\n',
      'src/secret.ts': { linkTo: '../.env' },
      'src/elsewhere.ts': { linkTo: outside.join('other.ts') },
    });
  });

  afterEach(async () => {
    await folder.dispose();
    await outside.dispose();
  });

  async function plan(
    names: readonly string[],
    options: { batchEndpoint?: string; model?: string } = {},
  ): Promise<BulkPlan> {
    return planJob(
      names.map((name) => folder.join(name)),
      {
        id: 'job',
        task: 'explain',
        model: options.model ?? 'claude-sonnet-5-5',
        batchEndpoint: options.batchEndpoint,
        maxOutputTokens: 4_000,
        catalogue: await loadCatalogue(),
        workspace: new DiskWorkspace(folder.path),
        workspaceKey: folder.path,
        nowMs: 1,
      },
      new AbortController().signal,
    );
  }

  it('leaves out what may not or cannot be sent, each with its reason', async () => {
    const { job, skipped } = await plan([
      'src/a.ts',
      'src/a.ts',
      'src/empty.ts',
      'src/long.ts',
      'src/picture.png',
      'hidden/c.ts',
      '.env',
      'src/secret.ts',
      'src/elsewhere.ts',
      'src/gone.ts',
    ]);
    assert.deepEqual(
      job.items.map(({ path, hash }) => ({ path, hash })),
      [{ path: folder.join('src/a.ts'), hash: hashOf(code) }],
    );
    const reasons = new Map(skipped.map(({ displayPath, reason }) => [displayPath, reason]));
    assert.match(reasons.get('src/empty.ts') ?? '', /empty/);
    assert.match(reasons.get('src/long.ts') ?? '', /longer than 200 kB/);
    assert.match(reasons.get('src/picture.png') ?? '', /binary/);
    assert.match(reasons.get('hidden/c.ts') ?? '', /hides/);
    assert.match(reasons.get('.env') ?? '', /secrets/);
    assert.match(reasons.get('src/secret.ts') ?? '', /secrets/);
    assert.match(reasons.get('src/elsewhere.ts') ?? '', /outside/);
    assert.ok(reasons.has('src/gone.ts'));
  });

  it('costs half as a batch, and tells no price that it does not know', async () => {
    const names = ['src/a.ts', 'src/b.ts'];
    const batch = await plan(names, { batchEndpoint: 'https://api.anthropic.com' });
    assert.equal(batch.estimate.requests, 2);
    assert.ok(batch.estimate.usd && batch.estimate.singleUsd);
    assert.equal(batch.estimate.usd * 2, batch.estimate.singleUsd);
    assert.equal(batch.job.endpoint, 'https://api.anthropic.com');
    const single = await plan(names);
    assert.equal(single.estimate.usd, batch.estimate.singleUsd);
    assert.equal(single.job.endpoint, undefined);
    const unknown = await plan(names, { model: 'some-local-model' });
    assert.equal(unknown.estimate.usd, undefined);
    assert.ok(unknown.estimate.inputTokens > 0);
  });

  it('is refused, with a reason, where nothing is left to send', async () => {
    await assert.rejects(plan(['.env']), { name: 'UserError', message: /\.env: by its name/ });
  });

  it('has a title that tells one file from many', () => {
    assert.equal(jobTitle('explain', 1), 'Explain 1 file');
    assert.equal(jobTitle('tests', 3), 'Write tests for 3 files');
  });
});

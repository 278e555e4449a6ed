import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { isUserChangesText } from '../../../../src/core/agent/userChangesText.ts';
import { EditReviews } from '../../../../src/core/edit/review/editReviews.ts';
import { ReviewDecisions } from '../../../../src/core/edit/review/reviewDecisions.ts';
import { UserChanges } from '../../../../src/core/edit/review/userChanges.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import type { FileChange } from '../../../../src/core/tools/workspace.ts';
import {
  type AgentHarness,
  createAgentHarness,
  draft,
  reply,
  text,
  toolUse,
} from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { createFolder, type TemporaryFolder } from '../../../support/folderTree.ts';

describe('a thread whose edits the user goes over', () => {
  let folder: TemporaryFolder;
  let workspace: DiskWorkspace;
  let reviews: EditReviews;
  let changes: UserChanges;
  let decisions: ReviewDecisions;
  let harness: AgentHarness;

  beforeEach(async () => {
    folder = await createFolder({ 'a.txt': 'one\ntwo\n' });
    workspace = new DiskWorkspace(folder.path);
    reviews = new EditReviews(() => undefined);
    changes = new UserChanges(reviews);
    decisions = new ReviewDecisions(reviews, {
      readText: async (path) => (await workspace.readText(path)).text,
      applyChanges: (files) => workspace.applyChanges(files),
      deleteFile: async () => undefined,
    });
    const edit: FileChange = {
      path: folder.join('a.txt'),
      before: 'one\ntwo\n',
      after: 'ONE\ntwo\n',
    };
    harness = createAgentHarness({
      workspace,
      tools: {
        edit: {
          run: async () => {
            await reviews.recording([edit], () => workspace.applyChanges([edit]));
            return { text: 'Done.', edits: [fileEditOf(edit)] };
          },
        },
      },
      parts: { userChanges: changes },
    });
    harness.model.add(reply([toolUse('1', 'edit')]), reply([text('Edited.')]));
    await harness.service.send('t', draft('Edit it.'));
    await harness.settled('t');
  });

  afterEach(async () => {
    changes.dispose();
    reviews.dispose();
    await folder.dispose();
  });

  async function send(message: string, threadId = 't'): Promise<string> {
    harness.model.add(reply([text('Yes.')]));
    const turnId = await harness.service.send(threadId, draft(message));
    await harness.settled(threadId);
    return turnId;
  }

  /** What the last request's last message tells of it. */
  function told(): string | undefined {
    const content = harness.model.requests.at(-1)?.messages.at(-1)?.content ?? [];
    const block = content.find((one) => one.type === 'text' && isUserChangesText(one.text));
    return block?.type === 'text' ? block.text : undefined;
  }

  const messagesOf = (request: number): string[] =>
    (harness.model.requests.at(request)?.messages ?? []).map((message) => JSON.stringify(message));

  it('is told with the next message, before what was typed, and once', async () => {
    await decisions.reject(decisions.everyHunk());
    await send('And now?');
    assert.match(told() ?? '', /\na\.txt: rejected\.\nYou had written:\nONE\nNow it reads:\none\n/);
    const content = harness.model.requests.at(-1)?.messages.at(-1)?.content ?? [];
    assert.deepEqual(content.at(-1), text('And now?'));
    const first = messagesOf(-1);
    await send('And then?');
    assert.equal(told(), undefined);
    assert.deepEqual(messagesOf(-1).slice(0, first.length), first, 'the prefix stays as it was');
    assert.deepEqual(harness.troubles, []);
  });

  it('shows the user only what he typed', async () => {
    await decisions.reject(decisions.everyHunk());
    await send('And now?');
    const shown = (await harness.view('t')).messages.filter(({ role }) => role === 'user');
    assert.deepEqual(
      shown.map((message) => message.role === 'user' && message.text),
      ['Edit it.', 'And now?'],
    );
  });

  it('is told of no other thread’s edits', async () => {
    await decisions.reject(decisions.everyHunk());
    await send('Hello', 'other');
    assert.equal(told(), undefined);
    await send('And now?');
    assert.ok(told());
  });

  it('is told again where the message that told it is written anew', async () => {
    await decisions.reject(decisions.everyHunk());
    const turnId = await send('And now?');
    harness.model.add(reply([text('Yes.')]));
    await harness.service.edit('t', turnId, draft('What now?'));
    await harness.settled('t');
    assert.match(told() ?? '', /a\.txt: rejected/);
  });

  it('is not told of edits that are no longer part of the thread', async () => {
    const [first] = (await harness.view('t')).messages;
    await decisions.reject(decisions.everyHunk());
    writeFileSync(folder.join('a.txt'), 'one\ntwo\n');
    harness.model.add(reply([text('Yes.')]));
    await harness.service.edit('t', first?.turnId ?? '', draft('Something else.'));
    await harness.settled('t');
    assert.equal(told(), undefined);
  });

  it('is not part of a message that is answered by itself', async () => {
    await decisions.reject(decisions.everyHunk());
    harness.model.add(reply([text('Yes.')]));
    const alone = { system: 'Explain.', caching: { operation: 'explain', version: 1 } };
    await harness.service.send('t', draft('Explain.'), alone);
    await harness.settled('t');
    assert.equal(told(), undefined);
    await send('And now?');
    assert.ok(told());
  });
});

import assert from 'node:assert/strict';
import { text } from '../support/messagesServerScript.ts';
import {
  assertNoneRefused,
  type ChatSession,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';

const readingTools = ['get_diagnostics', 'list_files', 'read_file', 'search'];

describe('A folder in Restricted Mode', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession({
      isTrusted: false,
      files: { '.slipstream/prompts/haiku.md': 'Write a haiku.' },
    });
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  afterEach(() => assertNoneRefused(session.server));

  it('is told in the panel', async () => {
    await session.chat.frame.getByText('Restricted Mode.').waitFor();
  });

  it('offers the model nothing that writes or runs', async () => {
    const { chat, server } = session;
    server.reply(text('I see.'));
    await chat.askFor('What is here?', 'I see.');
    assert.deepEqual(offeredTools(), readingTools);
  });

  it('keeps its own prompts from speaking in the user’s name', async () => {
    const { chat, server } = session;
    server.reply(text('What haiku?'));
    await chat.askFor('/haiku', 'What haiku?');
    assert.doesNotMatch(JSON.stringify(server.messageRequests[0]?.body), /Write a haiku/);
  });

  it('gets all tools once it is trusted, in a thread under way too', async () => {
    const { chat, server, workbench } = session;
    server.reply(text('I see.'), text('Now I can write.'));
    await chat.askFor('What is here?', 'I see.');
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await workbench.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await chat.frame.getByText('Restricted Mode.').waitFor({ state: 'detached' });
    await chat.askFor('And now?', 'Now I can write.');
    const tools = offeredTools();
    for (const tool of ['edit_file', 'run_command', 'write_file', ...readingTools]) {
      assert.ok(tools.includes(tool), `${tool} is offered`);
    }
  });

  function offeredTools(): readonly string[] {
    const tools = session.server.messageRequests.at(-1)?.body?.['tools'] as { name: string }[];
    return tools.map((tool) => tool.name).sort();
  }
});

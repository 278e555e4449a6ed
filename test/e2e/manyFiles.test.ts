import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchRequest } from '../support/messagesServerBatches.ts';
import { failure, text } from '../support/messagesServerScript.ts';
import { type ChatSession, startChatSession } from './support/chatSession.ts';

const pollMs = 50;
const command = 'Slipstream: Run on many files…';

/** The file that a request is about, and its text. */
function fileOf({ params }: BatchRequest): { path: string; text: string } {
  const prompt = String(
    (params['messages'] as { content: { text: string }[] }[])[0]?.content[0]?.text,
  );
  const [, path = '', content = ''] = /<file path="([^"]+)">\n(.*)\n<\/file>/s.exec(prompt) ?? [];
  return { path, text: content };
}

describe('A job on many files', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession();
  });

  after(() => session?.close());

  async function until(done: () => boolean): Promise<void> {
    while (!done()) {
      await sleep(pollMs);
    }
  }

  async function choose(name: RegExp): Promise<void> {
    const { page } = session.workbench;
    await page.locator('.quick-input-widget').getByRole('option', { name }).first().click();
  }

  async function start(task: string, glob: string): Promise<string> {
    const { workbench, server } = session;
    const { page } = workbench;
    await workbench.runCommand(command);
    if (server.batches.ids.length > 0) {
      await choose(/Start another/);
    }
    await choose(new RegExp(`^${task}`));
    await choose(/^Files by pattern/);
    await page.locator('.quick-input-widget input').last().fill(glob);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog').filter({ hasText: task });
    await dialog.waitFor();
    const said = (await dialog.textContent()) ?? '';
    await workbench.screenshot(`many-files-confirm-${task.toLowerCase().replaceAll(' ', '-')}`);
    const count = server.batches.ids.length;
    await dialog.getByRole('button', { name: 'Start' }).click();
    await until(() => server.batches.ids.length === count + 1);
    return said;
  }

  it('goes from the choice of files to a file that was changed, with each change looked at', async () => {
    const { workbench, server, chat } = session;
    const { page, folder } = workbench;
    server.batches.respond = (request) => {
      const file = fileOf(request);
      return file.path.endsWith('report.js')
        ? failure(500, 'api_error', { message: 'Overheated' })
        : text(`\`\`\`js ${file.path}\n// Documented.\n${file.text}\n\`\`\``);
    };
    const said = await start('Document', 'src/{cart,money,report}.js');
    assert.match(said, /3 requests to Claude Sonnet 5\.5/);
    assert.match(
      said,
      /About \$[\d.]+\. That is \$[\d.]+ less than the \$[\d.]+ of asking one by one/,
    );

    const jobs = workbench.chat.getByRole('region', { name: 'Jobs on many files' });
    await jobs.getByText('Document 3 files').waitFor();
    await workbench.screenshot('many-files-running');

    const before = readFileSync(join(folder, 'src/cart.js'), 'utf8');
    appendFileSync(join(folder, 'src/money.js'), '// Changed meanwhile.\n');
    server.batches.finishAll();
    await jobs.getByRole('button', { name: 'Review: Document 3 files' }).click();
    const options = page.locator('.quick-input-widget').getByRole('option');
    await options.filter({ hasText: 'src/cart.js' }).first().waitFor();
    await workbench.screenshot('many-files-review');
    await choose(/src\/cart\.js/);
    await page.getByRole('tab', { name: /cart\.js \(suggested\)/ }).waitFor();
    await workbench.screenshot('many-files-difference');
    await page.getByRole('button', { name: 'Apply change' }).click();
    await until(
      () => readFileSync(join(folder, 'src/cart.js'), 'utf8') === `// Documented.\n${before}`,
    );
    // The next change does not fit its file any more: nothing happens to it but a word to the user.
    await page
      .getByText(/src\/money\.js was changed since it was sent/)
      .first()
      .waitFor();
    assert.doesNotMatch(readFileSync(join(folder, 'src/money.js'), 'utf8'), /Documented/);
    await workbench.screenshot('many-files-changed-meanwhile');
    await chat.idle();
  });

  it('is still there after a reload, and its answers open as one document', async () => {
    const { workbench, server } = session;
    const { page } = workbench;
    server.batches.respond = (request) => text(`Look at \`${fileOf(request).path}:3\`.`);
    await start('Explain', 'src/{cart,money}.js');
    await workbench.reload();
    server.batches.finishAll();
    await workbench.openChat();
    const jobs = workbench.chat.getByRole('region', { name: 'Jobs on many files' });
    await jobs.getByRole('button', { name: 'Review: Explain 2 files' }).click();
    await page.getByRole('tab', { name: /Explain 2 files/ }).waitFor();
    await page.getByText('src/cart.js:3').first().waitFor();
    await workbench.screenshot('many-files-report');
    assert.equal(server.batches.ids.length, 2, 'nothing was sent twice');
  });
});

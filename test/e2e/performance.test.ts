import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { text, toolUse } from '../support/messagesServerScript.ts';
import { type ChatSession, startChatSession } from './support/chatSession.ts';
import { untilWrittenDown } from './support/windowState.ts';

describe('The performance panel in VS Code', () => {
  let session: ChatSession;
  let panel: FrameLocator;

  before(async () => {
    session = await startChatSession();
    panel = session.workbench.page
      .frameLocator(
        'iframe.webview.ready[src*="purpose=webviewEditor"], iframe.webview.ready[src*="slipstream"]:not([src*="purpose=webviewView"])',
      )
      .frameLocator('iframe#active-frame');
  });

  after(() => session?.close());

  it('lists a request that was made, and opens the waterfall of its turn', async () => {
    const { server, chat, workbench } = session;
    server.reply(toolUse('read_file', { path: 'src/money.js' }), text('It rounds.'));
    await chat.ask('What does money.js do?');
    await chat.answers.last().getByText('It rounds.').waitFor();
    await chat.idle();
    await workbench.runCommand('Slipstream: Show performance panel');
    await panel.getByRole('tab', { name: 'Requests' }).waitFor();
    await panel.locator('.perf-row').first().waitFor();
    await panel.locator('.perf-row').first().click();
    const trace = panel.getByRole('region', { name: /^Trace of Chat turn/ });
    await trace.waitFor();
    for (const name of ['Request to a model', 'Tool read_file', 'Waiting for the first word']) {
      await trace
        .getByRole('button', { name: new RegExp(`^${name}`) })
        .first()
        .waitFor();
    }
    await workbench.screenshot('performance-requests');
  });

  it('fills every section', async () => {
    const { workbench } = session;
    const expected = {
      Latency: 'Request to a model',
      Cost: 'This month',
      Cache: 'Memory',
      Models: 'As measured in this workspace',
      System: 'Memory of the extension host',
      Alerts: 'Nothing out of the ordinary was seen in the last 30 days.',
    };
    for (const [section, words] of Object.entries(expected)) {
      await panel.getByRole('tab', { name: section }).click();
      await panel.getByRole('tabpanel', { name: section }).getByText(words).first().waitFor();
      await workbench.screenshot(`performance-${section.toLowerCase()}`);
    }
  });

  it('makes a report without asking a model, with a link to a trace', async () => {
    const { server, workbench } = session;
    const asked = server.messageRequests.length;
    await workbench.runCommand('Slipstream: Show performance report');
    await workbench.page.getByRole('option', { name: 'This session' }).first().click();
    await workbench.page.getByRole('tab', { name: 'Performance report.md' }).first().waitFor();
    await workbench.page.getByText('Where the time went').first().waitFor();
    await workbench.page.getByText('Copy as JSON for a bug report').first().waitFor();
    await workbench.screenshot('performance-report');
    assert.equal(server.messageRequests.length, asked);
  });

  it('comes back after a reload', async () => {
    const { workbench } = session;
    await workbench.runCommand('Slipstream: Show performance panel');
    await panel.getByRole('tab', { name: 'Requests' }).waitFor();
    await untilWrittenDown(workbench.page, 'mainThreadWebview-slipstream.performance');
    await workbench.reload();
    await panel.getByRole('tab', { name: 'Requests' }).waitFor();
    await panel.getByText('No model was asked in this window yet.').waitFor();
  });
});

/** The chat panel as a person uses it: through roles and accessible names. */
import type { FrameLocator, Locator } from 'playwright-core';
import type { Workbench } from './workbenchPage.ts';

/**
 * The panel of one window. All of it is looked up anew at each use, so that it goes on working after
 * a reload once `openChatPage` has been called again.
 */
export class ChatPage {
  readonly frame: FrameLocator;
  readonly input: Locator;
  readonly conversation: Locator;
  /** Slipstream's articles, oldest first. */
  readonly answers: Locator;
  readonly questions: Locator;
  readonly history: Locator;

  constructor(workbench: Workbench) {
    this.frame = workbench.chat;
    this.input = this.frame.getByRole('textbox', { name: 'Message', exact: true });
    this.conversation = this.frame.getByRole('log', { name: 'Conversation' });
    this.answers = this.conversation.getByRole('article', { name: 'Slipstream' });
    this.questions = this.conversation.getByRole('article', { name: 'You' });
    this.history = this.frame.getByRole('dialog', { name: 'History' });
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  /** Types and presses Enter. */
  async ask(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Asks, and resolves once the whole answer is there. The answer must hold `reply`. */
  async askFor(question: string, reply: string): Promise<void> {
    await this.ask(question);
    await this.answers.last().getByText(reply).first().waitFor();
    await this.idle();
  }

  /** Resolves when no answer is being written. */
  async idle(): Promise<void> {
    await this.button('Send').waitFor();
  }

  /** What can be unfolded and has this in its one line: a tool call or what was thought. */
  fold(title: string): Locator {
    const summary = this.frame.locator('summary', { hasText: title });
    return this.conversation.locator('details').filter({ has: summary });
  }

  async unfold(title: string): Promise<Locator> {
    await this.fold(title).locator('summary').click();
    return this.fold(title);
  }

  approval(tool: string): Locator {
    return this.frame.getByRole('group', { name: `Approve ${tool}` });
  }

  async allow(tool: string): Promise<void> {
    await this.approval(tool).getByRole('button', { name: 'Allow', exact: true }).click();
  }

  async newThread(): Promise<void> {
    await this.button('New thread').click();
    await this.questions.first().waitFor({ state: 'detached' });
    await this.inputHasFocus();
  }

  /** The sign that another thread is shown: what is typed from then on belongs to it. */
  async inputHasFocus(): Promise<void> {
    await this.input.and(this.frame.locator(':focus')).waitFor();
  }

  /** Opens the history and searches it. Answers with its rows. */
  async search(query: string): Promise<Locator> {
    const field = this.history.getByRole('searchbox', { name: 'Search threads' });
    if (!(await this.history.isVisible())) {
      await this.button('History').click();
      await field.and(this.frame.locator(':focus')).waitFor();
    }
    await field.fill(query);
    return this.history.getByRole('listitem');
  }

  async openThread(title: string, query = title): Promise<void> {
    const rows = await this.search(query);
    await rows.getByText(title, { exact: true }).first().click();
    await this.history.waitFor({ state: 'detached' });
    await this.inputHasFocus();
  }

  async chooseFromMenu(item: string): Promise<void> {
    await this.button('More actions').click();
    await this.frame.getByRole('menuitem', { name: item }).click();
  }
}

/** Opens the panel and waits until its input takes text. */
export async function openChatPage(workbench: Workbench): Promise<ChatPage> {
  await workbench.openChat();
  const chat = new ChatPage(workbench);
  await chat.input.waitFor({ timeout: panelTimeoutMs });
  return chat;
}

/** The panel's first start on a loaded machine: the extension host, the store and the page. */
const panelTimeoutMs = 60_000;

import assert from 'node:assert/strict';
import type { Browser, Locator, Page, Route } from 'playwright-core';
import type { HostEvent, HostRequestName } from '../../../src/shared/protocol.ts';
import type { Harness } from './server.ts';
import type { ThemeName } from './themes.ts';

export interface OpenOptions {
  readonly scenario: string;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** Lets a test bring a script of its own into the page. */
  readonly bypassCSP?: boolean;
  /** Pretends that the thread has earlier messages. */
  readonly hasEarlier?: boolean;
  /** Decides on the script of what is drawn later: to hold it up, or not to give it. */
  readonly onExtras?: (route: Route) => Promise<void>;
}

/** What the page's `window` has in it; see page.mjs. */
interface HarnessWindow {
  readonly harness: {
    readonly host: {
      asked(name: string): unknown[];
      emit(event: unknown): void;
      failures: Record<string, string>;
      startTurn(text: string): string;
      endTurn(messageId: string): void;
      stream(messageId: string, text: string, deltas: number, durationMs: number): Promise<void>;
    };
  };
}

/** The panel in a plain page, used through roles and names, with a view into its scripted host. */
export class HarnessPage {
  readonly page: Page;
  /** Errors of the page and refusals of its content policy: there should be none. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        this.problems.push(message.text());
      }
    });
  }

  static async open(
    browser: Browser,
    harness: Harness,
    options: OpenOptions,
  ): Promise<HarnessPage> {
    const { scenario, theme = 'dark', width = 420, height = 800, bypassCSP = false } = options;
    const page = await browser.newPage({ viewport: { width, height }, bypassCSP });
    const opened = new HarnessPage(page);
    const earlier = options.hasEarlier ? '&earlier' : '';
    if (options.onExtras) {
      await page.route(/\/extras-/, options.onExtras);
    }
    await page.goto(`${harness.url}?scenario=${scenario}&theme=${theme}${earlier}`);
    await opened.input.waitFor();
    return opened;
  }

  get input(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get conversation(): Locator {
    return this.page.getByRole('log', { name: 'Conversation' });
  }

  get answers(): Locator {
    return this.conversation.getByRole('article', { name: 'Slipstream' });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Parameters of the panel's requests of one name so far. */
  asked(name: HostRequestName): Promise<unknown[]> {
    return this.page.evaluate(
      (wanted) => (globalThis as typeof globalThis & HarnessWindow).harness.host.asked(wanted),
      name,
    );
  }

  /** Waits for as many requests of one name and returns the last one's parameters. */
  async lastAsked(name: HostRequestName, count = 1): Promise<unknown> {
    await this.page.waitForFunction(
      ([wanted, least]) =>
        (globalThis as typeof globalThis & HarnessWindow).harness.host.asked(String(wanted))
          .length >= Number(least),
      [name, count],
    );
    return (await this.asked(name)).at(-1);
  }

  emit(...events: HostEvent[]): Promise<void> {
    return this.page.evaluate((all) => {
      const { host } = (globalThis as typeof globalThis & HarnessWindow).harness;
      for (const event of all) {
        host.emit(event);
      }
    }, events);
  }

  /** Lets requests of one name fail with a message for the user. */
  failRequests(name: HostRequestName, message: string): Promise<void> {
    return this.page.evaluate(
      ([wanted = '', text = '']) => {
        (globalThis as typeof globalThis & HarnessWindow).harness.host.failures[wanted] = text;
      },
      [name, message],
    );
  }

  startTurn(text: string): Promise<string> {
    return this.page.evaluate(
      (asked) => (globalThis as typeof globalThis & HarnessWindow).harness.host.startTurn(asked),
      text,
    );
  }

  /** Streams an answer in a turn of its own; resolves when it is over. */
  async streamAnswer(text: string, deltas: number, durationMs: number): Promise<void> {
    const messageId = await this.startTurn('Go on');
    await this.page.evaluate(
      async ([id, answer, count, time]) => {
        const { host } = (globalThis as typeof globalThis & HarnessWindow).harness;
        await host.stream(String(id), String(answer), Number(count), Number(time));
        host.endTurn(String(id));
      },
      [messageId, text, deltas, durationMs],
    );
  }

  /** How far the conversation is from its end, in pixels. */
  distanceFromEnd(): Promise<number> {
    return this.conversation.evaluate(
      ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
    );
  }

  /** Resolves after two frames: what was asked to be drawn is on screen. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        }),
    );
  }

  async close(): Promise<void> {
    await this.page.close();
    assert.deepEqual(this.problems, []);
  }
}

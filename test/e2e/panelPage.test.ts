import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import type { BulkJobView } from '../../src/shared/views.ts';
import { eagerBytes, eagerModules } from '../support/eagerScript.ts';
import { resultsDir } from '../support/paths.ts';
import type { HarnessPage } from '../support/webviewHarness/harnessPage.ts';
import type { ThemeName } from '../support/webviewHarness/themes.ts';
import { findViolations } from './support/accessibility.ts';
import { servePanel } from './support/harnessPanel.ts';

const themes: readonly ThemeName[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

/** What is looked at in each theme: a scenario, and what is done in it first. */
const states: Record<
  string,
  { scenario: string; prepare?: (panel: HarnessPage) => Promise<void> }
> = {
  'an empty thread': { scenario: 'empty' },
  'a first run without a model': { scenario: 'offline' },
  'a folder that is not trusted': { scenario: 'restricted' },
  'a conversation': { scenario: 'conversation', prepare: unfold },
  'an approval': { scenario: 'approval' },
  'a failed turn': { scenario: 'failed' },
  'jobs on many files': {
    scenario: 'conversation',
    prepare: async (panel) => {
      await panel.emit({ type: 'bulk/jobs', jobs });
      await panel.page.getByRole('region', { name: 'Jobs on many files' }).waitFor();
    },
  },
  'changes to review': { scenario: 'review' },
  'what fills the window': {
    scenario: 'summarized',
    prepare: async (panel) => {
      await panel.page.getByRole('button', { name: /^Context window/ }).click();
      await panel.page.getByText('Instruction files').waitFor();
    },
  },
  history: {
    scenario: 'conversation',
    prepare: async (panel) => {
      await panel.button('History').click();
      await panel.page.getByRole('searchbox').fill('topic');
      await panel.page.getByText('explained in the second').first().waitFor();
    },
  },
  suggestions: {
    scenario: 'empty',
    prepare: async (panel) => {
      await panel.input.pressSequentially('see @');
      await panel.page.getByRole('option').first().waitFor();
    },
  },
  'the menu and an edited message': {
    scenario: 'conversation',
    prepare: async (panel) => {
      await panel.button('Edit message').click();
      await panel.button('More actions').click();
    },
  },
};

const job = { total: 12, finished: 5, detail: '' };
const jobs: readonly BulkJobView[] = [
  {
    ...job,
    id: 'a',
    title: 'Explain 12 files',
    state: 'running',
    detail: 'A batch usually takes less than an hour.',
  },
  { ...job, id: 'b', title: 'Write tests for 12 files', state: 'cancelling' },
  {
    ...job,
    id: 'c',
    title: 'Review 12 files',
    state: 'asking',
    detail: 'It is not known whether the files were sent.',
  },
  {
    ...job,
    id: 'd',
    title: 'Document 12 files',
    state: 'ended',
    finished: 12,
    detail: '9 answers to look at, 3 files have no answer.',
  },
];

async function unfold(panel: HarnessPage): Promise<void> {
  for (const title of ['Thought', 'npm test', 'Search "Math.round"']) {
    await panel.conversation.getByText(title, { exact: true }).first().click();
  }
}

describe('The panel in a page of its own', () => {
  const { open, read } = servePanel();

  it('names its parts as agreed', async () => {
    const { page, conversation, input } = await open({ scenario: 'approval' });
    await conversation.getByRole('article', { name: 'You' }).first().waitFor();
    await conversation.getByRole('article', { name: 'Slipstream' }).first().waitFor();
    await input.waitFor();
    const names = ['Stop', 'New thread', 'History', 'Retry', 'Edit message', 'Copy message'];
    for (const name of [...names, 'Copy code', 'Insert at cursor', 'Apply']) {
      assert.notEqual(await page.getByRole('button', { name, exact: true }).count(), 0, name);
    }
    for (const tool of ['edit_file', 'run_command']) {
      const group = page.getByRole('group', { name: `Approve ${tool}`, exact: true });
      for (const name of ['Allow', 'Allow in this thread', 'Deny']) {
        assert.equal(await group.getByRole('button', { name, exact: true }).count(), 1, name);
      }
    }
  });

  for (const theme of themes) {
    for (const [name, state] of Object.entries(states)) {
      it(`is accessible with ${name} in ${theme}`, async () => {
        const opened = await open({ scenario: state.scenario, theme, bypassCSP: true });
        await state.prepare?.(opened);
        await opened.page.waitForTimeout(100);
        await keepPicture(opened, `${name}-${theme}`);
        assert.deepEqual(await findViolations(opened.page), []);
      });
    }
  }

  for (const width of [220, 900]) {
    for (const [name, state] of Object.entries(states)) {
      it(`fits ${name} into ${width} px`, async () => {
        const opened = await open({ scenario: state.scenario, width });
        await state.prepare?.(opened);
        await keepPicture(opened, `${name}-${width}px`);
        const overflowing = await opened.page.evaluate(() =>
          [...document.querySelectorAll('body *')]
            .filter((element) => {
              const { right, width: own } = element.getBoundingClientRect();
              const isScrolled = element.closest(
                'pre, .table-scroller, .diff-lines, .visually-hidden',
              );
              const isClipped = element.closest('.chip, .fold-title, .activity, .tool-status-text');
              return own > 0 && right > innerWidth + 0.5 && !isScrolled && !isClipped;
            })
            .map((element) => element.className),
        );
        assert.deepEqual(overflowing, []);
      });
    }
  }

  it('keeps the colours of code readable in every theme', async () => {
    for (const theme of themes) {
      const opened = await open({ scenario: 'conversation', theme, bypassCSP: true });
      assert.deepEqual(await findFaintColours(opened), [], theme);
    }
  });

  it('loads at most 120 kB of script before it can be used, and highlighting apart', () => {
    const eager = eagerModules('chat.js', read);
    assert.ok(eagerBytes(eager) <= 120_000, `${eagerBytes(eager)} bytes in ${eager.size} files`);
    const text = [...eager.values()].join('');
    assert.ok(!text.includes('hljs-'), 'the highlighter is part of the entry');
    assert.ok(!text.includes('Search threads'), 'the history is part of the entry');
  });
});

async function keepPicture({ page }: HarnessPage, name: string): Promise<void> {
  const folder = `${resultsDir}/screenshots/panel`;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name.replaceAll(/[^\w]+/g, '-')}.png` });
}

/** Colours of code below the contrast that WCAG AA asks of text. */
function findFaintColours({ page }: HarnessPage): Promise<string[]> {
  return page.evaluate(() => {
    const block = document.querySelector('.code-block');
    const text = block?.querySelector('code');
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!block || !text || !context) {
      return ['no code block'];
    }
    const paint = (...colours: string[]): number[] => {
      for (const colour of colours) {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
      }
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const luminance = (colour: number[]): number => {
      const [red = 0, green = 0, blue = 0] = colour.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const page = getComputedStyle(document.body).backgroundColor;
    const behind = luminance(paint(page, getComputedStyle(block).backgroundColor));
    const found: string[] = [];
    for (const name of CSS.highlights.keys()) {
      const { color } = getComputedStyle(text, `::highlight(${name})`);
      const front = luminance(paint(page, color));
      const ratio = (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
      if (ratio < 4.5) {
        found.push(`${name} ${color} ${ratio.toFixed(2)}`);
      }
    }
    return found;
  });
}

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { CancelledError } from '../../../../../src/base/errors.ts';
import type { MentionItem, SlashCommand } from '../../../../../src/shared/views.ts';
import { rankCommands, Suggestions } from '../../../../../src/webview/chat/state/suggestions.ts';
import { settle } from '../../../../support/fakeClock.ts';

const commands: SlashCommand[] = [
  { name: 'prefix', description: '', kind: 'prompt' },
  { name: 'fix', description: '', kind: 'prompt' },
  { name: 'clear', description: '', kind: 'panel' },
];

function item(label: string): MentionItem {
  return { chip: { kind: 'file', label }, detail: '', icon: 'file' };
}

describe('Suggestions', () => {
  let searches: { query: string; resolve: (items: MentionItem[]) => void; signal: AbortSignal }[];
  let suggestions: Suggestions;

  beforeEach(() => {
    searches = [];
    suggestions = new Suggestions({
      searchMentions: (query, signal) =>
        new Promise((resolve, reject) => {
          searches.push({ query, resolve, signal });
          signal.addEventListener('abort', () => reject(new CancelledError()));
        }),
      listCommands: () => Promise.resolve(commands),
    });
  });

  function labels(): string[] {
    return suggestions.items.value.map((suggestion) =>
      suggestion.kind === 'mention' ? suggestion.item.chip.label : suggestion.command.name,
    );
  }

  it('show what a search found', async () => {
    const update = suggestions.update('see @ca', 7);
    searches[0]?.resolve([item('cart.ts'), item('card.ts')]);
    await update;
    assert.deepEqual(labels(), ['cart.ts', 'card.ts']);
    assert.equal(suggestions.active?.kind, 'mention');
  });

  it('give up an older search when the word goes on, and never show its answer', async () => {
    const older = suggestions.update('@c', 2);
    const newer = suggestions.update('@ca', 3);
    assert.equal(searches[0]?.signal.aborted, true);
    searches[1]?.resolve([item('cart.ts')]);
    searches[0]?.resolve([item('wrong')]);
    await Promise.all([older, newer]);
    assert.deepEqual(labels(), ['cart.ts']);
  });

  it('do not search again while the word stays the same', async () => {
    const update = suggestions.update('@c', 2);
    searches[0]?.resolve([item('cart.ts')]);
    await update;
    await suggestions.update('@c', 2);
    assert.equal(searches.length, 1);
  });

  it('stay closed for a word that was dismissed, and open for the next', async () => {
    const update = suggestions.update('@c', 2);
    searches[0]?.resolve([item('cart.ts')]);
    await update;
    suggestions.dismiss();
    await suggestions.update('@ca', 3);
    assert.equal(searches.length, 1);
    void suggestions.update('@ca @d', 6);
    await settle();
    assert.equal(searches[1]?.query, 'd');
    suggestions.close();
  });

  it('close when the caret leaves the word', async () => {
    const update = suggestions.update('@c x', 2);
    searches[0]?.resolve([item('cart.ts')]);
    await update;
    await suggestions.update('@c x', 4);
    assert.equal(suggestions.isOpen.value, false);
  });

  it('tell a failed search and close', async () => {
    const broken = new Suggestions({
      searchMentions: () => Promise.reject(new Error('no index')),
      listCommands: () => Promise.resolve([]),
    });
    await assert.rejects(broken.update('@c', 2), /no index/);
    assert.equal(broken.isOpen.value, false);
  });

  it('go round from the last row to the first', async () => {
    await suggestions.update('/', 1);
    suggestions.move(-1);
    assert.equal(suggestions.activeIndex.value, 2);
    suggestions.move(1);
    assert.equal(suggestions.activeIndex.value, 0);
  });

  it('put commands first that begin with what was typed', () => {
    assert.deepEqual(
      rankCommands(commands, 'FI').map(({ name }) => name),
      ['fix', 'prefix'],
    );
    assert.deepEqual(rankCommands(commands, 'zz'), []);
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import manifest from '../../../package.json' with { type: 'json' };
import { commandId, commandNames } from '../../../src/host/commandTable.ts';

const { contributes, capabilities } = manifest;
const ids = commandNames.map(commandId);
const entries: readonly { readonly command?: string; readonly submenu?: string }[] = Object.values(
  contributes.menus,
).flat();
const menuItems = entries.filter((entry) => 'command' in entry);

describe('The table of commands and package.json', () => {
  it('name the same commands', () => {
    assert.deepEqual(
      contributes.commands.map((command) => command.command).sort(),
      [...ids].sort(),
    );
  });

  it('put every command into one category, with a title that begins like a sentence', () => {
    for (const command of contributes.commands) {
      assert.equal(command.category, 'Slipstream');
      assert.match(command.title, /^[A-Z][^.]*$/);
      assert.match(command.icon, /^\$\([a-z-]+\)$/);
    }
  });

  it('bind and show known commands only', () => {
    for (const { command = '' } of [...contributes.keybindings, ...menuItems]) {
      assert.ok(ids.includes(command), command);
    }
  });

  it('open known submenus only', () => {
    const known = contributes.submenus.map(({ id }) => id);
    const opened = entries.flatMap(({ submenu }) => submenu ?? []);
    assert.deepEqual([...new Set(opened)].sort(), [...known].sort());
  });

  it('pass no arguments, which VS Code may drop', () => {
    for (const item of [...contributes.keybindings, ...menuItems]) {
      assert.ok(!('args' in item));
    }
  });
});

describe('The walkthrough', () => {
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

  it('shows each of the doors: the model, the chat, completions, edits and what they cost', () => {
    const order = ['connect', 'ask', 'complete', 'edit', 'watch'];
    assert.deepEqual(
      steps.map(({ id }) => id),
      order,
    );
  });

  it('runs known commands only', () => {
    const links = steps.flatMap((step) => [...step.description.matchAll(/\(command:([\w.]+)\)/g)]);
    assert.ok(links.length > 0);
    for (const [, command] of links) {
      assert.ok(ids.includes(command ?? ''), command);
    }
  });

  it('shows media that exist', () => {
    for (const { media } of steps) {
      const file = 'svg' in media ? media.svg : media.markdown;
      assert.ok(file && existsSync(file), file);
    }
  });

  it('ends each step by something that can happen', () => {
    for (const event of steps.flatMap((step) => step.completionEvents)) {
      const [kind, name] = event.split(':');
      const known = {
        onCommand: ids,
        onContext: ['slipstream.isConnected'],
        onView: ['slipstream.chat'],
        onSettingChanged: Object.keys(contributes.configuration.properties),
      };
      const names = Object.entries(known).find(([one]) => one === kind)?.[1];
      assert.ok(names?.includes(name ?? ''), event);
    }
  });
});

describe('The manifest', () => {
  it('wakes Slipstream when a file is opened, besides by its own views and commands', () => {
    assert.deepEqual(manifest.activationEvents, ['onLanguage']);
  });

  it('says what is left out in Restricted Mode and why virtual workspaces are', () => {
    assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
    assert.ok(capabilities.untrustedWorkspaces.description.length > 0);
    assert.equal(capabilities.virtualWorkspaces.supported, false);
    assert.ok(capabilities.virtualWorkspaces.description.length > 0);
  });

  it('has its view in its own container', () => {
    const [container] = contributes.viewsContainers.activitybar;
    assert.equal(container?.id, 'slipstream');
    assert.equal(contributes.views.slipstream[0]?.id, 'slipstream.chat');
  });
});

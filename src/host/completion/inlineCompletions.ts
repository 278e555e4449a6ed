import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { PrefetchCounters, PrefetchKind } from '../../core/prefetch/preparation.ts';
import type { CompletionCommands } from '../commandTable.ts';
import type { ActivationParts } from '../foundation.ts';
import type { CompletionState } from './completionState.ts';
import { currentCompletionState } from './completionStatus.ts';
import { CompletionStatusBar } from './completionStatusBar.ts';
import { CompletionSwitches } from './completionSwitches.ts';
import { IdleWarming } from './idleWarming.ts';
import { LanguageNames } from './languageNames.ts';
import type { LoadedCompletions, LoadOptions } from './loadCompletions.ts';

export interface InlineCompletionsParts
  extends Pick<ActivationParts, 'settings' | 'log' | 'resources'> {
  readonly clock: Clock;
  /** Loads all that completes, once. */
  readonly load: (options: LoadOptions) => Promise<LoadedCompletions>;
}

/** By commands and by code, the cursor is also put where somebody only looks. */
const byHand: ReadonlySet<vscode.TextEditorSelectionChangeKind> = new Set([
  vscode.TextEditorSelectionChangeKind.Keyboard,
  vscode.TextEditorSelectionChangeKind.Mouse,
]);

/** After it could not be loaded, keys do not try again for so long, milliseconds. */
const retryLoadMs = 60_000;

/**
 * Ghost text as it exists from activation on: registered, and loaded when it is first asked for or about
 * to be. Until then and where it fails, nothing is completed and nobody is held up.
 */
export class InlineCompletions implements Disposable {
  private readonly switches: CompletionSwitches;
  /** Of its own: nobody else has use of it, and it is not in the palette. */
  private readonly acceptedCommand = `_slipstream.completionAccepted.${randomUUID()}`;
  private readonly resources: ResourceManager;
  private readonly parts: InlineCompletionsParts;
  private readonly languageNames: LanguageNames;
  private readonly statusBar: CompletionStatusBar;
  private loaded: LoadedCompletions | undefined;
  private loading: Promise<LoadedCompletions | undefined> | undefined;
  private retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: InlineCompletionsParts) {
    this.parts = parts;
    this.resources = parts.resources.child('inlineCompletions');
    const { settings, clock } = parts;
    this.switches = this.resources.add(new CompletionSwitches(settings, clock));
    this.languageNames = this.resources.add(new LanguageNames(vscode.extensions));
    this.statusBar = this.resources.add(
      new CompletionStatusBar({ switches: this.switches, settings, state: () => this.state() }),
    );
    this.resources.add(
      vscode.languages.registerInlineCompletionItemProvider(
        { pattern: '**' },
        {
          provideInlineCompletionItems: (document, position, context, token) =>
            this.provide({ document, position, context, token }),
        },
      ),
    );
    this.warmWhenIdle();
    this.resources.add(
      vscode.commands.registerCommand(this.acceptedCommand, () => this.loaded?.feature.accepted()),
    );
  }

  get commands(): CompletionCommands {
    return {
      showCompletionMenu: async () => {
        const { showCompletionMenu } = await import('./completionMenu.ts');
        const { parts, switches, languageNames } = this;
        await showCompletionMenu({ ...parts, switches, languageNames, state: () => this.state() });
      },
      completeHere: () => run('editor.action.inlineSuggest.trigger'),
      rejectCompletion: async () => {
        this.loaded?.feature.rejected();
        await run('editor.action.inlineSuggest.hide');
      },
      toggleCompletions: () =>
        this.parts.settings.update('completion.enabled', !this.switches.isEnabled),
      snoozeCompletions: async () => {
        const { chooseSnooze } = await import('./completionMenu.ts');
        await chooseSnooze(this.switches);
      },
    };
  }

  /** What VS Code asks for: at once where it is known. */
  provide(
    request: Parameters<LoadedCompletions['feature']['provide']>[0],
  ): vscode.ProviderResult<vscode.InlineCompletionItem[]> {
    if (this.loaded) {
      return this.loaded.feature.provide(request);
    }
    return this.switches.isOn(request.document)
      ? this.load().then((loaded) => loaded?.feature.provide(request))
      : undefined;
  }

  /** What was prepared ahead, and what came of it; nothing while it is not loaded. */
  prefetchCounters(): ReadonlyMap<PrefetchKind, PrefetchCounters> {
    return this.loaded?.prefetchCounters() ?? new Map();
  }

  /** Forgets all completions that are kept in memory. */
  clear(): void {
    this.loaded?.clear();
  }

  dispose(): void {
    this.resources.dispose();
  }

  /** The first key of a window finds loaded what it needs, where there was a moment before it. */
  private warmWhenIdle(): void {
    const { clock, log } = this.parts;
    const warming = this.resources.add(
      new IdleWarming<vscode.TextEditor>({
        clock,
        isOn: ({ document }) => this.switches.isOn(document),
        warm: ({ document, selection }) => {
          this.load()
            .then((loaded) => loaded?.warm(document, selection.active))
            .catch((error: unknown) => log.error('Preparing for completions', error));
        },
      }),
    );
    this.resources.add(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        if (kind !== undefined && byHand.has(kind)) {
          warming.placed(textEditor);
        }
      }),
    );
  }

  private state(): CompletionState {
    const { parts, switches, languageNames } = this;
    return currentCompletionState({
      switches,
      languageNames,
      settings: parts.settings,
      activity: () => this.loaded?.activity(),
      modelState: () => this.loaded?.modelState() ?? { kind: 'unknown' },
    });
  }

  /** Undefined where it could not be loaded, now or a moment ago. */
  private load(): Promise<LoadedCompletions | undefined> {
    const { clock, load, log } = this.parts;
    if (!this.loading && clock.now() < this.retryAtMs) {
      return Promise.resolve(undefined);
    }
    const { switches, acceptedCommand } = this;
    this.loading ??= load({ switches, acceptedCommand })
      .then((loaded) => {
        this.loaded = loaded;
        this.resources.add(loaded.onDidChange(() => this.statusBar.update()));
        this.statusBar.update();
        return loaded;
      })
      .catch((error: unknown) => {
        this.loading = undefined;
        this.retryAtMs = clock.now() + retryLoadMs;
        if (!this.resources.isDisposed) {
          log.error('Loading completions', error);
        }
        return undefined;
      });
    return this.loading;
  }
}

async function run(command: string): Promise<void> {
  await vscode.commands.executeCommand(command);
}

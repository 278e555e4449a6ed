import type { Clock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import type { SettingKey, Settings } from '../../core/settings.ts';

/** A document, as far as it matters to whether it is completed in. */
export interface SwitchedDocument {
  readonly uri: { readonly scheme: string; toString(): string };
  readonly languageId: string;
}

/**
 * Files on disk, documents that were never saved, and cells of notebooks. Everything else is somebody's
 * view, such as a diff, an output channel or one of Slipstream's own documents.
 */
const schemes: ReadonlySet<string> = new Set(['file', 'untitled', 'vscode-notebook-cell']);

const keys: readonly SettingKey[] = ['completion.enabled', 'completion.languages'];

/** Whether completions are wanted: by the settings, for a while, and in a document. */
export class CompletionSwitches implements Disposable {
  private readonly resources = new ResourceManager('completionSwitches');
  private readonly settings: Settings;
  private readonly clock: Clock;
  private readonly changes = this.resources.add(new Emitter<void>());
  /** URIs of documents in which the user wants none, until the window is closed. */
  private readonly filesOff = new Set<string>();
  private snooze: { readonly until: number; readonly end: Disposable } | undefined;

  constructor(settings: Settings, clock: Clock) {
    this.settings = settings;
    this.clock = clock;
    for (const key of keys) {
      this.resources.add(settings.onDidChange(key, () => this.changes.fire()));
    }
  }

  get onDidChange(): Event<void> {
    return this.changes.event;
  }

  get isEnabled(): boolean {
    return this.settings.get('completion.enabled');
  }

  /** Milliseconds since 1970; undefined while nothing is snoozed. */
  get snoozedUntil(): number | undefined {
    return this.snooze?.until;
  }

  /** Whether completions are wanted in a document, now. */
  isOn(document: SwitchedDocument): boolean {
    return this.isEnabled && this.snooze === undefined && this.offHere(document) === undefined;
  }

  /** Why there are none in a document; undefined where there may be some. */
  offHere({ uri, languageId }: SwitchedDocument): 'language' | 'file' | 'kind' | undefined {
    if (!schemes.has(uri.scheme)) {
      return 'kind';
    }
    if (!this.isLanguageOn(languageId)) {
      return 'language';
    }
    return this.filesOff.has(uri.toString()) ? 'file' : undefined;
  }

  isLanguageOn(languageId: string): boolean {
    const languages = this.settings.get('completion.languages');
    const named = Object.hasOwn(languages, languageId) ? languages[languageId] : languages['*'];
    return named ?? true;
  }

  toggleFile({ uri }: SwitchedDocument): void {
    const key = uri.toString();
    if (!this.filesOff.delete(key)) {
      this.filesOff.add(key);
    }
    this.changes.fire();
  }

  /** @param forMs 0 ends it. */
  snoozeFor(forMs: number): void {
    this.snooze?.end.dispose();
    this.snooze = undefined;
    if (forMs > 0) {
      const end = this.resources.add(this.clock.setTimeout(() => this.snoozeFor(0), forMs));
      this.snooze = { until: this.clock.wallTime() + forMs, end };
    }
    this.changes.fire();
  }

  dispose(): void {
    this.snooze?.end.dispose();
    this.resources.dispose();
  }
}

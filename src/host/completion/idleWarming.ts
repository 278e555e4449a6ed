import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** An editor, as far as it matters here. */
export interface WarmableEditor {
  readonly document: { readonly languageId: string; readonly isClosed: boolean };
}

export interface IdleWarmingParts<Editor> {
  readonly clock: Clock;
  /** Whether completions are wanted in an editor's document, now. */
  readonly isOn: (editor: Editor) => boolean;
  /** Does, ahead of the first key, what that would wait for. */
  readonly warm: (editor: Editor) => void;
}

/**
 * So long nothing may have happened, milliseconds: longer than most take from key to key, so that
 * nobody who types on is held up, and shorter than most take to begin.
 */
export const idleMs = 500;

/**
 * Who puts the cursor somewhere by hand is about to type, who only opens or reads files is not. Once for
 * each language.
 */
export class IdleWarming<Editor extends WarmableEditor> implements Disposable {
  private readonly parts: IdleWarmingParts<Editor>;
  private readonly languages = new Set<string>();
  private timer: Disposable | undefined;

  constructor(parts: IdleWarmingParts<Editor>) {
    this.parts = parts;
  }

  /** The user has put the cursor somewhere, be it by typing. */
  placed(editor: Editor): void {
    this.timer?.dispose();
    this.timer = this.languages.has(editor.document.languageId)
      ? undefined
      : this.parts.clock.setTimeout(() => this.warm(editor), idleMs);
  }

  dispose(): void {
    this.timer?.dispose();
  }

  private warm(editor: Editor): void {
    const { languageId, isClosed } = editor.document;
    if (!isClosed && this.parts.isOn(editor)) {
      this.languages.add(languageId);
      this.parts.warm(editor);
    }
  }
}

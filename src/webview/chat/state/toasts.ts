import { type Signal, signal } from '@preact/signals';
import type { Disposable, ResourceManager } from '../../../base/lifecycle.ts';

export interface Toast {
  readonly text: string;
  readonly severity: 'info' | 'error';
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Long enough to read a sentence and reach a button: WCAG asks for time, VS Code takes 10 s. */
const toastMs = 10_000;

/** A short word at the bottom of the panel; a new one takes the place of the one before. */
export class Toasts {
  readonly current: Signal<Toast | undefined> = signal(undefined);
  private readonly resources: ResourceManager;
  private timer: Disposable | undefined;

  constructor(resources: ResourceManager) {
    this.resources = resources;
  }

  show(toast: Toast): void {
    this.current.value = toast;
    this.restart();
  }

  close(): void {
    this.timer?.dispose();
    this.current.value = undefined;
  }

  /** Keeps the toast while the pointer or the focus is on it. */
  hold(): void {
    this.timer?.dispose();
  }

  restart(): void {
    this.timer?.dispose();
    this.timer = this.resources.setTimeout(() => this.close(), toastMs);
  }
}

import { type Signal, signal } from '@preact/signals';
import { UserError } from '../../base/errors.ts';
import { lazy } from '../../base/lazy.ts';
import type { Extras } from './components/extras.ts';

/** Fetches what is not drawn before the panel can be used: when the page is idle, or when needed. */
export class ExtrasLoader {
  /** Undefined until they are there. */
  readonly loaded: Signal<Extras | undefined> = signal(undefined);
  private readonly fetch = lazy(fetchExtras);

  /** Fetches them, unless they are there. Rejects if they can't be had; the next call tries again. */
  async load(): Promise<void> {
    this.loaded.value ??= await this.fetch();
  }
}

async function fetchExtras(): Promise<Extras> {
  try {
    return (await import('./components/extras.ts')).extras;
  } catch (error) {
    const advice = 'A part of the panel could not be loaded. Try again, or reload the window.';
    throw new UserError(advice, { cause: error });
  }
}

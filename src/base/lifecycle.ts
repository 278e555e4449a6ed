/** Something that holds a resource until told to let go. */
export interface Disposable {
  dispose(): void;
}

/** A disposable from a function. Disposing twice runs it once. */
export function toDisposable(release: () => void): Disposable {
  let pending: (() => void) | undefined = release;
  return {
    dispose: () => {
      const run = pending;
      pending = undefined;
      run?.();
    },
  };
}

/** What became of a disposal that threw: told here, because disposing never throws. */
export type DisposalErrorListener = (error: unknown, owner: string) => void;

const liveManagers = new Set<ResourceManager>();

/** The managers that were created and not disposed, for leak checks in tests. */
export function liveResourceManagers(): readonly ResourceManager[] {
  return [...liveManagers];
}

/**
 * Owns resources from the line that creates them: disposables, timers, intervals and child managers.
 *
 * Disposing releases them in reverse order of registration. One that throws does not keep the others
 * from being released; its error goes to `onDisposalError`. Whatever is registered after disposal is
 * released at once, so that a late asynchronous answer cannot leak.
 */
export class ResourceManager implements Disposable {
  readonly name: string;
  private readonly onDisposalError: DisposalErrorListener;
  private resources: Set<Disposable> | undefined = new Set();

  constructor(name: string, onDisposalError: DisposalErrorListener = reportLater) {
    this.name = name;
    this.onDisposalError = onDisposalError;
    liveManagers.add(this);
  }

  get isDisposed(): boolean {
    return this.resources === undefined;
  }

  /** How many resources are held, child managers counted as one each. */
  get size(): number {
    return this.resources?.size ?? 0;
  }

  /** Takes ownership of `resource` and hands it back. Released at once if this is disposed already. */
  add<T extends Disposable>(resource: T): T {
    if (this.resources) {
      this.resources.add(resource);
    } else {
      this.release(resource);
    }
    return resource;
  }

  /** Runs `release` at disposal. The answer runs it earlier, once. */
  defer(release: () => void): Disposable {
    const resource = toDisposable(() => {
      this.resources?.delete(resource);
      release();
    });
    return this.add(resource);
  }

  /** A manager that lives at most as long as this one, and frees its place when it is disposed. */
  child(name: string): ResourceManager {
    const child = new ResourceManager(`${this.name}/${name}`, this.onDisposalError);
    const entry: Disposable = { dispose: () => child.dispose() };
    child.add({ dispose: () => this.resources?.delete(entry) });
    this.add(entry);
    return child;
  }

  /** An `AbortController` that is aborted at disposal. */
  abortController(): AbortController {
    const controller = new AbortController();
    const entry = this.defer(() => controller.abort());
    controller.signal.addEventListener('abort', () => this.forget(entry), { once: true });
    return controller;
  }

  /** Runs `callback` once after `delayMs`, unless disposed before. */
  setTimeout(callback: () => void, delayMs: number): Disposable {
    if (this.isDisposed) {
      return noDisposable;
    }
    const timer = setTimeout(() => {
      this.resources?.delete(entry);
      callback();
    }, delayMs);
    const entry = this.defer(() => clearTimeout(timer));
    return entry;
  }

  /** Runs `callback` every `periodMs` until disposed. */
  setInterval(callback: () => void, periodMs: number): Disposable {
    if (this.isDisposed) {
      return noDisposable;
    }
    const timer = setInterval(callback, periodMs);
    return this.defer(() => clearInterval(timer));
  }

  /** Stops a timer of this manager. Unknown, fired and stopped ones are ignored. */
  clearTimeout(timer: Disposable | undefined): void {
    timer?.dispose();
  }

  /** Stops an interval of this manager. Unknown and stopped ones are ignored. */
  clearInterval(interval: Disposable | undefined): void {
    interval?.dispose();
  }

  /** Gives up ownership without releasing. */
  forget(resource: Disposable): void {
    this.resources?.delete(resource);
  }

  dispose(): void {
    const resources = this.resources;
    if (!resources) {
      return;
    }
    this.resources = undefined;
    liveManagers.delete(this);
    for (const resource of [...resources].reverse()) {
      this.release(resource);
    }
  }

  private release(resource: Disposable): void {
    try {
      resource.dispose();
    } catch (error) {
      this.onDisposalError(error, this.name);
    }
  }
}

const noDisposable: Disposable = { dispose: () => undefined };

/** Surfaces the error as an uncaught one, without breaking off the disposal under way. */
function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

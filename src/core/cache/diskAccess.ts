import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { toGlob } from './cacheKeys.ts';
import { DiskTier } from './diskTier.ts';

export interface DiskAccessOptions {
  readonly clock: Clock;
  /** 0 keeps nothing on disk. */
  readonly diskBytes: () => number;
  /** Where the disk tier keeps its database; opened on first use. */
  readonly diskPath: string;
  /** Told why the disk is not used. */
  readonly onProblem: (error: unknown) => void;
}

/** After so many failures the disk is left alone until the window is reloaded. */
const maxDiskFailures = 3;
/** More changed files than this are not listed one by one: all answers about files are dropped. */
const maxChangedFiles = 10_000;

/** Opens the disk tier when it is first needed, and remembers what changed before. */
export class DiskAccess implements Disposable {
  private readonly options: DiskAccessOptions;
  private readonly disposal = new AbortController();
  /** Files that changed while the tier was not open. */
  private readonly changedFiles = new Set<string>();
  private disk: DiskTier | undefined;
  private opening: Promise<DiskTier | undefined> | undefined;
  private failures = 0;

  constructor(options: DiskAccessOptions) {
    this.options = options;
  }

  /** The tier, if it is open. */
  get open(): DiskTier | undefined {
    return this.disk?.isOpen ? this.disk : undefined;
  }

  /** The tier, opened if need be; undefined where it cannot be, or is not wanted. */
  opened(): Promise<DiskTier | undefined> {
    if (this.open) {
      return Promise.resolve(this.open);
    }
    const isWanted = this.options.diskBytes() > 0 && this.failures < maxDiskFailures;
    if (!isWanted || this.disposal.signal.aborted) {
      return Promise.resolve(undefined);
    }
    this.opening ??= this.create().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** Forgets all that is about a file. Does not open the disk for that. */
  invalidateFile(file: string): void {
    if (this.open) {
      this.open.invalidateFiles([file]);
    } else if (this.changedFiles.size <= maxChangedFiles) {
      this.changedFiles.add(file);
    }
  }

  dispose(): void {
    this.disposal.abort();
    this.disk?.dispose();
  }

  private async create(): Promise<DiskTier | undefined> {
    const { clock, diskPath: path, diskBytes: maxBytes } = this.options;
    const { signal } = this.disposal;
    try {
      const disk = await DiskTier.open({ path, clock, signal, maxBytes, onProblem: this.fail });
      if (signal.aborted) {
        disk.dispose();
        return undefined;
      }
      this.disk = disk;
      this.catchUp(disk);
      return disk;
    } catch (error) {
      if (!signal.aborted) {
        this.fail(error);
      }
      return undefined;
    }
  }

  private catchUp(disk: DiskTier): void {
    if (this.changedFiles.size > maxChangedFiles) {
      disk.invalidate(toGlob({}));
    } else {
      disk.invalidateFiles(this.changedFiles);
    }
    this.changedFiles.clear();
  }

  private readonly fail = (error: unknown): void => {
    this.failures += 1;
    this.options.onProblem(error);
  };
}

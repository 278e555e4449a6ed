import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { type Clock, systemClock } from '../../base/clock.ts';
import { codeOf, isWithin } from './paths.ts';
import type { SpillFile, SpillStore } from './tool.ts';

/** A week: long enough to come back to a thread after a holiday weekend. */
const maxAgeMs = 7 * 24 * 60 * 60 * 1000;
/** A few very long build logs; more is taken from the oldest. */
const maxStoreBytes = 512 * 1024 * 1024;
/** Four times the 16 MB line that must survive; what a command writes beyond it is counted only. */
const maxFileBytes = 64 * 1024 * 1024;

export interface DiskSpillStoreOptions {
  /** Absolute. Made when the first file is. */
  readonly folder: string;
  readonly clock?: Clock;
  readonly maxStoreBytes?: number;
  readonly maxFileBytes?: number;
}

/**
 * Keeps big outputs as files of one folder, readable by the user alone. Several windows may share the
 * folder. Files that are too old, and the oldest of too many, are removed when a file is made.
 */
export class DiskSpillStore implements SpillStore {
  private readonly folder: string;
  private readonly clock: Clock;
  private readonly maxStoreBytes: number;
  private readonly maxFileBytes: number;
  private realFolder: string | undefined;

  constructor(options: DiskSpillStoreOptions) {
    this.folder = options.folder;
    this.clock = options.clock ?? systemClock;
    this.maxStoreBytes = options.maxStoreBytes ?? maxStoreBytes;
    this.maxFileBytes = options.maxFileBytes ?? maxFileBytes;
  }

  async create(label: string): Promise<SpillFile> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.trim();
    const words = label.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40);
    const name = `${words}-${randomBytes(6).toString('hex')}.txt`;
    const path = nodePath.join(this.resolvedFolder() ?? this.folder, name);
    // `wx`: never into a file, nor through a link, that somebody else put there.
    return new DiskSpillFile(path, await open(path, 'wx', 0o600), this.maxFileBytes);
  }

  contains(path: string): boolean {
    const folder = this.resolvedFolder();
    return folder !== undefined && path !== folder && isWithin(folder, path);
  }

  /** Removes all files, for example when the user clears stored data. */
  async clear(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    this.realFolder = undefined;
  }

  /** Removes what is too old or too much. Files that are being written are the newest. */
  private async trim(): Promise<void> {
    const files = await this.list();
    const oldest = this.clock.wallTime() - maxAgeMs;
    let keptBytes = 0;
    for (const file of files.sort((left, right) => right.modifiedAt - left.modifiedAt)) {
      keptBytes += file.sizeBytes;
      if (file.modifiedAt < oldest || keptBytes > this.maxStoreBytes) {
        await rm(file.path, { force: true });
      }
    }
  }

  private async list(): Promise<StoredFile[]> {
    const names = await readdir(this.folder);
    const files = await Promise.all(
      names.map((name) => storedFile(nodePath.join(this.folder, name))),
    );
    return files.filter((file) => file !== undefined);
  }

  /** Undefined while there is no folder: then no path can be in it. */
  private resolvedFolder(): string | undefined {
    try {
      this.realFolder ??= realpathSync.native(this.folder);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        throw error;
      }
    }
    return this.realFolder;
  }
}

interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

async function storedFile(path: string): Promise<StoredFile | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, sizeBytes: size, modifiedAt: mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      // Another window removed it between the listing and here.
      return undefined;
    }
    throw error;
  }
}

class DiskSpillFile implements SpillFile {
  readonly path: string;
  private readonly handle: FileHandle;
  private readonly maxBytes: number;
  private writtenBytes = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(path: string, handle: FileHandle, maxBytes: number) {
    this.path = path;
    this.handle = handle;
    this.maxBytes = maxBytes;
  }

  get isFull(): boolean {
    return this.writtenBytes >= this.maxBytes;
  }

  /** Writes in the order of calls, whether or not they are awaited. Nothing more once it is full. */
  write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8').subarray(0, this.maxBytes - this.writtenBytes);
    this.writtenBytes += bytes.length;
    this.last = this.last.then(async () => {
      if (bytes.length > 0) {
        await this.handle.appendFile(bytes);
      }
    });
    return this.last;
  }

  async close(): Promise<void> {
    try {
      await this.last;
    } finally {
      await this.handle.close();
    }
  }
}

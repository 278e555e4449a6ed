import { Checkpoints } from '../../../../src/core/checkpoint/checkpoints.ts';
import type { TurnCheckpoint } from '../../../../src/core/checkpoint/turnCheckpoint.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import type { FileChange } from '../../../../src/core/tools/workspace.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import {
  createFolder,
  type FolderTree,
  type TemporaryFolder,
} from '../../../support/folderTree.ts';
import { MemoryCheckpointStore } from '../../../support/memoryCheckpointStore.ts';

/** Turns that change files of a folder, and the way back. */
export class CheckpointKit {
  readonly store = new MemoryCheckpointStore();
  readonly troubles: string[] = [];
  /** What listeners heard: `kept` and `released`. */
  readonly heard: string[] = [];
  readonly folder: TemporaryFolder;
  readonly workspace: DiskWorkspace;
  readonly checkpoints: Checkpoints;
  private ids = 0;

  private constructor(folder: TemporaryFolder) {
    this.folder = folder;
    this.workspace = new DiskWorkspace(folder.path);
    this.checkpoints = new Checkpoints({
      store: this.store,
      workspace: this.workspace,
      clock: new FakeClock(),
      newId: () => {
        this.ids += 1;
        return `restore-${this.ids}`;
      },
      maxMegabytes: () => 200,
    });
  }

  static async create(tree: FolderTree): Promise<CheckpointKit> {
    return new CheckpointKit(await createFolder(tree));
  }

  begin(turnId: string): TurnCheckpoint {
    return this.checkpoints.beginTurn(
      { threadId: 'a', turnId },
      (error) => this.troubles.push(String(error)),
      { kept: () => this.heard.push('kept'), released: () => this.heard.push('released') },
    );
  }

  /** A turn that gives files these texts, as the tools do it. */
  async turn(turnId: string, texts: Readonly<Record<string, string>>): Promise<void> {
    const turn = this.begin(turnId);
    for (const [name, after] of Object.entries(texts)) {
      await this.edit(turn, name, after);
    }
    await turn.end(false);
  }

  async edit(turn: TurnCheckpoint, name: string, after: string): Promise<void> {
    const change = await this.changeOf(name, after);
    const edit = fileEditOf(change);
    await turn.beforeRun({ access: [], edits: [edit] });
    await this.workspace.applyChanges([change]);
    turn.edited(edit);
  }

  async changeOf(name: string, after: string): Promise<FileChange> {
    const path = this.folder.join(name);
    const before = await this.workspace.readText(path).then(
      ({ text }) => text,
      () => undefined,
    );
    return { path, before, after };
  }

  /** What a restore would do, a line for each file. */
  async plan(checkpointId: string): Promise<string[]> {
    const { files, lost } = await this.checkpoints.plan('a', checkpointId);
    return [
      ...files.map(({ kind, change, addedLines, removedLines, isConflict }) => {
        const name = this.nameOf(change.path);
        return `${name} ${kind} +${addedLines} -${removedLines}${isConflict ? ' conflict' : ''}`;
      }),
      ...lost.map(({ path }) => `${this.nameOf(path)} lost`),
    ];
  }

  restore(checkpointId: string, ...overwritten: readonly string[]): Promise<string> {
    const paths = overwritten.map((name) => this.folder.join(name));
    return this.checkpoints.restore('a', checkpointId, new Set(paths));
  }

  private nameOf(path: string): string {
    return path.slice(this.folder.path.length + 1);
  }
}

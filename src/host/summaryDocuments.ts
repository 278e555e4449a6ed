import * as vscode from 'vscode';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import type { ThreadService } from '../core/agent/threadService.ts';
import type { HostEvent } from '../shared/protocol.ts';

const scheme = 'slipstream-summary';

type Threads = Pick<ThreadService<unknown>, 'summary' | 'changeSummary'>;

interface KnownFile {
  readonly text: string;
  readonly mtime: number;
}

/**
 * Summaries of threads as files of VS Code: opened, changed and saved like any other. What is saved
 * is what the model gets from then on.
 */
export class SummaryDocuments implements vscode.FileSystemProvider, Disposable {
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]>;
  private readonly resources = new ResourceManager('summaryDocuments');
  private readonly changes: vscode.EventEmitter<vscode.FileChangeEvent[]>;
  private readonly threads: Threads;
  private provider: vscode.Disposable | undefined;
  /** As they were last read, by URI: VS Code takes a file for changed when its time is later. */
  private readonly known = new Map<string, KnownFile>();

  constructor(threads: Threads) {
    this.threads = threads;
    this.changes = this.resources.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
    this.onDidChangeFile = this.changes.event;
  }

  /** Opens the summary of a thread. Throws `UserError` where it has none. */
  async open(threadId: string): Promise<void> {
    await this.threads.summary(threadId);
    // Not before it is needed: an extension host has one provider for a scheme.
    this.provider ??= this.resources.add(
      vscode.workspace.registerFileSystemProvider(scheme, this, { isCaseSensitive: true }),
    );
    await vscode.window.showTextDocument(uriOf(threadId));
  }

  /** Where another summary stands for a thread's earlier messages, an open document shows it. */
  observe(event: HostEvent): void {
    if (event.type !== 'thread/compacted') {
      return;
    }
    const uri = uriOf(event.threadId);
    if (this.known.has(uri.toString())) {
      const type = event.compaction ? vscode.FileChangeType.Changed : vscode.FileChangeType.Deleted;
      this.changes.fire([{ type, uri }]);
    }
  }

  watch(): vscode.Disposable {
    // Every change goes through here and is told.
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, mtime } = await this.read(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime, size: Buffer.byteLength(text) };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.read(uri)).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await this.threads.changeSummary(threadOf(uri), Buffer.from(content).toString('utf8'));
    await this.read(uri);
  }

  readDirectory(): never {
    throw vscode.FileSystemError.NoPermissions('Summaries are opened from their thread.');
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions('Summaries belong to their thread.');
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions('Summaries belong to their thread.');
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions('Summaries belong to their thread.');
  }

  dispose(): void {
    this.resources.dispose();
    this.known.clear();
  }

  private async read(uri: vscode.Uri): Promise<KnownFile> {
    const text = await this.threads.summary(threadOf(uri)).catch(() => {
      // The thread was deleted, or went back to before the summary.
      throw vscode.FileSystemError.FileNotFound(uri);
    });
    const known = this.known.get(uri.toString());
    const current = known?.text === text ? known : { text, mtime: (known?.mtime ?? 0) + 1 };
    this.known.set(uri.toString(), current);
    return current;
  }
}

/** The folder is the thread, so that the tab has a name to read. */
function uriOf(threadId: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${threadId}/Summary of earlier messages.md` });
}

function threadOf(uri: vscode.Uri): string {
  return uri.path.split('/', 2)[1] ?? '';
}

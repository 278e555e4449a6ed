/** GitHub Copilot's completion engine as a library, from npm, asking a model that we play. */
import { createRequire } from 'node:module';
import type { Disposable } from '../../src/base/lifecycle.ts';
import type { CompletionPlace } from '../../src/core/completion/completion.ts';
import type { TextChange } from '../../src/core/syntax/syntax.ts';
import { changeBetween } from '../../src/core/syntax/textChange.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}

interface Range {
  readonly start: Position;
  readonly end: Position;
}

interface LibraryDocument {
  readonly version: number;
  positionAt(offset: number): Position;
  offsetAt(position: Position): number;
}

interface LibraryItem {
  readonly insertText: string;
  readonly range: Range;
}

interface Provider extends Disposable {
  getInlineCompletions(
    document: LibraryDocument,
    position: Position,
    token: unknown,
    options: { readonly isCycling: boolean },
  ): Promise<readonly LibraryItem[] | undefined>;
}

/** The parts of the library that are used. */
interface Library {
  createInlineCompletionsProvider(options: Readonly<Record<string, unknown>>): Provider;
}

interface Documents {
  readonly CopilotTextDocument: {
    create(uri: string, languageId: string, version: number, text: string): LibraryDocument;
    withChanges(
      document: LibraryDocument,
      changes: readonly { readonly range: Range; readonly text: string }[],
      version: number,
    ): LibraryDocument;
  };
}

interface Events {
  readonly Emitter: new () => LibraryEmitter;
}

interface LibraryEmitter {
  readonly event: unknown;
  fire(value: unknown): void;
}

interface Cancellation {
  readonly CancellationTokenSource: new () => { readonly token: unknown; cancel(): void };
}

interface Insides {
  readonly library: Library;
  readonly documents: Documents;
  readonly events: Events;
  readonly cancellation: Cancellation;
  readonly workspaces: { readonly MutableObservableWorkspace: new () => unknown };
  readonly tokens: {
    readonly CopilotToken: new (info: Readonly<Record<string, unknown>>) => unknown;
  };
}

/** Answers a request with the text to insert. */
export type AnswerPeer = (signal: AbortSignal) => Promise<string>;

export interface OpenFile {
  readonly path: string;
  readonly text: string;
}

/** Nobody is asked there: the answers come from this process. */
const address = 'http://127.0.0.1:1';

/** One window's worth of the library. Once one is disposed, no other of the process completes. */
export class ChatLib implements Disposable {
  /** Requests that were made. */
  requests = 0;
  private readonly insides: Insides;
  private readonly provider: Provider;
  private readonly opened: LibraryEmitter;
  private readonly changed: LibraryEmitter;
  private readonly focused: LibraryEmitter;
  private readonly others: readonly LibraryDocument[];
  private current:
    | { readonly path: string; readonly text: string; readonly document: LibraryDocument }
    | undefined;

  /**
   * @param manifest The file to `require` from.
   * @param others Files that are open besides the one that is written.
   */
  constructor(manifest: string, answer: AnswerPeer, others: readonly OpenFile[] = []) {
    this.insides = load(manifest);
    const { Emitter } = this.insides.events;
    this.opened = new Emitter();
    this.changed = new Emitter();
    this.focused = new Emitter();
    this.others = others.map(({ path, text }) => this.create(path, text));
    this.provider = this.insides.library.createInlineCompletionsProvider(this.options(answer));
    for (const document of this.others) {
      this.opened.fire({ document });
    }
  }

  /** Tells the library what a document's text is now. */
  tell({ path, text }: OpenFile): void {
    this.update(path, text);
  }

  /**
   * Tells the library of what was typed, and asks it; resolves with what would be shown. It is not told
   * that this is shown, upon which it would ask for what comes next as well.
   */
  async complete(
    { path, text, offset }: CompletionPlace,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const document = this.update(path, text);
    const source = new this.insides.cancellation.CancellationTokenSource();
    signal.addEventListener('abort', () => source.cancel(), { once: true });
    const position = document.positionAt(offset);
    const options = { isCycling: false };
    const items = await this.provider.getInlineCompletions(
      document,
      position,
      source.token,
      options,
    );
    const [item] = items ?? [];
    if (!item || signal.aborted) {
      return undefined;
    }
    const before = text.slice(document.offsetAt(item.range.start), offset);
    return item.insertText.startsWith(before) ? item.insertText.slice(before.length) : undefined;
  }

  dispose(): void {
    this.provider.dispose();
  }

  private create(path: string, text: string): LibraryDocument {
    const { CopilotTextDocument } = this.insides.documents;
    return CopilotTextDocument.create(`file://${path}`, 'typescript', 1, text);
  }

  private update(path: string, text: string): LibraryDocument {
    const { current } = this;
    if (current?.path !== path) {
      const document = this.create(path, text);
      this.current = { path, text, document };
      this.opened.fire({ document });
      this.focused.fire({ document });
      return document;
    }
    const change = changeBetween(current.text, text);
    return change ? this.apply(current.document, change, { path, text }) : current.document;
  }

  private apply(before: LibraryDocument, change: TextChange, after: OpenFile): LibraryDocument {
    const range = { start: before.positionAt(change.start), end: before.positionAt(change.end) };
    const contentChange = { range, text: change.text };
    const { CopilotTextDocument } = this.insides.documents;
    const document = CopilotTextDocument.withChanges(before, [contentChange], before.version + 1);
    this.current = { ...after, document };
    const place = { rangeOffset: change.start, rangeLength: change.end - change.start };
    this.changed.fire({
      document,
      contentChanges: [{ ...contentChange, ...place }],
      updatedDoc: document,
    });
    return document;
  }

  private options(answer: AnswerPeer): Readonly<Record<string, unknown>> {
    const { Emitter } = this.insides.events;
    const nothing = (): void => undefined;
    return {
      fetcher: this.fetcher(answer),
      authService: signedIn(this.insides),
      telemetrySender: { sendTelemetryEvent: nothing, sendEnhancedTelemetryEvent: nothing },
      logTarget: { logIt: nothing },
      contextProviderMatch: async () => 0,
      statusHandler: { didChange: nothing },
      documentManager: {
        onDidOpenTextDocument: this.opened.event,
        onDidChangeTextDocument: this.changed.event,
        onDidFocusTextDocument: this.focused.event,
        onDidCloseTextDocument: new Emitter().event,
        onDidChangeWorkspaceFolders: new Emitter().event,
        getTextDocumentsUnsafe: () => [
          ...this.others,
          ...(this.current ? [this.current.document] : []),
        ],
        findNotebook: nothing,
        getWorkspaceFolders: () => [{ uri: 'file:///', name: 'folder' }],
      },
      workspace: new this.insides.workspaces.MutableObservableWorkspace(),
      urlOpener: { open: async () => undefined },
      editorInfo: { name: 'vscode', version: '1.139.0' },
      editorPluginInfo: { name: 'copilot', version: '1.0.0' },
      relatedPluginInfo: [],
      editorSession: { sessionId: 'session', machineId: 'machine' },
      notificationSender: { showWarningMessage: async () => undefined },
      endpointProvider: { getAllCompletionModels: async () => [] },
    };
  }

  private fetcher(answer: AnswerPeer): Readonly<Record<string, unknown>> {
    return {
      getUserAgentLibrary: () => 'bench',
      fetch: async (_: string, { signal }: { readonly signal: AbortSignal }) => {
        this.requests += 1;
        return streamed(await answer(signal));
      },
      disconnectAll: async () => undefined,
      makeAbortController: () => new AbortController(),
      isAbortError: (error: unknown) => error instanceof Error && error.name === 'AbortError',
      isInternetDisconnectedError: () => false,
      isNetworkProcessCrashedError: () => false,
      isFetcherError: () => false,
      getUserMessageForFetcherError: () => '',
    };
  }
}

function load(manifest: string): Insides {
  const require = createRequire(manifest);
  const inside = (path: string): unknown => require(`@vscode/chat-lib/dist/src/_internal/${path}`);
  const completions = 'extension/completions-core/vscode-node/lib/src';
  return {
    library: require('@vscode/chat-lib') as Library,
    documents: inside(`${completions}/textDocument`) as Documents,
    events: inside('util/vs/base/common/event') as Events,
    cancellation: inside('util/vs/base/common/cancellation') as Cancellation,
    workspaces: inside('platform/inlineEdits/common/observableWorkspace') as Insides['workspaces'],
    tokens: inside('platform/authentication/common/copilotToken') as Insides['tokens'],
  };
}

/** Somebody whose credential leads to the address above, and never runs out. */
function signedIn({ tokens }: Insides): Readonly<Record<string, unknown>> {
  const token = new tokens.CopilotToken({
    token: 'tid=bench;exp=9999999999',
    expires_at: 9_999_999_999,
    refresh_in: 9_999_999,
    endpoints: { proxy: address, api: address },
  });
  const never = (): Disposable => ({ dispose: () => undefined });
  return {
    isMinimalMode: false,
    hasCopilotTokenSource: true,
    copilotToken: token,
    getCopilotToken: async () => token,
    resetCopilotToken: () => undefined,
    getGitHubSession: async () => undefined,
    onDidAuthenticationChange: never,
    onDidCopilotTokenChange: never,
    onDidAccessTokenChange: never,
    onDidAdoAuthenticationChange: never,
  };
}

/** The answer as its server streams it. */
function streamed(text: string): Readonly<Record<string, unknown>> {
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  const event = (choice: Readonly<Record<string, unknown>>): string =>
    `data: ${JSON.stringify({ id: 'answer', choices: [{ index: 0, ...choice }] })}\n\n`;
  const events = [
    ...words.map((word) => event({ text: word, finish_reason: null })),
    event({ text: '', finish_reason: 'stop' }),
    'data: [DONE]\n\n',
  ];
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const one of events) {
        controller.enqueue(new TextEncoder().encode(one));
      }
      controller.close();
    },
  });
  const headers = new Headers({ 'x-request-id': 'answer' });
  return { ok: true, status: 200, statusText: 'OK', headers, body, text: async () => text };
}

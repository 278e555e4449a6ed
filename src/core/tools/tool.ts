import type { EditMatcher } from '../edit/editMatcher.ts';
import type { ImageBlock } from '../model/message.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import type { FileEdit } from './fileEdit.ts';
import type { Workspace } from './workspace.ts';

/**
 * What a call would touch, told before it runs so that leave can be asked for.
 * Every path is absolute with links resolved.
 */
export type ToolAccess =
  | {
      readonly kind: 'read';
      readonly path: string;
      readonly isInWorkspace: boolean;
      /** Whether the file by its name holds secrets: then leave is needed inside the workspace, too. */
      readonly isSensitive?: boolean;
    }
  | {
      readonly kind: 'edit';
      readonly path: string;
      readonly isInWorkspace: boolean;
      /** Unified diff of the change. */
      readonly diff: string;
      /** What must be known to judge it, a sentence. */
      readonly note?: string;
    }
  | { readonly kind: 'command'; readonly command: string; readonly directory: string };

/** A validated call, ready to run once its access is allowed. */
export interface PreparedCall {
  /** For the card, for example "Read src/cart.ts". */
  readonly title: string;
  readonly access: readonly ToolAccess[];
  /** What it would do to files, so that they can be kept as they are before. */
  readonly edits?: readonly FileEdit[];
  /** Rejects with `CancelledError` when aborted; any other failure is a `ToolOutput` with `isError`. */
  run(progress: (output: string) => void, signal: AbortSignal): Promise<ToolOutput>;
}

/** The answer to a call. */
export interface ToolOutput {
  /** For the model; capped by the registry before it enters history. */
  readonly text: string;
  readonly images?: readonly ImageBlock[];
  readonly isError: boolean;
  /** Absolute paths of files read or changed, so that instructions along their path can be found. */
  readonly readPaths?: readonly string[];
  readonly changedPaths?: readonly string[];
  /** What the call did to files, so that it can be told later whether that has stayed. */
  readonly edits?: readonly FileEdit[];
}

/** What tools run with. */
export interface ToolContext {
  readonly workspace: Workspace;
  readonly matcher: EditMatcher;
  /** Where big output is kept so that the model can read it in ranges. */
  readonly spill: SpillStore;
  readonly commandTimeoutMs: number;
  /** Of the call that is prepared; absent where nothing is traced. */
  readonly trace?: TraceScope;
}

/** Keeps output that is too big for the history. */
export interface SpillStore {
  /** A new file that the model may read, by absolute path. The writer must be closed. */
  create(label: string): Promise<SpillFile>;
  /** Whether `path` is one of these files: reading them needs no leave. */
  contains(path: string): boolean;
}

export interface SpillFile {
  readonly path: string;
  /** Whether the file has reached its size limit: what is written from then on is dropped. */
  readonly isFull?: boolean;
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Something the model can ask for. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema with top-level `type: "object"`. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** `read` calls run side by side; the others one after another, and never in Restricted Mode. */
  readonly kind: 'read' | 'write' | 'run';
  /** Characters of a result that may enter history, where other than the registry's own limit. */
  readonly maxResultCharacters?: number;
  /**
   * Checks the input and works out what the call would do, without side effects.
   * Throws `UserError` with a message the model can act on where the input is wrong.
   */
  prepare(input: unknown, context: ToolContext, signal: AbortSignal): Promise<PreparedCall>;
}

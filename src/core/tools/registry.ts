import { isCancellation, UserError } from '../../base/errors.ts';
import type { ToolDefinition } from '../model/request.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';
import { capOutput, maxResultCharacters, wellFormed } from './outputCap.ts';
import { codeOf } from './paths.ts';
import type { PreparedCall, Tool, ToolContext, ToolOutput } from './tool.ts';

/** The tools by name. Stateless: what a call works on comes with its context. */
export interface ToolRegistry {
  /** What the model is told, sorted by name. In Restricted Mode only what reads. */
  definitions(state: { readonly isTrusted: boolean }): readonly ToolDefinition[];
  /** Undefined where there is no tool of that name. */
  kindOf(name: string): Tool['kind'] | undefined;
  /**
   * Checks a call and works out what it would do. Throws `UserError` with a message the model can act
   * on. The call's `run` rejects with `CancelledError` when aborted; other expected failures are its
   * output, and what is our own fault is thrown.
   */
  prepare(
    name: string,
    input: unknown,
    context: ToolContext,
    signal: AbortSignal,
  ): Promise<PreparedCall>;
  /** Shortens what is too much for the history, the whole kept in a file. */
  cap(name: string, output: ToolOutput, context: ToolContext): Promise<ToolOutput>;
  /** The same for one context. */
  bind(context: ToolContext): BoundTools;
}

/** A registry together with what its tools run with. */
export interface BoundTools {
  kindOf(name: string): Tool['kind'] | undefined;
  prepare(
    name: string,
    input: unknown,
    signal: AbortSignal,
    trace?: TraceScope,
  ): Promise<PreparedCall>;
  cap(name: string, output: ToolOutput): Promise<ToolOutput>;
}

/** The registry of these tools. Their names must be unique. */
export function createToolRegistry(tools: readonly Tool[]): ToolRegistry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const sorted = [...tools].sort((left, right) => (left.name < right.name ? -1 : 1));
  const names = sorted.map((tool) => tool.name).join(', ');

  const registry: ToolRegistry = {
    definitions: ({ isTrusted }) =>
      sorted.filter((tool) => isTrusted || tool.kind === 'read').map(toDefinition),
    kindOf: (name) => byName.get(name)?.kind,
    prepare: async (name, input, context, signal) => {
      const tool = byName.get(name);
      if (!tool) {
        throw new UserError(`There is no tool ${name}. The tools are: ${names}.`);
      }
      if (tool.kind !== 'read' && !context.workspace.isTrusted()) {
        throw new UserError(
          `${name} is not offered in Restricted Mode: the user has to trust the folder first.`,
        );
      }
      const call = await withFileErrorsExplained(() => tool.prepare(input, context, signal));
      return { ...call, run: (progress, runSignal) => runSafely(call, progress, runSignal) };
    },
    cap: (name, output, context) =>
      capOutput(
        { ...output, text: wellFormed(output.text) },
        {
          label: name,
          spill: context.spill,
          limit: byName.get(name)?.maxResultCharacters ?? maxResultCharacters,
        },
      ),
    bind: (context) => ({
      kindOf: registry.kindOf,
      prepare: (name, input, signal, trace) =>
        registry.prepare(name, input, trace ? { ...context, trace } : context, signal),
      cap: (name, output) => registry.cap(name, output, context),
    }),
  };
  return registry;
}

function toDefinition({ name, description, inputSchema }: Tool): ToolDefinition {
  return { name, description, inputSchema };
}

async function runSafely(
  call: PreparedCall,
  progress: (output: string) => void,
  signal: AbortSignal,
): Promise<ToolOutput> {
  try {
    return await withFileErrorsExplained(() => call.run(progress, signal));
  } catch (error) {
    if (error instanceof UserError && !isCancellation(error)) {
      return { text: error.message, isError: true };
    }
    throw error;
  }
}

/** What the system says of files that come and go under a call, told as what it is. */
const fileErrors: Readonly<Record<string, string>> = {
  ENOENT: 'It does not exist (any more)',
  EACCES: 'Permission denied',
  EPERM: 'Permission denied',
  EISDIR: 'It is a folder',
  ENOTDIR: 'Part of the path is not a folder',
  ENOSPC: 'The disk is full',
  EROFS: 'The disk is read-only',
  EMFILE: 'Too many files are open; try again',
};

async function withFileErrorsExplained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const explanation = fileErrors[codeOf(error) ?? ''];
    if (explanation === undefined) {
      throw error;
    }
    const path = error instanceof Error && 'path' in error ? `: ${String(error.path)}` : '';
    throw new UserError(`${explanation}${path}.`);
  }
}

import { type Clock, systemClock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import { commandEnvironment } from './commandEnvironment.ts';
import { CommandOutput } from './commandOutput.ts';
import { type CommandEnding, runCommand } from './commandProcess.ts';
import { defineInput } from './input.ts';
import { displayPath } from './paths.ts';
import { ProgressThrottle } from './progressThrottle.ts';
import { assertFolder, findTarget, type Target } from './target.ts';
import type { Tool, ToolContext, ToolOutput } from './tool.ts';

/** Ten minutes: the longest builds that are worth waiting for in a conversation. */
const maxTimeoutSeconds = 600;
/** A command that outruns the disk is held back once this much waits to be written. */
const maxPendingCharacters = 1024 * 1024;
/** As many names as fit a note. */
const maxUnsavedTold = 5;

const input = defineInput((s) =>
  s.object({
    command: s.name('For the shell; there is no input and no terminal.'),
    directory: s.optional(s.name('Where to run; default: the workspace folder.')),
    timeout_seconds: s.optional(
      s.wholeNumber({ min: 1, max: maxTimeoutSeconds }, 'Only for what takes long.'),
    ),
    purpose: s.optional(s.text('What it is for, in a few words, for the user.')),
  }),
);

export interface RunCommandOptions {
  /** The environment that commands start from; our keys are taken out of it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly clock?: Clock;
}

/** Runs shell commands, their output shown as it comes. */
export function createRunCommandTool({
  environment,
  clock = systemClock,
}: RunCommandOptions): Tool {
  return {
    name: 'run_command',
    description:
      'Runs a shell command in the workspace and tells its exit code and output; long output is cut in the middle and kept in a file. Background processes end with the command.',
    inputSchema: input.schema,
    kind: 'run',
    prepare: async (given, context) => {
      const parsed = input.parse(given);
      if (parsed.command.trim() === '' || parsed.command.includes('\0')) {
        throw new UserError('command is empty or holds a NUL character.');
      }
      const directory = await findDirectory(parsed.directory, context);
      const timeoutMs =
        parsed.timeout_seconds === undefined
          ? context.commandTimeoutMs
          : parsed.timeout_seconds * 1000;
      const call = {
        command: parsed.command,
        directory: directory.path,
        environment: commandEnvironment(environment),
        timeoutMs,
        clock,
      };
      return {
        title: titleOf(parsed.command, parsed.purpose),
        access: [{ kind: 'command', command: parsed.command, directory: directory.path }],
        run: (progress, signal) => run(call, context, progress, signal),
      };
    },
  };
}

async function findDirectory(given: string | undefined, context: ToolContext): Promise<Target> {
  const [first] = context.workspace.roots();
  if (!first) {
    throw new UserError('No folder is open, so commands have no place to run.');
  }
  const directory = await findTarget(given ?? first.path, context);
  assertFolder(directory);
  if (!directory.root) {
    throw new UserError(
      `${directory.display} is outside the workspace; commands start in it and can go elsewhere by themselves.`,
    );
  }
  return directory;
}

/** A card's title is one line. */
const maxTitleCharacters = 80;

function titleOf(command: string, purpose: string | undefined): string {
  const line = command.trim().replace(/\s+/g, ' ');
  const shown = line.length > maxTitleCharacters ? `${line.slice(0, maxTitleCharacters)}…` : line;
  const reason = purpose?.trim().replace(/\s+/g, ' ').slice(0, maxTitleCharacters);
  return reason ? `Run ${shown} (${reason})` : `Run ${shown}`;
}

async function run(
  call: Omit<Parameters<typeof runCommand>[0], 'onOutput'>,
  context: ToolContext,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const output = new CommandOutput(context.spill);
  const throttle = new ProgressThrottle(call.clock, progress);
  const onOutput = (bytes: Uint8Array): Promise<void> | undefined => {
    throttle.add(output.take(bytes));
    return output.pendingCharacters > maxPendingCharacters ? output.settled() : undefined;
  };
  let ending: CommandEnding;
  try {
    ending = await runCommand({ ...call, onOutput }, signal);
  } catch (error) {
    await output.finish();
    throw error;
  } finally {
    throttle.dispose();
  }
  const text = await output.finish();
  const remarks = [describe(ending, call.timeoutMs), await unsavedRemark(context)];
  return {
    text: `${remarks.filter(Boolean).join(' ')}\n${text.trim() === '' ? '(no output)' : text}`,
    isError: ending.kind !== 'exited' || ending.exitCode !== 0,
  };
}

function describe(ending: CommandEnding, timeoutMs: number): string {
  const left = ending.hasLeftProcesses ? ' Processes that it left running were ended.' : '';
  const duration = `${(ending.durationMs / 1000).toFixed(1)} s`;
  switch (ending.kind) {
    case 'exited':
      return `Exit code ${ending.exitCode} after ${duration}.${left}`;
    case 'killed':
      return `Ended by ${ending.signal ?? 'a signal'} after ${duration}.${left}`;
    case 'timedOut':
      return `Stopped at its time limit of ${timeoutMs / 1000} s, with all it had started. Output until then:`;
  }
}

/** A command sees what is on disk, which is not what read_file showed where an editor is unsaved. */
async function unsavedRemark({ workspace }: ToolContext): Promise<string> {
  const unsaved: string[] = [];
  for (const path of workspace.openFiles()) {
    try {
      if ((await workspace.readText(path)).isDirty) {
        unsaved.push(displayPath(path, workspace.roots()));
      }
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      // An editor of something that is no text, or that the command deleted.
    }
  }
  const more =
    unsaved.length > maxUnsavedTold ? ` and ${unsaved.length - maxUnsavedTold} more` : '';
  return unsaved.length === 0
    ? ''
    : `Not saved in the editor, so the command used the old text: ${unsaved.slice(0, maxUnsavedTold).join(', ')}${more}.`;
}

import type { SlashCommand } from '../shared/views.ts';

/** A command that is sent as a message. */
export interface SlashPrompt extends SlashCommand {
  /** What the model is asked; `$ARGUMENTS` stands for what was typed after the command. */
  readonly prompt: string;
}

/** Commands that the panel itself carries out. */
export const panelCommands: readonly SlashCommand[] = [
  { name: 'clear', description: 'Start a new thread', kind: 'panel' },
  {
    name: 'compact',
    description: 'Summarize earlier messages; words after it say what to keep',
    kind: 'panel',
  },
  { name: 'help', description: 'Show what Slipstream can do', kind: 'panel' },
];

/** Commands that every folder has. They speak of “this code”: see `subject` in slashCommands.ts. */
export const builtInPrompts: readonly SlashPrompt[] = [
  {
    name: 'explain',
    description: 'Explain how code works',
    kind: 'prompt',
    prompt:
      'Explain this code: what it is for, how it does it, and what is surprising about it. Begin with one sentence that says the most. Point to the lines you speak of. $ARGUMENTS',
  },
  {
    name: 'fix',
    description: 'Find and fix what is wrong',
    kind: 'prompt',
    prompt:
      'Find out what is wrong with this code and fix it. Look at the problems that the editor reports, and at what calls the code. Change no more than the fix needs, then say what the cause was. $ARGUMENTS',
  },
  {
    name: 'tests',
    description: 'Write tests',
    kind: 'prompt',
    prompt:
      'Write tests for this code. First look at how this project tests and follow it: framework, places, names. Cover what can break: limits, empty and wrong input, failures. Run the tests if you can. $ARGUMENTS',
  },
  {
    name: 'doc',
    description: 'Write documentation comments',
    kind: 'prompt',
    prompt:
      'Write documentation comments for this code, in the style that the project uses. Say what callers must know: meaning, units, errors, side effects. Leave the code itself as it is. $ARGUMENTS',
  },
  {
    name: 'review',
    description: 'Review code for mistakes',
    kind: 'prompt',
    prompt:
      'Review this code as a careful colleague would. Report mistakes first, then risks, then what could be simpler, each with file and line and a proposal. Leave out praise and matters of taste. Change nothing. $ARGUMENTS',
  },
];

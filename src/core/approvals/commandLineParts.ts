/** The shell that will run a command, as far as its syntax matters here. */
export type CommandShell =
  /** sh, bash, dash, ksh or zsh. */
  | 'posix'
  /** Anything else: cmd, PowerShell, fish. Only the simplest commands are understood. */
  | 'other';

/** One word of a command after its quotes are removed. */
export interface CommandWord {
  /** What can't be known before the command runs stands as it was written, for example `$HOME`. */
  readonly text: string;
  /** Whether `text` is exactly what the program gets: no variable, pattern or substitution in it. */
  readonly isLiteral: boolean;
}

/** A program or builtin that a command line would run, itself or through another program. */
export interface CommandCall {
  readonly kind: 'command';
  /** The program first. Never empty. */
  readonly words: readonly CommandWord[];
  /** Variables set for this program alone, as in `CI=1 npm test`. */
  readonly assignments: readonly CommandWord[];
  /** Whether it does nothing but run another call that is a part as well, like `timeout`. */
  readonly isTransparent: boolean;
  /** Whether more arguments come in at run time, as with `xargs`. */
  readonly hasMoreArguments: boolean;
  /** The call that runs this one, and where in its words this one begins. */
  readonly outer?: { readonly call: CommandCall; readonly offset: number };
}

/** A file that the shell itself opens. Descriptors that are only copied (`2>&1`) are none. */
export interface CommandRedirection {
  readonly kind: 'redirection';
  readonly access: 'read' | 'write';
  readonly target: CommandWord;
}

/** A variable that is set for all commands that follow. */
export interface CommandAssignment {
  readonly kind: 'assignment';
  readonly name: string;
}

export type CommandPart = CommandCall | CommandRedirection | CommandAssignment;

/** A command line in its parts, in the order of appearance. */
export interface CommandLine {
  readonly parts: readonly CommandPart[];
  /**
   * Why the parts may not be all that runs; empty where they certainly are. Each ends the sentence
   * "This command can't be checked in full: …".
   */
  readonly doubts: readonly string[];
}

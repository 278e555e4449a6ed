/** A place in the input where a popup helps: after `@`, or after `/` at the very start. */
export interface Trigger {
  readonly kind: 'mention' | 'command';
  /** What was typed after the sign. */
  readonly query: string;
  /** The range from the sign to the caret. */
  readonly start: number;
  readonly end: number;
}

/** Longer words are no search for a file or symbol. Own choice. */
const maxQueryLength = 60;

/** The trigger whose word the caret stands in or behind. */
export function findTrigger(text: string, caret: number): Trigger | undefined {
  const before = text.slice(0, caret);
  const command = /^\/([\w-]*)$/.exec(before);
  if (command) {
    return { kind: 'command', query: command[1] ?? '', start: 0, end: caret };
  }
  const mention = /(?:^|[\s([{"'])@([^\s@]*)$/.exec(before);
  const query = mention?.[1];
  if (query === undefined || query.length > maxQueryLength) {
    return undefined;
  }
  return { kind: 'mention', query, start: caret - query.length - 1, end: caret };
}

/** A command at the start of a message, such as `/fix the loop`. */
export function readCommand(text: string): { name: string; rest: string } | undefined {
  const found = /^\s*\/([\w-]+)(?:\s+([\s\S]*))?$/.exec(text);
  return found ? { name: found[1] ?? '', rest: found[2]?.trim() ?? '' } : undefined;
}

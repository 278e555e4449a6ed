import { createContext, Script } from 'node:vm';
import { UserError } from '../../base/errors.ts';
import { codeOf } from './paths.ts';

/** What is searched for, line by line. */
export interface SearchPattern {
  readonly text: string;
  readonly isRegex: boolean;
  readonly isCaseSensitive: boolean;
}

/** Where a pattern first occurs in some of the lines it was given, by their index. */
export type LineMatches = ReadonlyMap<number, number>;

/** A pattern made ready for the search in JavaScript. */
export interface LineMatcher {
  /** Throws `UserError` where the pattern takes too long. */
  match(lines: readonly string[]): LineMatches;
}

/**
 * How long a regular expression may take over one file in JavaScript, where a bad one takes for ever
 * and can't be interrupted otherwise. Ten times what 8 MB of ordinary lines take, and short of what
 * VS Code's user notices as a hang.
 */
const regexTimeLimitMs = 400;

/** Throws `UserError` where the pattern can't be searched for at all. */
export function assertSearchable(pattern: SearchPattern): void {
  const spansLines = pattern.isRegex ? /(^|[^\\])(\\\\)*\\n/.test(pattern.text) : false;
  if (spansLines || /[\r\n]/.test(pattern.text)) {
    throw new UserError('The search goes line by line: a pattern that spans lines finds nothing.');
  }
}

/** Whether only JavaScript's engine knows what the pattern asks for: lookaround, back references. */
export function needsJavaScript(pattern: SearchPattern): boolean {
  return pattern.isRegex && /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern.text);
}

/** Throws `UserError` where the regular expression is not valid. */
export function createLineMatcher(pattern: SearchPattern): LineMatcher {
  if (!pattern.isRegex && pattern.isCaseSensitive) {
    return { match: (lines) => matchEach(lines, (line) => line.indexOf(pattern.text)) };
  }
  const regex = compileRegex(pattern);
  if (!pattern.isRegex) {
    return { match: (lines) => matchEach(lines, (line) => line.search(regex)) };
  }
  return createTimedMatcher(regex);
}

function matchEach(lines: readonly string[], find: (line: string) => number): LineMatches {
  const found = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const at = find(line);
    if (at >= 0) {
      found.set(index, at);
    }
  }
  return found;
}

function compileRegex(pattern: SearchPattern): RegExp {
  // ripgrep's way to write what is a flag here.
  const inline = pattern.isRegex && pattern.text.startsWith('(?i)');
  const text = inline ? pattern.text.slice(4) : pattern.text;
  const source = pattern.isRegex ? text : text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const flags = pattern.isCaseSensitive && !inline ? '' : 'i';
  try {
    // The stricter reading knows `\p{…}` but refuses escapes that others take, such as `\-`.
    return pattern.isRegex ? strictOrLoose(source, flags) : new RegExp(source, flags);
  } catch (error) {
    throw new UserError(
      `${error instanceof Error ? error.message : error}. Mend it, or leave is_regex out to search for the text as it is.`,
    );
  }
}

function strictOrLoose(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // The loose reading decides, and its error is the one told.
    return new RegExp(source, flags);
  }
}

/** A function of its own, so that its names do not clash when it runs again in the same context. */
const script = new Script(`(() => {
  const found = [];
  for (let index = 0; index < lines.length; index += 1) {
    const at = lines[index].search(regex);
    if (at >= 0) {
      found.push([index, at]);
    }
  }
  return found;
})()`);

function createTimedMatcher(regex: RegExp): LineMatcher {
  const scope: { lines: readonly string[]; readonly regex: RegExp } = { lines: [], regex };
  const context = createContext(scope);
  return {
    match: (lines) => {
      scope.lines = lines;
      try {
        const found = script.runInContext(context, { timeout: regexTimeLimitMs });
        return new Map(found as readonly [number, number][]);
      } catch (error) {
        throw codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? tooSlow() : error;
      }
    },
  };
}

function tooSlow(): UserError {
  return new UserError(
    'The regular expression takes too long: nested repetitions such as (a+)+ try for ever. Write it more simply.',
  );
}

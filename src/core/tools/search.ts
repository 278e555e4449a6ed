import { type Clock, systemClock } from '../../base/clock.ts';
import { compileGlob } from './glob.ts';
import { defineInput } from './input.ts';
import { assertSearchable, type SearchPattern } from './searchPattern.ts';
import type { TreeQuery } from './searchRipgrep.ts';
import { SearchRun } from './searchRun.ts';
import { findPlaces, readAccess, type Target } from './target.ts';
import type { Tool } from './tool.ts';

/** 100 matches of 100 characters are 10,000: a third of the limit for results. */
const defaultLimit = 100;
const maxLimit = 1_000;
const maxContextLines = 10;
/** Source files are smaller; what is larger is generated, and found by naming it as path. */
const maxFileBytes = 8 * 1024 * 1024;

const input = defineInput((s) =>
  s.object({
    pattern: s.name('Text to find, within one line.'),
    path: s.optional(s.name('File or folder; default: all open folders.')),
    glob: s.optional(s.name('Only files that match, such as `*.ts` or `src/**/*.test.ts`.')),
    is_regex: s.optional(s.flag('pattern is a regular expression.')),
    is_case_sensitive: s.optional(s.flag('Default false.')),
    context_lines: s.optional(
      s.wholeNumber({ min: 0, max: maxContextLines }, 'Lines to show around each match.'),
    ),
    limit: s.optional(s.wholeNumber({ min: 1, max: maxLimit }, `Default ${defaultLimit}.`)),
  }),
);

/** Finds text in files; unsaved editors are searched as the user sees them. */
export function createSearchTool(clock: Clock = systemClock): Tool {
  return {
    name: 'search',
    description:
      'Finds text in files, as path:line: text. Leaves out what .gitignore excludes, binary files, files over 8 MB and files of secrets, unless named as path.',
    inputSchema: input.schema,
    kind: 'read',
    prepare: async (given, context) => {
      const parsed = input.parse(given);
      const pattern: SearchPattern = {
        text: parsed.pattern,
        isRegex: parsed.is_regex ?? false,
        isCaseSensitive: parsed.is_case_sensitive ?? false,
      };
      assertSearchable(pattern);
      const places = await findPlaces(parsed.path, context);
      const query: TreeQuery = {
        pattern,
        contextLines: parsed.context_lines ?? 0,
        glob: parsed.glob,
        maxFileBytes,
      };
      const limit = parsed.limit ?? defaultLimit;
      const filter = compileGlob(parsed.glob);
      return {
        title: titleOf(pattern, parsed.path === undefined ? undefined : places[0]),
        access: places.flatMap(readAccess),
        run: (_progress, signal) =>
          new SearchRun({ context, query, filter, clock }).run(places, limit, signal),
      };
    },
  };
}

function titleOf(pattern: SearchPattern, place: Target | undefined): string {
  const text = pattern.text.length > 60 ? `${pattern.text.slice(0, 60)}…` : pattern.text;
  const what = pattern.isRegex ? `Search for /${text}/` : `Search for “${text}”`;
  return place ? `${what} in ${place.display}` : what;
}

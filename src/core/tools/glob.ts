import picomatch from 'picomatch';
import { UserError } from '../../base/errors.ts';

/** Whether a path, relative to where a listing starts and with slashes, is asked for. */
export type PathFilter = (relativePath: string) => boolean;

/** Longer ones are no patterns for files, and cost time to understand. */
const maxGlobCharacters = 1_000;

/**
 * The filter of a glob: `*` within a name, `**` across folders, `{a,b}`, a leading `!` for all but.
 * Without a slash it is about names in any folder. Hidden files count like others.
 */
export function compileGlob(glob: string | undefined): PathFilter {
  if (glob === undefined) {
    return () => true;
  }
  if (glob.length > maxGlobCharacters) {
    throw new UserError(`glob is longer than ${maxGlobCharacters} characters.`);
  }
  const [, negation = '', body = ''] = /^(!?)(.*)$/s.exec(glob.replaceAll('\\', '/')) ?? [];
  const pattern = body.replace(/^(\.?\/)+/, '').replace(/\/$/, '/**');
  const isWanted = picomatch(pattern === '' ? '**' : pattern, { dot: true, windows: false });
  const isAboutNames = !pattern.includes('/');
  const matches: PathFilter = isAboutNames
    ? (path) => isWanted(path.slice(path.lastIndexOf('/') + 1))
    : (path) => isWanted(path);
  return negation === '' ? matches : (path) => !matches(path);
}

/**
 * A pattern of names that every file wanted by the glob has, simple enough to mean the same to
 * ripgrep; undefined where there is none. Spares reading the other files.
 */
export function namePatternOf(glob: string | undefined): string | undefined {
  const name = glob?.slice(glob.lastIndexOf('/') + 1) ?? '';
  const isSimple = /^[\w.*-]*(\{[\w.,*-]+\})?[\w.*-]*$/.test(name) && /[\w.-]/.test(name);
  return isSimple && !glob?.startsWith('!') && !name.includes('**') ? name : undefined;
}

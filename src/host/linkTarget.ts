/** What a link in an answer leads to. Lines and columns are one-based. */
export type LinkTarget =
  | { readonly kind: 'web'; readonly url: string }
  | {
      readonly kind: 'file';
      /** As it was written, without the line. */
      readonly path: string;
      readonly line?: number;
      readonly column?: number;
      readonly endLine?: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** `:12`, `:12:5`, `:12-20`, `#L12`, `#L12-L20`, `(12,5)` at the end of a path. */
const linePatterns: readonly RegExp[] = [
  /:(?<line>\d+)(?::(?<column>\d+)|-(?<endLine>\d+))?$/,
  /#L(?<line>\d+)(?:C(?<column>\d+))?(?:-L?(?<endLine>\d+)(?:C\d+)?)?$/,
  /\((?<line>\d+)(?:,\s*(?<column>\d+))?\)$/,
];

/**
 * Reads a link's target. Only web addresses and files are followed: an answer could otherwise run a
 * command of VS Code or open another program by a mere click.
 */
export function parseLinkTarget(target: string): LinkTarget {
  const text = target.trim();
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') {
    return URL.canParse(text)
      ? { kind: 'web', url: text }
      : { kind: 'refused', reason: 'This web address is not valid.' };
  }
  const place = splitPlace(text);
  // `name:12` looks like a scheme until the line is taken away.
  const isForeign = /^[a-z][a-z0-9+.-]+:/i.test(place.path) && scheme !== 'file';
  if (isForeign) {
    return { kind: 'refused', reason: `Links that begin with ${scheme}: are not opened.` };
  }
  return place.path === ''
    ? { kind: 'refused', reason: 'This link leads nowhere.' }
    : { kind: 'file', ...place };
}

function splitPlace(text: string): {
  path: string;
  line?: number;
  column?: number;
  endLine?: number;
} {
  for (const pattern of linePatterns) {
    const match = pattern.exec(text);
    if (match) {
      const { line, column, endLine } = match.groups ?? {};
      return {
        path: decode(text.slice(0, match.index)),
        ...(line ? { line: Number(line) } : {}),
        ...(column ? { column: Number(column) } : {}),
        ...(endLine ? { endLine: Number(endLine) } : {}),
      };
    }
  }
  return { path: decode(text.replace(/#.*$/, '')) };
}

/** Markdown writes spaces and the like as `%20`; a path that is not so written stays as it is. */
function decode(path: string): string {
  if (/^file:/i.test(path) || !/%[0-9a-f]{2}/i.test(path)) {
    return path;
  }
  try {
    return decodeURIComponent(path);
  } catch {
    // A file's name may hold a percent sign of its own.
    return path;
  }
}

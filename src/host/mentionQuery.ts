export interface MentionQuery {
  readonly text: string;
  readonly startLine?: number;
  readonly endLine?: number;
}

/** Takes lines off a query: `cart.ts:10-20` means these lines of the file. */
export function splitLineRange(query: string): MentionQuery {
  const match = /^(.+?):(\d+)(?:-(\d+))?$/.exec(query);
  if (!match) {
    return { text: query.replace(/:$/, '') };
  }
  const first = Number(match[2]);
  const last = Number(match[3] ?? first);
  if (first < 1 || last < 1) {
    return { text: match[1] ?? query };
  }
  return {
    text: match[1] ?? query,
    startLine: Math.min(first, last),
    endLine: Math.max(first, last),
  };
}

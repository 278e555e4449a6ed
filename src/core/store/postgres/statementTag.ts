/** What a statement is for; written into it for those who look at the server. */
export interface StatementTag {
  /** A fixed word of ours, for example `threads.list`; never content. */
  readonly operation: string;
  /** The trace that it belongs to. */
  readonly traceparent?: string | undefined;
}

/**
 * The statement with a comment in the form of sqlcommenter: names and quoted values, both encoded as
 * in URLs. It stands first, because the server shows the beginning of long statements alone.
 */
export function tagged(sql: string, { operation, traceparent }: StatementTag): string {
  const pairs: [string, string][] = [['operation', operation]];
  if (traceparent !== undefined) {
    pairs.push(['traceparent', traceparent]);
  }
  const text = pairs.map(([name, value]) => `${escaped(name)}='${escaped(value)}'`).join(',');
  return `/*${text}*/ ${sql}`;
}

/** Leaves neither a quote nor the end of a comment, whatever the value is. */
function escaped(value: string): string {
  // Half a surrogate pair cannot be encoded.
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '?')).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

import type { Definition } from './structure.ts';
import type { TextRange } from './syntax.ts';

/** Stands for what is left out. */
const fold = '…';

/**
 * A file with the bodies of its functions folded; where that is still too long, the signatures of
 * its definitions. Cut at whole lines.
 */
export function foldOutline(
  text: string,
  definitions: readonly Definition[],
  maxCharacters: number,
): string {
  const folded = foldBodies(text, definitions);
  return folded.length <= maxCharacters
    ? folded
    : cutLines(signatureLines(definitions, ''), maxCharacters);
}

function foldBodies(text: string, definitions: readonly Definition[]): string {
  let result = '';
  let from = 0;
  for (const { start, end } of outermostBodies(definitions)) {
    result += text.slice(from, start) + foldedBody(text.slice(start, end));
    from = end;
  }
  return (result + text.slice(from)).replace(/\n(?:[^\S\n]*\n){2,}/g, '\n\n').trimEnd();
}

/** A body in braces keeps them. */
function foldedBody(body: string): string {
  return body.startsWith('{') && body.endsWith('}') ? `{ ${fold} }` : fold;
}

function outermostBodies(definitions: readonly Definition[]): readonly TextRange[] {
  return definitions.flatMap(({ kind, body, children }) =>
    body && (kind === 'function' || kind === 'method') ? [body] : outermostBodies(children),
  );
}

function signatureLines(definitions: readonly Definition[], indent: string): readonly string[] {
  return definitions.flatMap(({ signature, children }) => [
    indent + signature,
    ...signatureLines(children, `${indent}  `),
  ]);
}

/** As many lines as fit, the last of them saying that there is more. */
function cutLines(lines: readonly string[], maxCharacters: number): string {
  const all = lines.join('\n');
  if (all.length <= maxCharacters) {
    return all;
  }
  const kept: string[] = [];
  let left = maxCharacters - fold.length;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) {
      break;
    }
    kept.push(line);
  }
  return maxCharacters < fold.length ? '' : [...kept, fold].join('\n');
}

import { indentOf, linesFrom } from './indentation.ts';
import type { Definition } from './structure.ts';
import type { OutlineKind, TextRange } from './syntax.ts';

/** Modifiers that may stand before the word that says what is defined. */
const modifiers =
  '(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub|open|override|sealed|data|inline|suspend|local|case|partial)\\s+)*';
const definition = new RegExp(
  `^\\s*${modifiers}(class|object|interface|protocol|trait|enum|struct|module|namespace|defmodule|type|function|func|fun|fn|def|defp|sub|proc)\\s+([\\p{L}_$][\\p{L}\\p{N}_$.:?!-]*)`,
  'u',
);

const kinds: Readonly<Record<string, OutlineKind>> = {
  class: 'class',
  object: 'class',
  struct: 'class',
  interface: 'interface',
  protocol: 'interface',
  trait: 'interface',
  enum: 'enum',
  type: 'type',
  module: 'module',
  namespace: 'module',
  defmodule: 'module',
};

interface Open {
  readonly indent: number;
  readonly bodyStart: number;
  readonly definition: { -readonly [Key in keyof Definition]: Definition[Key] };
  readonly children: Definition[];
}

/** What lines that begin like definitions seem to define; each goes on while lines are indented. */
export function indentationDefinitions(text: string): readonly Definition[] {
  const top: Definition[] = [];
  const open: Open[] = [];
  for (const line of linesFrom(text, 0)) {
    const content = text.slice(line.start, line.end);
    if (content.trim() === '') {
      continue;
    }
    const indent = indentOf(content);
    closeAt(open, indent, { content, line });
    for (const around of open) {
      extend(around, line.start + content.trimEnd().length);
    }
    const found = define(content, line);
    if (found) {
      (open.at(-1)?.children ?? top).push(found.definition);
      open.push({ ...found, indent });
    }
  }
  return top;
}

/** A line as far left as a definition ends it, and belongs to it where it only closes. */
function closeAt(
  open: Open[],
  indent: number,
  { content, line }: { readonly content: string; readonly line: TextRange },
): void {
  for (let last = open.at(-1); last && indent <= last.indent; last = open.at(-1)) {
    const closes = indent === last.indent && /^\s*(?:[})\]]|end\b)/.test(content);
    if (closes) {
      extend(last, line.start + content.trimEnd().length);
    }
    if (!/^\s*\{\s*$/.test(content)) {
      open.pop();
    } else {
      break;
    }
  }
}

function extend({ definition, bodyStart }: Open, end: number): void {
  definition.range = { start: definition.range.start, end };
  definition.body = { start: bodyStart, end };
}

function define(content: string, line: TextRange): Omit<Open, 'indent'> | undefined {
  const match = definition.exec(content);
  const [whole, word, name] = match ?? [];
  if (whole === undefined || word === undefined || name === undefined) {
    return undefined;
  }
  const start = line.start + content.length - content.trimStart().length;
  const nameEnd = line.start + whole.length;
  const children: Definition[] = [];
  const signature = content.trim().replace(/\s*[{:=]$/, '');
  const opener = content.trim().slice(signature.length);
  return {
    children,
    bodyStart: start + signature.length + opener.length - opener.trimStart().length,
    definition: {
      kind: kinds[word] ?? 'function',
      name,
      range: { start, end: line.start + content.trimEnd().length },
      nameRange: { start: nameEnd - name.length, end: nameEnd },
      signature,
      children,
    },
  };
}

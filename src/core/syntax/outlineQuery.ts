import { cutText } from '../../base/cutText.ts';
import type { LanguageRules } from './languages/languageRules.ts';
import type { Definition } from './structure.ts';
import type { OutlineKind, TextRange } from './syntax.ts';
import type { Grammar, QueryHit, SyntaxNode } from './treeSitter.ts';

/** Signatures longer than this are cut: those of tables written as default values, UTF-16 units. */
const maxSignatureLength = 300;

const kinds: ReadonlySet<string> = new Set<OutlineKind>([
  'class',
  'interface',
  'enum',
  'type',
  'module',
  'function',
  'method',
  'property',
  'variable',
]);

/** The definitions in a tree, nested, in the order of the text; with a range, those that touch it. */
export function readDefinitions(
  { outline }: LanguageRules,
  grammar: Grammar,
  { root, text }: { readonly root: SyntaxNode; readonly text: string },
  range?: TextRange,
): readonly Definition[] {
  const found = collect(grammar.matches(outline, root, range));
  const around = new Surroundings(text, found.attachments);
  return nest(found.entries.map((entry) => describe(entry, text, around, found.wrappers)));
}

interface Entry {
  readonly kind: OutlineKind;
  readonly node: SyntaxNode;
  readonly name: SyntaxNode;
  readonly body: SyntaxNode | undefined;
}

interface Found {
  readonly entries: readonly Entry[];
  /** By the id of the node that they wrap. */
  readonly wrappers: ReadonlyMap<number, TextRange>;
  readonly attachments: readonly Attachment[];
}

/** What belongs to the definition that follows it. */
interface Attachment extends TextRange {
  readonly isComment: boolean;
}

function collect(matches: readonly (readonly QueryHit[])[]): Found {
  const entries = new Map<number, Entry>();
  const wrappers = new Map<number, TextRange>();
  const attachments: Attachment[] = [];
  for (const hits of matches) {
    const nodes = new Map(hits.map((hit) => [hit.name, hit.node]));
    const wrapper = nodes.get('wrapper');
    const wrapped = nodes.get('wraps');
    const attached = nodes.get('comment') ?? nodes.get('attached');
    if (wrapper && wrapped) {
      wrappers.set(wrapped.id, rangeOf(wrapper));
    } else if (attached) {
      attachments.push({ ...rangeOf(attached), isComment: nodes.has('comment') });
    } else {
      addEntry(entries, hits, nodes);
    }
  }
  return { entries: [...entries.values()], wrappers, attachments };
}

/** Where several patterns find the same name, what is closer to a type or a function wins. */
function addEntry(
  entries: Map<number, Entry>,
  hits: readonly QueryHit[],
  nodes: ReadonlyMap<string, SyntaxNode>,
): void {
  const definition = hits.find((hit) => kinds.has(hit.name));
  if (!definition) {
    return;
  }
  const name = nodes.get('name') ?? definition.node;
  const kind = definition.name as OutlineKind;
  const known = entries.get(name.startIndex);
  if (!known || weakness(kind) < weakness(known.kind)) {
    const entry = { kind, node: definition.node, name, body: nodes.get('body') };
    entries.set(name.startIndex, entry);
  }
}

function weakness(kind: OutlineKind): number {
  return ['variable', 'property', 'type'].indexOf(kind);
}

function describe(
  { kind, node, name, body }: Entry,
  text: string,
  around: Surroundings,
  wrappers: ReadonlyMap<number, TextRange>,
): Definition {
  const { start, end } = wrappers.get(node.id) ?? rangeOf(node);
  const signatureStart = around.skipAttached(start);
  return {
    kind,
    name: text.slice(name.startIndex, name.endIndex),
    range: { start: around.documentedFrom(start), end: around.endOf({ start, end }) },
    nameRange: rangeOf(name),
    signature: signatureOf(text, signatureStart, body?.startIndex ?? end),
    ...(body && { body: { start: body.startIndex, end: around.endOf(rangeOf(body)) } }),
    children: [],
  };
}

/** White space folded, without what opens the body or sets the value. */
function signatureOf(text: string, start: number, end: number): string {
  const folded = cutText(text.slice(start, end), maxSignatureLength).replace(/\s+/g, ' ').trimEnd();
  return folded.replace(/(?:=>|[{=:;])$/, '').trimEnd();
}

/** Finds the comments and attributes around definitions without asking the tree for neighbours. */
class Surroundings {
  private readonly text: string;
  private readonly byStart: ReadonlyMap<number, Attachment>;
  private readonly byEnd: ReadonlyMap<number, Attachment>;

  constructor(text: string, attachments: readonly Attachment[]) {
    this.text = text;
    this.byStart = new Map(attachments.map((one) => [one.start, one]));
    this.byEnd = new Map(attachments.map((one) => [trimmedEnd(text, one.start, one.end), one]));
  }

  /** Behind the decorators and attributes that a definition begins with. */
  skipAttached(start: number): number {
    let at = start;
    for (let next = this.byStart.get(at); next; next = this.byStart.get(at)) {
      at = this.skipSpace(next.end);
    }
    return at;
  }

  /** Where the comments and attributes begin that stand right above a definition. */
  documentedFrom(start: number): number {
    let from = start;
    for (let above = this.above(from); above; above = this.above(from)) {
      from = above.start;
    }
    return from;
  }

  /** Where something ends, less a comment behind its brace that some grammars count to it. */
  endOf({ start, end }: TextRange): number {
    const trimmed = trimmedEnd(this.text, start, end);
    const last = this.byEnd.get(trimmed);
    const before = last?.isComment ? trimmedEnd(this.text, start, last.start) : trimmed;
    return before < trimmed && this.text.charAt(before - 1) === '}' ? before : trimmed;
  }

  private above(start: number): Attachment | undefined {
    let at = start;
    let breaks = 0;
    while (at > 0 && /\s/.test(this.text.charAt(at - 1))) {
      at -= 1;
      breaks += this.text.charAt(at) === '\n' ? 1 : 0;
    }
    const found = breaks > 1 ? undefined : this.byEnd.get(at);
    return found && (!found.isComment || this.isFirstInLine(found.start)) ? found : undefined;
  }

  private isFirstInLine(offset: number): boolean {
    const lineStart = this.text.lastIndexOf('\n', offset - 1) + 1;
    return this.text.slice(lineStart, offset).trim() === '';
  }

  private skipSpace(offset: number): number {
    let at = offset;
    while (/\s/.test(this.text.charAt(at))) {
      at += 1;
    }
    return at;
  }
}

/** Puts each definition into the one around it. */
function nest(definitions: readonly Definition[]): readonly Definition[] {
  const sorted = [...definitions].sort(
    (left, right) => left.range.start - right.range.start || right.range.end - left.range.end,
  );
  const top: Definition[] = [];
  const open: { readonly definition: Definition; readonly children: Definition[] }[] = [];
  for (const definition of sorted) {
    while (open.length > 0 && !isWithin(definition, open.at(-1)?.definition)) {
      open.pop();
    }
    const parent = open.at(-1);
    const children: Definition[] = [];
    const placed = { ...definition, kind: kindWithin(definition.kind, parent), children };
    (parent?.children ?? top).push(placed);
    open.push({ definition: placed, children });
  }
  return top;
}

function isWithin({ range }: Definition, outer: Definition | undefined): boolean {
  const around = outer?.range;
  return (
    around !== undefined &&
    range.end <= around.end &&
    (range.start > around.start || range.end < around.end)
  );
}

/** A function of a class is a method, a variable of one a property. */
function kindWithin(
  kind: OutlineKind,
  parent: { readonly definition: Definition } | undefined,
): OutlineKind {
  const isMember = ['class', 'interface', 'enum'].includes(parent?.definition.kind ?? '');
  if (isMember && kind === 'function') {
    return 'method';
  }
  return isMember && kind === 'variable' ? 'property' : kind;
}

function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

export function rangeOf(node: SyntaxNode): TextRange {
  return { start: node.startIndex, end: node.endIndex };
}

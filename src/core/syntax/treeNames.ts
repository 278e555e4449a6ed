import type { NameRules } from './languages/languageRules.ts';
import type { SyntaxNode } from './treeSitter.ts';

/** Definitions may be used before the line in which they stand. */
const isHoisted = /function|class|interface|enum|struct|trait|method|module|mod_|record|type_/;

/** Names that can be used at an offset, the nearest first, each once. */
export function namesInScope(
  innermost: SyntaxNode | null,
  rules: NameRules,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): readonly string[] {
  const search = new NameSearch(rules, offset, limit);
  let node = innermost;
  for (; node && !search.isDone; node = node.parent) {
    search.visitAround(node);
  }
  return search.names();
}

class NameSearch {
  private readonly rules: NameRules;
  private readonly offset: number;
  private readonly limit: number;
  private readonly found = new Set<string>();
  private isOutsideFunction = false;

  constructor(rules: NameRules, offset: number, limit: number) {
    this.rules = rules;
    this.offset = offset;
    this.limit = limit;
  }

  get isDone(): boolean {
    return this.found.size >= this.limit;
  }

  names(): readonly string[] {
    return [...this.found].slice(0, this.limit);
  }

  /** Takes the names that a node around the offset gives, and those of what stands in it. */
  visitAround(node: SyntaxNode): void {
    const children = node.namedChildren;
    const before = children.filter((child) => child.endIndex < this.offset);
    const after = children.filter((child) => child.startIndex >= this.offset);
    for (const child of before.reverse()) {
      this.visit(child);
      if (node.isError && this.rules.identifiers.includes(child.type)) {
        // Half a statement: what it names is as good a guess as any.
        this.found.add(child.text);
      }
    }
    for (const child of after) {
      if (this.isOutsideFunction || isHoisted.test(child.type)) {
        this.visit(child);
      }
    }
    const isUsable = this.isOutsideFunction || !this.rules.assignments.includes(node.type);
    if (isUsable && this.isBehindOwnNames(node)) {
      this.visitBinder(node);
    }
    this.isOutsideFunction ||= this.rules.functions.includes(node.type);
  }

  /** Within what gives the names, nothing of it can be used yet. */
  private isBehindOwnNames(node: SyntaxNode): boolean {
    return this.fieldsOf(node).every((field) => field.endIndex < this.offset);
  }

  private visit(node: SyntaxNode): void {
    if (this.isDone) {
      return;
    }
    if (this.rules.transparent.includes(node.type)) {
      for (const child of node.namedChildren.reverse()) {
        this.visit(child);
      }
    } else if (this.rules.binders[node.type] !== undefined) {
      this.visitBinder(node);
    }
  }

  private visitBinder(node: SyntaxNode): void {
    for (const field of this.fieldsOf(node)) {
      this.takePattern(field);
    }
  }

  /** All names in a pattern, less what only looks like one. */
  private takePattern(node: SyntaxNode): void {
    if (this.rules.identifiers.includes(node.type)) {
      this.found.add(node.text);
    } else if (this.rules.binders[node.type] !== undefined) {
      this.visitBinder(node);
    } else {
      for (const child of node.namedChildren) {
        this.takePattern(child);
      }
    }
  }

  /** The nodes that hold the names a binder gives. */
  private fieldsOf(node: SyntaxNode): readonly SyntaxNode[] {
    for (const field of (this.rules.binders[node.type] ?? '').split('|')) {
      const nodes = field === '*' ? node.namedChildren : childrenIn(node, field);
      if (nodes.length > 0) {
        return nodes;
      }
    }
    return [];
  }
}

function childrenIn(node: SyntaxNode, field: string): readonly SyntaxNode[] {
  return field === '' ? [] : node.childrenForFieldName(field);
}

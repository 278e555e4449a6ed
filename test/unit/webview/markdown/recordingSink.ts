import { MarkdownParser } from '../../../../src/webview/markdown/markdownParser.ts';
import type {
  MarkdownLeaf,
  MarkdownNode,
  MarkdownSink,
} from '../../../../src/webview/markdown/markdownSink.ts';

interface Branch {
  readonly tag: string;
  readonly children: (Branch | string)[];
}

/** Builds a tree and writes it as tags, so that tests can compare it as text. */
export class RecordingSink implements MarkdownSink {
  private readonly root: Branch = { tag: '', children: [] };
  private readonly branches: Branch[] = [this.root];

  open(node: MarkdownNode): void {
    const branch: Branch = { tag: tagOf(node), children: [] };
    this.top.children.push(branch);
    this.branches.push(branch);
  }

  close(): void {
    if (this.branches.length === 1) {
      throw new Error('Closed more than was opened.');
    }
    this.branches.pop();
  }

  text(text: string): void {
    this.top.children.push(text);
  }

  leaf(leaf: MarkdownLeaf): void {
    this.top.children.push({
      tag: leaf.type === 'task' ? `task:${leaf.isDone}` : leaf.type,
      children: [],
    });
  }

  unwrap(literal: string): void {
    const branch = this.branches.pop();
    if (!branch || branch === this.root || this.top.children.at(-1) !== branch) {
      throw new Error('Unwrapped what is not the innermost open node.');
    }
    this.top.children.splice(-1, 1, literal, ...branch.children);
  }

  get depth(): number {
    return this.branches.length - 1;
  }

  toString(): string {
    return this.root.children.map(write).join('');
  }

  get plainText(): string {
    return plain(this.root);
  }

  private get top(): Branch {
    return this.branches.at(-1) ?? this.root;
  }
}

function tagOf(node: MarkdownNode): string {
  switch (node.type) {
    case 'heading':
      return `h${node.level}`;
    case 'list':
      return node.start === undefined ? 'ul' : `ol:${node.start}`;
    case 'codeBlock':
      return node.fence === '' ? 'pre' : `pre:${node.fence}`;
    case 'cell':
      return `${node.isHead ? 'th' : 'td'}${node.alignment === 'none' ? '' : `:${node.alignment}`}`;
    case 'row':
      return 'tr';
    case 'link':
      return `a:${node.target}`;
    case 'paragraph':
      return 'p';
    case 'emphasis':
      return 'em';
    default:
      return node.type;
  }
}

function write(node: Branch | string): string {
  if (typeof node === 'string') {
    return node;
  }
  const name = node.tag.split(':')[0];
  const content = node.children.map(write).join('');
  return content === '' && ['rule', 'break', 'task'].includes(name ?? '')
    ? `<${node.tag}/>`
    : `<${node.tag}>${content}</${name}>`;
}

function plain(node: Branch | string): string {
  if (typeof node === 'string') {
    return node;
  }
  const fence = node.tag.startsWith('pre:') ? node.tag : '';
  return fence + node.children.map(plain).join('');
}

/** Parses pieces of a text that is not at its end. */
export function writePieces(pieces: readonly string[]): RecordingSink {
  return parse(pieces, false);
}

/** Parses the pieces of a whole text. */
export function parsePieces(pieces: readonly string[]): RecordingSink {
  return parse(pieces, true);
}

function parse(pieces: readonly string[], isWhole: boolean): RecordingSink {
  const sink = new RecordingSink();
  const parser = new MarkdownParser(sink);
  for (const piece of pieces) {
    parser.write(piece);
  }
  if (isWhole) {
    parser.end();
  }
  return sink;
}

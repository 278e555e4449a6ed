import { createCodeBlock } from './codeBlock.ts';
import type { CodeText } from './codeText.ts';
import { readFileMention, readLinkTarget } from './linkTarget.ts';
import type { MarkdownLeaf, MarkdownNode, MarkdownSink } from './markdownSink.ts';

/** An open node: where its content goes, and what is taken out when it dissolves. */
interface OpenNode {
  readonly type: MarkdownNode['type'] | 'root';
  readonly element: HTMLElement;
  readonly slot: HTMLElement;
  readonly code?: CodeText;
  /** What a link that may not be followed would have led to. */
  readonly refusedTarget?: string;
}

/** Told about code blocks, whose text is coloured by others. */
export interface CodeBlockListener {
  onDidOpen(code: CodeText, language: string): void;
  onDidGrow(code: CodeText): void;
  onDidClose(code: CodeText): void;
}

/**
 * Top-level blocks per section. Browsers skip sections that are off screen, and look at each section
 * in every frame: some two screens of text weigh the one against the other. Measured at 200 kB.
 */
const blocksPerSection = 24;

const headingTags = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const;

/**
 * Draws markdown by appending to an element. Only elements of its own making and text nodes: nothing
 * a model wrote is ever read as HTML, and no target is set that has not been judged.
 */
export class DomSink implements MarkdownSink {
  private readonly nodes: OpenNode[];
  private readonly codeBlocks: CodeBlockListener;
  /** Text of one place is gathered until something else comes: a text node each time would be many. */
  private pendingText = '';

  /** Where top-level blocks go; a long text has many such sections. */
  private section: HTMLElement | undefined;

  constructor(root: HTMLElement, codeBlocks: CodeBlockListener) {
    this.nodes = [{ type: 'root', element: root, slot: root }];
    this.codeBlocks = codeBlocks;
  }

  open(node: MarkdownNode): void {
    this.flush();
    const opened = this.create(node);
    // A code span is put on the page when it is known whether it is a link.
    if (node.type !== 'code') {
      this.parentFor(node).append(opened.element);
    }
    this.nodes.push(opened);
  }

  close(): void {
    this.flush();
    const node = this.nodes.pop();
    if (node?.type === 'code') {
      this.slot.append(this.linkFileMention(node.element));
    } else if (node?.code) {
      this.codeBlocks.onDidClose(node.code);
    } else if (node?.refusedTarget !== undefined) {
      node.slot.append(` (${node.refusedTarget})`);
    }
  }

  text(text: string): void {
    this.pendingText += text;
  }

  leaf(leaf: MarkdownLeaf): void {
    this.flush();
    this.slot.append(createLeaf(leaf));
  }

  unwrap(literal: string): void {
    this.flush();
    const node = this.nodes.pop();
    if (node) {
      node.element.replaceWith(literal, ...node.slot.childNodes);
    }
  }

  /** Puts the gathered text on the page. */
  flush(): void {
    if (this.pendingText === '') {
      return;
    }
    const { code } = this.top;
    if (code) {
      code.append(this.pendingText);
      this.codeBlocks.onDidGrow(code);
    } else {
      this.slot.append(this.pendingText);
    }
    this.pendingText = '';
  }

  private get top(): OpenNode {
    const top = this.nodes.at(-1);
    if (!top) {
      throw new Error('The markdown sink has lost its root.');
    }
    return top;
  }

  /** Where something new goes: into the innermost open node, else into the last section. */
  private get slot(): HTMLElement {
    if (this.nodes.length > 1) {
      return this.top.slot;
    }
    if (!this.section || this.section.childElementCount >= blocksPerSection) {
      this.section = this.top.slot.appendChild(make('div', 'markdown-section'));
    }
    return this.section;
  }

  /** Rows stand in the table's head or body, everything else in the innermost open node. */
  private parentFor(node: MarkdownNode): HTMLElement {
    const { slot } = this;
    if (node.type !== 'row') {
      return slot;
    }
    const tag = node.isHead ? 'thead' : 'tbody';
    return slot.querySelector<HTMLElement>(tag) ?? slot.appendChild(document.createElement(tag));
  }

  private create(node: MarkdownNode): OpenNode {
    switch (node.type) {
      case 'codeBlock': {
        const { element, code, language } = createCodeBlock(node.fence);
        this.codeBlocks.onDidOpen(code, language);
        return { type: node.type, element, slot: code.element, code };
      }
      case 'link':
        return createLink(node.target);
      case 'table': {
        const element = make('div', 'table-scroller');
        element.tabIndex = 0;
        element.setAttribute('role', 'group');
        element.setAttribute('aria-label', 'Table');
        return { type: node.type, element, slot: element.appendChild(make('table')) };
      }
      default: {
        const element = createPlain(node);
        return { type: node.type, element, slot: element };
      }
    }
  }

  /** A code span that names a file becomes a link to it. */
  private linkFileMention(element: HTMLElement): HTMLElement {
    const target = readFileMention(element.textContent ?? '');
    if (target === undefined || this.nodes.some((node) => node.type === 'link')) {
      return element;
    }
    const link = createAnchor(target, '#');
    link.append(element);
    return link;
  }
}

function make(tag: string, className?: string): HTMLElement {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  return element;
}

type PlainNode = Exclude<MarkdownNode, { type: 'codeBlock' | 'link' | 'table' }>;

const plainTags: Record<Exclude<PlainNode['type'], 'heading' | 'list' | 'cell'>, string> = {
  paragraph: 'p',
  quote: 'blockquote',
  item: 'li',
  row: 'tr',
  emphasis: 'em',
  strong: 'strong',
  strike: 's',
  code: 'code',
};

function createPlain(node: PlainNode): HTMLElement {
  switch (node.type) {
    case 'heading':
      return make(headingTags[node.level - 1] ?? 'h6', `heading-${node.level}`);
    case 'list':
      return createList(node.start);
    case 'cell':
      return make(node.isHead ? 'th' : 'td', `align-${node.alignment}`);
    default:
      return make(plainTags[node.type]);
  }
}

function createList(start: number | undefined): HTMLElement {
  if (start === undefined) {
    return make('ul');
  }
  const list = document.createElement('ol');
  list.start = start;
  return list;
}

function createLink(written: string): OpenNode {
  const target = readLinkTarget(written);
  if (!target) {
    const element = make('span', 'refused-link');
    return { type: 'link', element, slot: element, refusedTarget: written };
  }
  const element = createAnchor(target.target, target.kind === 'web' ? target.target : '#');
  return { type: 'link', element, slot: element };
}

/** `target` is what the host is asked to open; the address itself is only for showing and copying. */
function createAnchor(target: string, address: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = address;
  link.title = target;
  link.dataset['target'] = target;
  return link;
}

function createLeaf(leaf: MarkdownLeaf): HTMLElement {
  if (leaf.type !== 'task') {
    return make(leaf.type === 'rule' ? 'hr' : 'br');
  }
  const icon = leaf.isDone ? 'codicon-check' : 'codicon-circle-large';
  const mark = make('span', `task-mark codicon ${icon}`);
  mark.setAttribute('role', 'img');
  mark.setAttribute('aria-label', leaf.isDone ? 'Done' : 'Not done');
  return mark;
}

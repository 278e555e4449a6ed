import { readCodeFence } from './codeFence.ts';
import { CodeText } from './codeText.ts';

/** What a button of a code block does; read by whoever listens for clicks. */
export type CodeAction = 'copy' | 'insert' | 'apply';

const actions: readonly { action: CodeAction; label: string; icon: string }[] = [
  { action: 'copy', label: 'Copy code', icon: 'copy' },
  { action: 'insert', label: 'Insert at cursor', icon: 'insert' },
  { action: 'apply', label: 'Apply', icon: 'git-pull-request-go-to-changes' },
];

export interface CodeBlockParts {
  readonly element: HTMLElement;
  readonly code: CodeText;
  readonly language: string;
}

/** Draws an empty code block with its header and buttons. */
export function createCodeBlock(fence: string): CodeBlockParts {
  const { language, path } = readCodeFence(fence);
  const element = make('div', 'code-block');
  if (path !== undefined) {
    element.dataset['path'] = path;
  }
  const header = make('div', 'code-header');
  header.append(createTitle(language, path), ...actions.map(createButton));
  const scroller = make('pre', 'code-scroller');
  // What can be scrolled must be reachable without a mouse.
  scroller.tabIndex = 0;
  const text = scroller.appendChild(make('code'));
  element.append(header, scroller);
  return { element, code: new CodeText(text), language };
}

function createTitle(language: string, path: string | undefined): HTMLElement {
  const title = make('span', 'code-title');
  if (path === undefined) {
    title.textContent = language;
    return title;
  }
  const link = document.createElement('a');
  link.href = '#';
  link.title = path;
  link.dataset['target'] = path;
  link.textContent = path;
  title.append(link);
  return title;
}

function createButton({ action, label, icon }: (typeof actions)[number]): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'icon-button';
  button.title = label;
  button.setAttribute('aria-label', label);
  button.dataset['codeAction'] = action;
  const glyph = make('span', `codicon codicon-${icon}`);
  glyph.setAttribute('aria-hidden', 'true');
  button.append(glyph);
  return button;
}

function make(tag: string, className?: string): HTMLElement {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  return element;
}

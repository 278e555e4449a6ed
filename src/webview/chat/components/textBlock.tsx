import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { MarkdownView } from '../../markdown/markdownView.ts';
import type { StreamedText } from '../state/streamedText.ts';
import { usePanel } from './panelContext.ts';

/** Markdown that grows. The element is handed to a view that appends to it; nothing renders again. */
export function MarkdownText({ content }: { content: StreamedText }): JSX.Element {
  const { frames, painter } = usePanel();
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!root.current) {
      return undefined;
    }
    const view = new MarkdownView(root.current, content, frames, () => painter.createListener());
    return () => view.dispose();
  }, [content, frames, painter]);
  // Another text is another element: what a view has drawn is never drawn over.
  return <div class="markdown" ref={root} />;
}

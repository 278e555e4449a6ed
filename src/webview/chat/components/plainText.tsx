import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { PlainView } from '../../markdown/plainView.ts';
import type { StreamedText } from '../state/streamedText.ts';
import { usePanel } from './panelContext.ts';
import { ScrollRegion } from './scrollRegion.tsx';

/** Plain text that grows, such as a tool's output. */
export function PlainText({
  content,
  label,
}: {
  content: StreamedText;
  label: string;
}): JSX.Element {
  const { frames } = usePanel();
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!root.current) {
      return undefined;
    }
    const view = new PlainView(root.current, content, frames);
    return () => view.dispose();
  }, [content, frames]);
  return <ScrollRegion class="plain-text" label={label} rootRef={root} />;
}

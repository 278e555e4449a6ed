import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatDuration } from '../../../shared/figures.ts';
import { Icon } from '../../components/icon.tsx';
import type { ProseBlock } from '../state/messages.ts';
import { MarkdownText } from './textBlock.tsx';

/** What the model thought, folded away; it is drawn only once somebody looks. */
export function ThinkingBlock({ block }: { block: ProseBlock }): JSX.Element {
  const isUnfolded = useSignal(false);
  const isOpen = block.isOpen.value;
  const duration = block.durationMs.value;
  const title = isOpen
    ? 'Thinking…'
    : duration === undefined
      ? 'Thought'
      : `Thought for ${formatDuration(duration)}`;
  return (
    <details
      class="thinking"
      onToggle={(event) => {
        isUnfolded.value = event.currentTarget.open;
      }}
    >
      <summary class="fold-summary">
        <Icon name={isOpen ? 'loading' : 'lightbulb'} isSpinning={isOpen} />
        <span class={isOpen ? 'fold-title is-busy' : 'fold-title'}>{title}</span>
        <Icon name="chevron-right" />
      </summary>
      {isUnfolded.value && <MarkdownText content={block.content} />}
    </details>
  );
}

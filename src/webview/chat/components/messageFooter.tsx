import { Fragment, type JSX } from 'preact';
import { formatCost, formatDuration, formatTokens } from '../../../shared/figures.ts';
import type { UsageView } from '../../../shared/views.ts';
import { IconButton } from '../../components/iconButton.tsx';
import type { AssistantMessage } from '../state/messages.ts';
import { usePanel } from './panelContext.ts';

/** What a turn took, and what can be done with its answer. */
export function MessageFooter({ message }: { message: AssistantMessage }): JSX.Element {
  const { actions } = usePanel();
  const { model, modelReason, usage, durationMs, state } = message.ending.value;
  const facts = [
    model,
    usage && `${formatTokens(totalTokens(usage))} tokens`,
    usage?.costUsd === undefined ? undefined : formatCost(usage.costUsd),
    durationMs === undefined ? undefined : formatDuration(durationMs),
    state === 'stopped' ? 'stopped' : undefined,
  ].filter((fact) => fact !== undefined);
  return (
    <footer class="message-footer">
      <div class="message-actions">
        <IconButton
          icon="copy"
          label="Copy message"
          onClick={() => void actions.copy(messageText(message))}
        />
        <IconButton
          icon="refresh"
          label="Retry"
          onClick={() => void actions.retry(message.turnId)}
        />
      </div>
      <span class="message-facts" title={factsTitle(usage, modelReason)}>
        {facts.map((fact, at) => (
          <Fragment key={fact}>
            {at > 0 && ' · '}
            <span>{fact}</span>
          </Fragment>
        ))}
      </span>
    </footer>
  );
}

/** The answer's text blocks as markdown; what was thought and done is no part of a copy. */
export function messageText(message: AssistantMessage): string {
  return message.blocks
    .peek()
    .flatMap((block) => (block.type === 'text' ? [block.content.text.trim()] : []))
    .join('\n\n');
}

function totalTokens(usage: UsageView): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}

function factsTitle(
  usage: UsageView | undefined,
  modelReason: string | undefined,
): string | undefined {
  const lines = [modelReason, usage && describeUsage(usage)].filter((line) => line !== undefined);
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** The parts of a usage, one per line. */
export function describeUsage(usage: UsageView): string {
  const parts: [string, number][] = [
    ['Input', usage.inputTokens],
    ['Prompt cache read', usage.cacheReadTokens],
    ['Prompt cache write', usage.cacheWriteTokens],
    ['Output', usage.outputTokens],
  ];
  return parts.map(([label, tokens]) => `${label}: ${tokens.toLocaleString()} tokens`).join('\n');
}

import type { JSX } from 'preact';
import type { AssistantMessage, Block } from '../state/messages.ts';
import { MessageFooter } from './messageFooter.tsx';
import { NoticeBox } from './noticeBox.tsx';
import { MarkdownText } from './textBlock.tsx';
import { ThinkingBlock } from './thinkingBlock.tsx';
import { ToolCallCard } from './toolCard.tsx';

/** Everything Slipstream said and did in one turn. */
export function AssistantMessageArticle({ message }: { message: AssistantMessage }): JSX.Element {
  const { state, notice } = message.ending.value;
  const blocks = message.blocks.value;
  const isWaiting = state === 'running' && blocks.length === 0;
  return (
    <article class="message message-assistant" aria-label="Slipstream">
      {blocks.map((block) => (
        <BlockPart key={block.id} block={block} />
      ))}
      {isWaiting && <div class="waiting-dots" aria-hidden="true" />}
      {notice && <NoticeBox notice={notice} turnId={message.turnId} />}
      {state !== 'running' && <MessageFooter message={message} />}
    </article>
  );
}

function BlockPart({ block }: { block: Block }): JSX.Element {
  switch (block.type) {
    case 'text':
      return <MarkdownText content={block.content} />;
    case 'thinking':
      return <ThinkingBlock block={block} />;
    case 'tool':
      return <ToolCallCard block={block} />;
  }
}

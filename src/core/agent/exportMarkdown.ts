import type { BlockView, MessageView } from '../../shared/views.ts';

/** A conversation as a markdown document. Thinking is left out; tool calls are one line each. */
export function exportMarkdown(title: string, messages: readonly MessageView[]): string {
  const parts = [`# ${title}`];
  for (const message of messages) {
    if (message.role === 'user') {
      const attached = message.chips.map((chip) => `\`${chip.path ?? chip.label}\``).join(', ');
      parts.push('## You', message.text);
      if (attached !== '') {
        parts.push(`Attached: ${attached}`);
      }
      continue;
    }
    parts.push('## Slipstream', ...message.blocks.flatMap(blockMarkdown));
    if (message.notice) {
      parts.push(`> ${message.notice.text}`);
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function blockMarkdown(block: BlockView): readonly string[] {
  if (block.type === 'text') {
    return [block.text.trim()];
  }
  return block.type === 'tool' ? [`- ${block.title} (${block.status})`] : [];
}

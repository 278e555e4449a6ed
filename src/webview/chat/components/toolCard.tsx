import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatDuration } from '../../../shared/figures.ts';
import type { ApprovalView, ToolStatus } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';
import type { ToolBlock, ToolCard } from '../state/messages.ts';
import { StreamedText } from '../state/streamedText.ts';
import { baseName } from '../text/format.ts';
import { Later } from './later.tsx';
import { usePanel } from './panelContext.ts';
import { PlainText } from './plainText.tsx';
import { ScrollRegion } from './scrollRegion.tsx';

const toolIcons: Readonly<Record<string, string>> = {
  read_file: 'file',
  list_files: 'list-tree',
  search: 'search',
  edit_file: 'edit',
  write_file: 'new-file',
  run_command: 'terminal',
  get_diagnostics: 'warning',
};

const statusTexts: Record<ToolStatus, string> = {
  pending: 'Preparing',
  awaitingApproval: 'Needs approval',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  denied: 'Denied',
  cancelled: 'Stopped',
};

const statusIcons: Record<ToolStatus, string> = {
  pending: 'loading',
  awaitingApproval: 'question',
  running: 'loading',
  done: 'check',
  failed: 'error',
  denied: 'circle-slash',
  cancelled: 'debug-stop',
};

/** A tool call: one line that unfolds to input and output, and the question for approval below it. */
export function ToolCallCard({ block }: { block: ToolBlock }): JSX.Element {
  const isUnfolded = useSignal(false);
  const card = block.card.value;
  const isBusy = card.status === 'running' || card.status === 'pending';
  const duration = card.durationMs === undefined ? '' : formatDuration(card.durationMs);
  return (
    <div class={`tool tool-${card.status}`}>
      <details
        onToggle={(event) => {
          isUnfolded.value = event.currentTarget.open;
        }}
      >
        <summary class="fold-summary">
          <Icon name={toolIcons[card.name] ?? 'tools'} />
          <span class="fold-title" title={card.title}>
            {card.title}
          </span>
          <span class="tool-status">
            <Icon name={statusIcons[card.status]} isSpinning={isBusy} />
            <span class="tool-status-text">{statusTexts[card.status]}</span>
            {duration !== '' && <span class="tool-duration">{duration}</span>}
          </span>
          <Icon name="chevron-right" />
        </summary>
        {isUnfolded.value && <ToolDetails block={block} card={card} />}
      </details>
      <ChangedFiles paths={card.changedPaths ?? []} />
      <ToolApproval block={block} approval={card.approval} />
    </div>
  );
}

function ToolApproval(props: {
  block: ToolBlock;
  approval: ApprovalView | undefined;
}): JSX.Element | null {
  const { block, approval } = props;
  return approval ? (
    <Later>{({ Approval }) => <Approval block={block} approval={approval} />}</Later>
  ) : null;
}

function ToolDetails({ block, card }: { block: ToolBlock; card: ToolCard }): JSX.Element {
  const { actions } = usePanel();
  const whole = useSignal<StreamedText | undefined>(undefined);
  const showAll = async (): Promise<void> => {
    const text = await actions.readOutput(block.id);
    if (text !== undefined) {
      whole.value = new StreamedText(text, true);
    }
  };
  const output = whole.value ?? block.output;
  return (
    <div class="tool-details">
      {card.input !== '' && (
        <>
          <div class="tool-label">Input</div>
          <ScrollRegion class="plain-text" label="Input">
            {card.input}
          </ScrollRegion>
        </>
      )}
      {(output.text !== '' || card.status === 'running') && (
        <>
          <div class="tool-label">Output</div>
          <PlainText key={whole.value ? 'whole' : 'start'} content={output} label="Output" />
        </>
      )}
      {card.isOutputCut && !whole.value && (
        <button type="button" class="link-button" onClick={() => void showAll()}>
          Show all
        </button>
      )}
    </div>
  );
}

function ChangedFiles({ paths }: { paths: readonly string[] }): JSX.Element | null {
  const { actions } = usePanel();
  if (paths.length === 0) {
    return null;
  }
  return (
    <div class="changed-files">
      <span class="changed-label">Changed</span>
      {paths.map((path) => (
        <button
          type="button"
          class="link-button"
          key={path}
          title={path}
          onClick={() => void actions.openLink(path)}
        >
          {baseName(path)}
        </button>
      ))}
    </div>
  );
}

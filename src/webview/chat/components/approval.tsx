import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ApprovalDecision, ApprovalPreview, ApprovalView } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';
import type { ToolBlock } from '../state/messages.ts';
import { DiffPreview } from './diffPreview.tsx';
import { usePanel } from './panelContext.ts';
import { ScrollRegion } from './scrollRegion.tsx';

/** The question whether a tool may do what it is about to do. */
export function Approval({
  block,
  approval,
}: {
  block: ToolBlock;
  approval: ApprovalView;
}): JSX.Element {
  const { panel, actions } = usePanel();
  const isDeciding = useSignal(false);
  const decide = async (decision: ApprovalDecision): Promise<void> => {
    isDeciding.value = true;
    // The buttons go away with the answer: the focus must not go with them.
    panel.focusRequests.value += 1;
    await actions.decide(block.id, decision);
    isDeciding.value = false;
  };
  const button = (decision: ApprovalDecision, label: string, style: string): JSX.Element => (
    <button
      type="button"
      class={`button ${style}`}
      disabled={isDeciding.value}
      data-decision={decision}
      title={decision === 'allowInThread' ? approval.threadScope : undefined}
      onClick={() => void decide(decision)}
    >
      {label}
    </button>
  );
  return (
    <fieldset class="approval" aria-label={`Approve ${block.card.value.name}`}>
      <p class="approval-reason">
        <Icon name="shield" />
        <span>{approval.reason}</span>
      </p>
      {approval.previews.map((preview) => (
        <Preview key={previewKey(preview)} preview={preview} blockId={block.id} />
      ))}
      <div class="approval-buttons">
        {button('allow', 'Allow', 'button-primary')}
        {approval.threadScope !== undefined &&
          button('allowInThread', 'Allow in this thread', 'button-secondary')}
        {button('deny', 'Deny', 'button-secondary')}
        <span class="key-hint" aria-hidden="true">
          <kbd>Alt</kbd>+<kbd>A</kbd>
        </span>
      </div>
      {approval.threadScope !== undefined && <p class="approval-scope">{approval.threadScope}</p>}
    </fieldset>
  );
}

function previewKey(preview: ApprovalPreview): string {
  return preview.kind === 'command' ? preview.command : preview.path;
}

function Preview({ preview, blockId }: { preview: ApprovalPreview; blockId: string }): JSX.Element {
  const { actions } = usePanel();
  switch (preview.kind) {
    case 'diff':
      return (
        <>
          {preview.note !== undefined && (
            <p class="approval-reason">
              <Icon name="warning" />
              <span>{preview.note}</span>
            </p>
          )}
          <DiffPreview
            path={preview.path}
            diff={preview.diff}
            onOpen={() => void actions.showDiff(blockId, preview.path)}
          />
        </>
      );
    case 'command':
      return (
        <div class="command-preview">
          <ScrollRegion class="plain-text" label="Command">
            {preview.command}
          </ScrollRegion>
          <p class="command-directory">
            <Icon name="folder" /> <span title={preview.directory}>{preview.directory}</span>
          </p>
        </div>
      );
    case 'path':
      return (
        <p class="path-preview">
          <code>{preview.path}</code>
        </p>
      );
  }
}

import type { JSX } from 'preact';
import { formatCost, formatSeconds } from '../../../shared/figures.ts';
import { Icon } from '../../components/icon.tsx';
import { describeStatus } from '../text/format.ts';
import { describeUsage } from './messageFooter.tsx';
import { usePanel } from './panelContext.ts';
import { useWallTime } from './useWallTime.ts';
import { WindowMeter } from './windowMeter.tsx';

/** The line above the input: what is happening now; which model, how full its window, what it cost. */
export function StatusLine(): JSX.Element {
  const { panel, actions } = usePanel();
  const meter = panel.thread.meter.value;
  return (
    <div class="status-line">
      <Activity />
      <div class="meter">
        <button
          type="button"
          class="meter-model"
          title={meter.modelReason ? `Choose the model\n${meter.modelReason}` : 'Choose the model'}
          aria-label={`Choose the model: ${meter.modelName}`}
          onClick={() => void actions.runAction('selectModel')}
        >
          <span>{meter.modelName}</span>
          <Icon name="chevron-down" />
        </button>
        <WindowMeter meter={meter} />
        {meter.usage.costUsd !== undefined && (
          <span
            class="meter-cost"
            title={`Cost of this thread so far\n${describeUsage(meter.usage)}`}
          >
            {formatCost(meter.usage.costUsd)}
          </span>
        )}
      </div>
    </div>
  );
}

function Activity(): JSX.Element | null {
  const { panel } = usePanel();
  const status = panel.thread.status.value;
  const isIdle = status.phase === 'idle';
  const now = useWallTime(panel.clock, !isIdle);
  if (isIdle) {
    return null;
  }
  const { turnStartedAt } = status;
  const elapsed = turnStartedAt === undefined ? 0 : Math.floor((now - turnStartedAt) / 1_000);
  const isWaiting = status.phase === 'approval';
  return (
    <div class="activity">
      <Icon name={isWaiting ? 'question' : 'loading'} isSpinning={!isWaiting} />
      <span class="activity-text">{describeStatus(status, now)}</span>
      {turnStartedAt !== undefined && (
        <span class="activity-time">{formatSeconds(Math.max(0, elapsed))}</span>
      )}
    </div>
  );
}

import { Approval } from './approval.tsx';
import { HelpCard } from './helpCard.tsx';
import { HistoryView } from './historyView.tsx';
import { JobStrip } from './jobStrip.tsx';
import { RestoreCard } from './restoreCard.tsx';
import { ReviewList } from './reviewList.tsx';
import { UsagePopover } from './usagePopover.tsx';

/**
 * What nobody sees before the panel can be used, in a file of its own, so that the input is there
 * sooner. One file for all: each further one would cost a way to VS Code and share more code apart.
 */
export const extras = {
  Approval,
  HelpCard,
  HistoryView,
  JobStrip,
  RestoreCard,
  ReviewList,
  UsagePopover,
} as const;

export type Extras = typeof extras;

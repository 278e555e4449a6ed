import type * as vscode from 'vscode';
import type { KeptReview } from '../../core/edit/review/keptReview.ts';

/** Under what name reviews are kept in the workspace's state. */
export const keptReviewsKey = 'reviewedFiles';

export interface KeptFile extends KeptReview {
  readonly path: string;
}

/** Under what name it is kept there what threads' models do not know of the user's changes. */
export const keptUserChangesKey = 'userChanges';

/** The reviews that waited when a window was last open here. */
export function keptReviews(state: Pick<vscode.Memento, 'get'>): readonly KeptFile[] {
  return state.get<readonly KeptFile[]>(keptReviewsKey) ?? [];
}

import type * as vscode from 'vscode';
import type { KeptReview } from '../../core/edit/review/fileReview.ts';

/** Under what name reviews are kept in the workspace's state. */
export const keptReviewsKey = 'reviews';

export interface KeptFile extends KeptReview {
  readonly path: string;
}

/** The reviews that waited when a window was last open here. */
export function keptReviews(state: Pick<vscode.Memento, 'get'>): readonly KeptFile[] {
  return state.get<readonly KeptFile[]>(keptReviewsKey) ?? [];
}

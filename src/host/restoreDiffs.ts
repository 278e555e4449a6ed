import { UserError } from '../base/errors.ts';
import type { RestorePlan } from '../core/checkpoint/restorePlan.ts';
import { type EditPreviews, fileName } from './editPreviews.ts';

export interface RestoreDiffParts {
  readonly plan: (threadId: string, checkpointId: string) => Promise<RestorePlan>;
  readonly previews: EditPreviews;
}

/** Shows in VS Code's diff editor what a restore would change. */
export class RestoreDiffs {
  private readonly parts: RestoreDiffParts;

  constructor(parts: RestoreDiffParts) {
    this.parts = parts;
  }

  /** One file, or all where none is named. */
  async show(threadId: string, checkpointId: string, path: string | undefined): Promise<void> {
    const { files } = await this.parts.plan(threadId, checkpointId);
    const wanted = files.filter(({ change }) => path === undefined || change.path === path);
    const previews = wanted.map(({ change }) => ({
      path: change.path,
      before: change.before ?? '',
      after: change.after ?? '',
    }));
    const [first, ...others] = previews;
    if (!first) {
      throw new UserError('There is no difference any more: the file is as it was.');
    }
    if (others.length > 0) {
      await this.parts.previews.showAll('Restore files: now and after', previews);
      return;
    }
    const title = `${fileName(first.path)} (now ↔ restored)`;
    await this.parts.previews.show({ ...first, title, isKept: false });
  }
}

import { UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { awaitUser, tracedAction } from '../../core/actions/actionTrace.ts';
import { documentTask, type EditTask, optimizeTask } from '../../core/actions/editRequest.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { TraceScope } from '../../core/telemetry/traceScope.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import { isHidden } from '../hiding.ts';
import { withProgress } from '../progress.ts';
import { type ActionTarget, chipOf, currentTarget, type FindEnclosing } from './actionTarget.ts';
import { EditInPlace, type EditInPlaceParts } from './editInPlace.ts';
import { fixProblem } from './fixProblem.ts';
import { InstructionInput } from './instructionInput.ts';
import { assertOnline, assertTrusted } from './preconditions.ts';

export interface EditActionParts extends EditInPlaceParts {
  readonly connection: ConnectionProvider;
  readonly findEnclosing: FindEnclosing;
  readonly workspace: Workspace;
}

/** What rewrites code where it stands. */
export class EditActions implements Disposable {
  private readonly parts: EditActionParts;
  private readonly inPlace: EditInPlace;
  private readonly input = new InstructionInput();

  constructor(parts: EditActionParts) {
    this.parts = parts;
    this.inPlace = new EditInPlace(parts);
  }

  /** Asks what to do, then does it. */
  async edit(): Promise<void> {
    await this.traced(operation.editInPlace, async (trace) => {
      const target = await this.target();
      const label = 'Edit';
      awaitUser(trace);
      const instruction = await this.input.ask(`${label} ${chipOf(target).label}`);
      if (instruction !== undefined) {
        trace?.enter(operation.actionGather);
        await this.inPlace.run(target, { label, instruction, problems: target.problems }, trace);
      }
    });
  }

  async fix(): Promise<void> {
    await this.traced(operation.fixProblem, async (trace) => {
      const target = await this.target();
      if (target.problems.length === 0) {
        throw new UserError('No problem is reported at the cursor.');
      }
      const name = this.parts.folders.displayPath(target.path);
      await withProgress(`Fixing ${name}`, (signal) =>
        fixProblem(target, { ...this.parts, trace }, signal),
      );
    });
  }

  async document(): Promise<void> {
    await this.run(documentTask);
  }

  async optimize(): Promise<void> {
    await this.run(optimizeTask);
  }

  stop(): void {
    this.inPlace.stop();
  }

  dispose(): void {
    this.inPlace.dispose();
  }

  private async run(task: EditTask): Promise<void> {
    await this.traced(operation.editInPlace, async (trace) =>
      this.inPlace.run(await this.target(), task, trace),
    );
  }

  private traced(
    name: string,
    work: (trace: TraceScope | undefined) => Promise<void>,
  ): Promise<void> {
    return tracedAction(this.parts.tracing, { name, surface: 'codeAction' }, work);
  }

  private async target(): Promise<ActionTarget> {
    assertTrusted('edit files');
    const { folders, findEnclosing, connection, workspace } = this.parts;
    const target = await currentTarget(folders, findEnclosing);
    await assertOnline(connection, 'Editing');
    if (await isHidden(target.path, false, workspace.roots())) {
      throw new UserError('.slipstreamignore hides this file from Slipstream.');
    }
    return target;
  }
}

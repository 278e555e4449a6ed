import { CancelledError, UserError } from '../../base/errors.ts';
import type { ApprovalDecision, ApprovalView } from '../../shared/views.ts';
import type { ToolUseBlock } from '../model/message.ts';
import type { ToolAccess } from '../tools/tool.ts';
import type { AccessVerdict, Approver } from './toolRunner.ts';

/** The rules in force, together with what the user allowed for this thread. */
export interface AccessPolicy<Grants> {
  /** What a thread starts with: nothing. */
  readonly noGrants: Grants;
  judge(toolName: string, access: readonly ToolAccess[], grants: Grants): AccessVerdict;
  /** The grants after "Allow in this thread". */
  grant(grants: Grants, toolName: string, access: readonly ToolAccess[]): Grants;
}

/** Asks the user for leave in the panel, and remembers what was allowed for the thread. */
export class ThreadApprover<Grants> implements Approver {
  private readonly policy: AccessPolicy<Grants>;
  private readonly waiting = new Map<string, WaitingCall>();
  private grants: Grants;

  constructor(policy: AccessPolicy<Grants>) {
    this.policy = policy;
    this.grants = policy.noGrants;
  }

  judge(toolName: string, access: readonly ToolAccess[]): AccessVerdict {
    return this.policy.judge(toolName, access, this.grants);
  }

  async ask(
    use: ToolUseBlock,
    access: readonly ToolAccess[],
    _approval: ApprovalView,
    signal: AbortSignal,
  ): Promise<ApprovalDecision> {
    return this.decisionFor({ toolUseId: use.id, toolName: use.name, access }, signal);
  }

  /** Takes the user's decision. Throws `UserError` where nothing waits for it any more. */
  decide(toolUseId: string, decision: ApprovalDecision): void {
    const call = this.waiting.get(toolUseId);
    if (!call) {
      throw new UserError('This call no longer waits for approval.');
    }
    call.settle(decision);
    if (decision === 'allowInThread') {
      this.grants = this.policy.grant(this.grants, call.toolName, call.access);
      this.settleGranted();
    }
  }

  /** Lets go on what else was waiting for the leave that has just been given. */
  private settleGranted(): void {
    for (const call of [...this.waiting.values()]) {
      if (this.judge(call.toolName, call.access).kind === 'allow') {
        call.settle('allow');
      }
    }
  }

  private decisionFor(
    call: Omit<WaitingCall, 'settle'>,
    signal: AbortSignal,
  ): Promise<ApprovalDecision> {
    const { toolUseId } = call;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.waiting.delete(toolUseId);
        reject(new CancelledError());
      };
      if (signal.aborted) {
        cancel();
        return;
      }
      signal.addEventListener('abort', cancel, { once: true });
      const settle = (decision: ApprovalDecision): void => {
        this.waiting.delete(toolUseId);
        signal.removeEventListener('abort', cancel);
        resolve(decision);
      };
      this.waiting.set(toolUseId, { ...call, settle });
    });
  }
}

interface WaitingCall {
  readonly toolUseId: string;
  readonly toolName: string;
  readonly access: readonly ToolAccess[];
  readonly settle: (decision: ApprovalDecision) => void;
}

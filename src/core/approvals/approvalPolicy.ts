import type { AccessPolicy } from '../agent/threadApprover.ts';
import type { AccessVerdict } from '../agent/toolRunner.ts';
import type { ToolAccess } from '../tools/tool.ts';
import type { AccessDecision, AccessFacts } from './approvalDecision.ts';
import { addGrant, noGrants, type ThreadGrants } from './approvalGrants.ts';
import { toApprovalView } from './approvalPreviews.ts';
import type { ApprovalRules } from './approvalRules.ts';
import { decideAccess } from './approvals.ts';

/** Where the policy finds what may change between two calls. */
export interface PolicySources {
  rules(): ApprovalRules;
  facts(): Omit<AccessFacts, 'toolName'>;
}

/** The user's rules and grants in force at the moment of each call. */
export class RuleAccessPolicy implements AccessPolicy<ThreadGrants> {
  readonly noGrants = noGrants;
  private readonly sources: PolicySources;

  constructor(sources: PolicySources) {
    this.sources = sources;
  }

  judge(toolName: string, access: readonly ToolAccess[], grants: ThreadGrants): AccessVerdict {
    const decision = this.decide(toolName, access, grants);
    return decision.kind === 'ask'
      ? { kind: 'ask', approval: toApprovalView(access, decision) }
      : decision;
  }

  grant(grants: ThreadGrants, toolName: string, access: readonly ToolAccess[]): ThreadGrants {
    const decision = this.decide(toolName, access, grants);
    return decision.kind === 'ask' && decision.threadScope
      ? addGrant(grants, decision.threadScope.grant)
      : grants;
  }

  private decide(
    toolName: string,
    access: readonly ToolAccess[],
    grants: ThreadGrants,
  ): AccessDecision {
    const facts = { ...this.sources.facts(), toolName };
    return decideAccess(access, this.sources.rules(), grants, facts);
  }
}

import type { Clock } from '../../base/clock.ts';
import type { Event } from '../../base/emitter.ts';
import type { HostEvent } from '../../shared/protocol.ts';
import type { ContextChip } from '../../shared/views.ts';
import type { Checkpoints } from '../checkpoint/checkpoints.ts';
import type { SummaryModel } from '../context/compactionSummary.ts';
import type { ContextWindowOptimizer } from '../context/contextWindow.ts';
import type { UserChanges } from '../edit/review/userChanges.ts';
import type { TextBlock, Usage } from '../model/message.ts';
import type { Effort, ModelGateway, ToolDefinition } from '../model/request.ts';
import type { SettingValues } from '../settings.ts';
import type { CompactionStore } from '../store/compactionStore.ts';
import type { ThreadStore } from '../store/records.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { PromptTokens } from '../tokens/promptTokens.ts';
import type { Workspace } from '../tools/workspace.ts';
import type { AccessPolicy } from './threadApprover.ts';
import type { ThreadTeam } from './threadTeam.ts';
import type { ToolSet } from './toolRunner.ts';
import type { TurnEnd } from './turn.ts';
import type { TurnOutcomes } from './turnOutcomes.ts';

/** What the agent must know of the model it is about to ask. */
export interface ModelProfile {
  readonly id: string;
  /** For display. */
  readonly name: string;
  /** Tokens; undefined where it is not known. */
  readonly contextWindow?: number;
  /** Whether a prompt may have any length: nothing reads it as a model does. */
  readonly isUnlimited?: boolean;
  readonly maxOutputTokens?: number;
  /** Prompts longer than this cost more for each token. */
  readonly longPrompt?: { readonly aboveTokens: number };
  /** Whether Slipstream chooses for each task. The other fields are then those of the usual model. */
  readonly isAutomatic?: boolean;
}

/** How conversations are kept within their models' windows. */
export interface ContextKeeping {
  readonly optimizer: ContextWindowOptimizer;
  /** The optimizer's own count. */
  readonly tokens: PromptTokens;
  readonly compactions: CompactionStore;
  /** Whether summaries are made without being asked for. */
  readonly isAutomatic: () => boolean;
  /** The models that may write a summary for threads of this one, best first; none while offline. */
  readonly summaryModels: (profile: ModelProfile) => Promise<readonly SummaryModel[]>;
}

/** What every thread works with. Functions where the answer may change while a thread lives. */
export interface ThreadParts<Grants> {
  readonly store: ThreadStore;
  /** Asked anew each time: a team may be joined or left while a window is open. */
  readonly team?: () => ThreadTeam | undefined;
  readonly context: ContextKeeping;
  readonly checkpoints: Checkpoints;
  readonly gateway: ModelGateway;
  readonly tools: ToolSet;
  readonly policy: AccessPolicy<Grants>;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly emit: (event: HostEvent) => void;
  readonly platform: { readonly platform: string; readonly shell: string };
  /** Under which threads of the open folders are kept. */
  readonly workspaceKey: () => string;
  /** The model the next turn asks. */
  readonly model: () => Promise<ModelProfile>;
  readonly nameOf: (model: string) => string;
  /** The model with this id; for the meter of a thread whose model was chosen for it. */
  readonly profileOf: (model: string) => ModelProfile;
  /** Told whether the answer of a turn held. */
  readonly recordOutcome?: (turnId: string, held: boolean, model: string) => void;
  /** Tells of a file of which the user rejected a piece of an edit, by its path. */
  readonly onDidRejectEdit?: Event<string>;
  /** What the user does to edits that threads made. */
  readonly userChanges?: Pick<UserChanges, 'edited' | 'of' | 'told' | 'forgetTurns'>;
  readonly costOf: (usage: Usage, model: string) => number | undefined;
  /** Sorted by name; without what writes or runs in Restricted Mode. */
  readonly toolDefinitions: () => readonly ToolDefinition[];
  readonly maxRounds: () => number;
  readonly maxOutputTokens: () => number;
  readonly effort: () => Effort | undefined;
  readonly promptCacheSetting: () => SettingValues['promptCache.lifetime'];
  /** Reads what the user attached. Throws `UserError` naming what cannot be read. */
  readonly resolveContext: (chips: readonly ContextChip[]) => Promise<readonly TextBlock[]>;
  /** Turns a leading slash command into its prompt; other text comes back as it is. */
  readonly expandPrompt: (text: string) => Promise<string>;
  /** Absent where nobody measures. */
  readonly tracing?: Tracing;
  readonly saveFailed: (error: unknown) => void;
  readonly toolFailed: (toolName: string, error: Error) => void;
  /** A bug in a turn: logged, and told as a failure. */
  readonly unexpectedEnd: (error: unknown) => TurnEnd;
}

/** The same for a thread in use. */
export interface LiveThreadParts<Grants> extends ThreadParts<Grants> {
  readonly outcomes: TurnOutcomes;
}

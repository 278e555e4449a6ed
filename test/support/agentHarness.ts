/** Stand-ins for what surrounds the agent: a scripted model, scripted tools, and a panel that listens. */
import type { Clock } from '../../src/base/clock.ts';
import { UserError } from '../../src/base/errors.ts';
import type { AccessPolicy } from '../../src/core/agent/threadApprover.ts';
import type { ContextKeeping, ThreadParts } from '../../src/core/agent/threadParts.ts';
import { ThreadService } from '../../src/core/agent/threadService.ts';
import type { AccessVerdict, ToolSet } from '../../src/core/agent/toolRunner.ts';
import { Checkpoints } from '../../src/core/checkpoint/checkpoints.ts';
import { ContextWindowOptimizer } from '../../src/core/context/contextWindow.ts';
import type { AssistantBlock, Usage } from '../../src/core/model/message.ts';
import type {
  ModelEvent,
  ModelFailure,
  ModelGateway,
  ModelRequest,
  Outcome,
  StopReason,
} from '../../src/core/model/request.ts';
import type { ThreadStore } from '../../src/core/store/records.ts';
import { Calibration } from '../../src/core/tokens/calibration.ts';
import { PromptTokens } from '../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../src/core/tokens/tokenCounter.ts';
import type { PreparedCall, ToolAccess, ToolOutput } from '../../src/core/tools/tool.ts';
import type { Workspace } from '../../src/core/tools/workspace.ts';
import type { HostEvent } from '../../src/shared/protocol.ts';
import type { Draft, ThreadView } from '../../src/shared/views.ts';
import { DiskWorkspace } from './diskWorkspace.ts';
import { FakeClock } from './fakeClock.ts';
import { MemoryCheckpointStore } from './memoryCheckpointStore.ts';
import { MemoryCompactionStore } from './memoryCompactionStore.ts';
import { MemoryThreadStore } from './memoryThreadStore.ts';

/** Something to wait for that a test lets happen. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export const usage: Usage = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  thinkingTokens: 0,
};

export function text(content: string): AssistantBlock {
  return { type: 'text', text: content };
}

export function thinking(content: string, signature = `signed ${content}`): AssistantBlock {
  return { type: 'thinking', thinking: content, signature };
}

export function toolUse(id: string, name: string, input: unknown = {}): AssistantBlock {
  return { type: 'tool_use', id, name, input };
}

export function done(stopReason: StopReason, refusalCategory?: string): Outcome {
  const category = refusalCategory === undefined ? {} : { refusalCategory };
  return { kind: 'done', stopReason, value: stopReason, ...category };
}

export function failed(changes: Partial<ModelFailure> = {}): Outcome {
  const failure = { kind: 'server', message: 'It broke.', canRetry: true, ...changes } as const;
  return { kind: 'failed', failure };
}

export type ModelScript = (
  request: ModelRequest,
  signal: AbortSignal,
) => AsyncIterable<ModelEvent> | Iterable<ModelEvent>;

/** An answer of whole blocks. The outcome is `tool_use` where a tool is used, unless given. */
export function reply(blocks: readonly AssistantBlock[], outcome?: Outcome): ModelScript {
  const isToolUse = blocks.some((block) => block.type === 'tool_use');
  return function* replay(request) {
    yield* start(request);
    for (const [index, block] of blocks.entries()) {
      yield* blockEvents(index, block);
    }
    yield { type: 'usage', usage };
    yield { type: 'ended', outcome: outcome ?? done(isToolUse ? 'tool_use' : 'end_turn') };
  };
}

export function start(request: ModelRequest): ModelEvent[] {
  return [{ type: 'started', messageId: `msg_${request.id}`, model: request.model }];
}

/** A block's events, its text in two deltas. */
export function* blockEvents(index: number, block: AssistantBlock): Generator<ModelEvent> {
  yield { type: 'blockStarted', index, block };
  switch (block.type) {
    case 'text':
      yield* halves(block.text).map((half) => ({ type: 'textDelta', index, text: half }) as const);
      break;
    case 'thinking':
      yield* halves(block.thinking).map(
        (half) => ({ type: 'thinkingDelta', index, text: half }) as const,
      );
      break;
    case 'tool_use':
      yield { type: 'inputDelta', index, json: JSON.stringify(block.input) };
  }
  yield { type: 'blockEnded', index, block };
}

function halves(content: string): string[] {
  const middle = Math.ceil(content.length / 2);
  return [content.slice(0, middle), content.slice(middle)];
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}

/** Answers requests by its scripts, one each, and keeps what was asked as it was then. */
export class ScriptedModel implements ModelGateway {
  readonly requests: ModelRequest[] = [];
  private readonly scripts: ModelScript[];

  constructor(...scripts: ModelScript[]) {
    this.scripts = scripts;
  }

  add(...scripts: ModelScript[]): void {
    this.scripts.push(...scripts);
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    if (signal.aborted) {
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
      return;
    }
    this.requests.push(structuredClone(request));
    const script = this.scripts.shift();
    if (!script) {
      throw new Error('The model was asked more often than the test expects.');
    }
    yield* script(request, signal);
  }
}

/** One scripted tool. Without `run` it answers "ran ‹name›". */
export interface FakeTool {
  readonly kind?: 'read' | 'write' | 'run';
  readonly access?: (input: unknown) => readonly ToolAccess[];
  readonly prepare?: (input: unknown, signal: AbortSignal) => Promise<void>;
  readonly run?: (
    input: unknown,
    progress: (output: string) => void,
    signal: AbortSignal,
  ) => Promise<Partial<ToolOutput>>;
}

export class FakeTools implements ToolSet {
  /** Names in the order in which their runs began. */
  readonly ran: string[] = [];
  private readonly tools: Readonly<Record<string, FakeTool>>;

  constructor(tools: Readonly<Record<string, FakeTool>>) {
    this.tools = tools;
  }

  kindOf(name: string): 'read' | 'write' | 'run' | undefined {
    const tool = this.tools[name];
    return tool && (tool.kind ?? 'read');
  }

  async prepare(name: string, input: unknown, signal: AbortSignal): Promise<PreparedCall> {
    const tool = this.tools[name];
    if (!tool) {
      throw new UserError(`There is no tool ${name}.`);
    }
    await tool.prepare?.(input, signal);
    return {
      title: `Title of ${name}`,
      access: tool.access?.(input) ?? [],
      run: async (progress, runSignal) => {
        this.ran.push(name);
        const output = await tool.run?.(input, progress, runSignal);
        return { text: `ran ${name}`, isError: false, ...output };
      },
    };
  }

  async cap(_toolName: string, output: ToolOutput): Promise<ToolOutput> {
    return output;
  }
}

/** Asks for everything that edits or runs, until it is granted by the tool's name. */
export const askingPolicy: AccessPolicy<readonly string[]> = {
  noGrants: [],
  judge: (toolName, access, grants): AccessVerdict => {
    if (access.some((one) => one.kind === 'command' && one.command.startsWith('rm '))) {
      return { kind: 'deny', reason: 'a rule forbids rm.' };
    }
    if (grants.includes(toolName) || access.every((one) => one.kind === 'read')) {
      return { kind: 'allow' };
    }
    return { kind: 'ask', approval: { reason: 'It changes something.', previews: [] } };
  },
  grant: (grants, toolName) => [...grants, toolName],
};

export const editAccess = (): readonly ToolAccess[] => [
  { kind: 'edit', path: '/home/ada/a.ts', isInWorkspace: true, diff: '' },
];

export function draft(content: string): Draft {
  return { text: content, chips: [], images: [] };
}

export type TestParts = ThreadParts<readonly string[]>;

/** A window with its threads, in which everything outside the agent is scripted. */
export interface AgentHarness {
  readonly service: ThreadService<readonly string[]>;
  readonly parts: TestParts;
  readonly store: ThreadStore;
  readonly clock: FakeClock;
  readonly events: HostEvent[];
  readonly model: ScriptedModel;
  /** What went wrong aside, in words. */
  readonly troubles: string[];
  /** Resolves when the thread's turn has ended. */
  settled(threadId: string): Promise<void>;
  view(threadId: string): Promise<ThreadView>;
}

export interface HarnessOptions {
  readonly store?: ThreadStore;
  readonly model?: ScriptedModel;
  readonly tools?: Readonly<Record<string, FakeTool>>;
  readonly workspace?: Workspace;
  readonly parts?: Partial<TestParts>;
}

let harnesses = 0;

export function createAgentHarness(options: HarnessOptions = {}): AgentHarness {
  const store = options.store ?? new MemoryThreadStore();
  const model = options.model ?? new ScriptedModel();
  const clock = new FakeClock();
  const events: HostEvent[] = [];
  const troubles: string[] = [];
  const workspace = options.workspace ?? new DiskWorkspace();
  const usual = defaultParts(clock, troubles);
  const parts: TestParts = {
    ...usual,
    store,
    gateway: model,
    tools: new FakeTools(options.tools ?? {}),
    workspace,
    checkpoints: new Checkpoints({
      store: new MemoryCheckpointStore(),
      workspace,
      clock,
      newId: usual.newId,
      maxMegabytes: () => 1,
    }),
    emit: (event) => events.push(structuredClone(event)),
    toolDefinitions: () =>
      Object.keys(options.tools ?? {})
        .sort()
        .map((name) => ({ name, description: name, inputSchema: { type: 'object' } })),
    ...options.parts,
  };
  const service = new ThreadService(parts);
  return {
    service,
    parts,
    store,
    clock,
    events,
    model,
    troubles,
    settled: (threadId) => ended(service, threadId),
    view: (threadId) => service.open(threadId, () => undefined),
  };
}

function defaultParts(
  clock: Clock,
  troubles: string[],
): Omit<
  TestParts,
  'store' | 'gateway' | 'tools' | 'workspace' | 'checkpoints' | 'emit' | 'toolDefinitions'
> {
  harnesses += 1;
  let ids = 0;
  const window = harnesses;
  return {
    policy: askingPolicy,
    context: contextKeeping(),
    clock,
    newId: () => {
      ids += 1;
      return `id${window}-${ids}`;
    },
    platform: { platform: 'Linux', shell: 'bash' },
    workspaceKey: () => 'workspace',
    model: async () => ({ id: 'model-1', name: 'Model One', contextWindow: 200_000 }),
    nameOf: (id) => `Name of ${id}`,
    profileOf: (id) => ({ id, name: `Name of ${id}` }),
    costOf: (spent) => spent.outputTokens / 1_000,
    maxRounds: () => 20,
    maxOutputTokens: () => 4_096,
    effort: () => undefined,
    promptCacheSetting: () => 'auto',
    resolveContext: async (chips) =>
      chips.map((chip) => ({ type: 'text', text: `<context>${chip.label}</context>` })),
    expandPrompt: async (content) => content,
    saveFailed: (error) => troubles.push(`save: ${String(error)}`),
    toolFailed: (toolName, error) => troubles.push(`tool ${toolName}: ${error.message}`),
    unexpectedEnd: (error) => {
      troubles.push(`unexpected: ${String(error)}`);
      const failure = { kind: 'internal', message: 'A bug.', canRetry: false } as const;
      return { kind: 'failed', failure, hasBegun: true };
    },
  };
}

/** The usage that scripts report has nothing to do with what was asked: there is nothing to learn. */
class UnlearningTokens extends PromptTokens {
  override learn(): void {
    // Stays with the ratio that every model starts with.
  }
}

/** A local count without the tokenizer, and summaries by the thread's own model. */
export function contextKeeping(changes: Partial<ContextKeeping> = {}): ContextKeeping {
  const tokens = new UnlearningTokens({
    counter: new TokenCounter(),
    calibration: new Calibration(),
  });
  return {
    tokens,
    optimizer: new ContextWindowOptimizer({ tokens }),
    compactions: new MemoryCompactionStore(),
    isAutomatic: () => true,
    summaryModels: async ({ id, contextWindow = 32_000 }) => [
      { id, maxPromptTokens: contextWindow },
    ],
    ...changes,
  };
}

/** Polls in turns of the event loop: nothing here takes real time. */
async function ended(service: ThreadService<readonly string[]>, threadId: string): Promise<void> {
  for (let turns = 0; turns < 2_000; turns += 1) {
    const view = await service.open(threadId, () => undefined);
    if (view.status.phase === 'idle' && view.messages.at(-1)?.role === 'assistant') {
      return;
    }
    // Files may be read meanwhile: that takes more than turns of the loop on a busy machine.
    await new Promise((resolve) => (turns < 200 ? setImmediate(resolve) : setTimeout(resolve, 5)));
  }
  throw new Error('The turn does not end.');
}

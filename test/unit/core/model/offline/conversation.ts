import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EditMatcher } from '../../../../../src/core/edit/editMatcher.ts';
import type {
  AssistantBlock,
  Message,
  ToolResultBlock,
  ToolUseBlock,
  UserBlock,
} from '../../../../../src/core/model/message.ts';
import { createOfflineResponder } from '../../../../../src/core/model/offline/responder.ts';
import type { ModelEvent, ModelRequest } from '../../../../../src/core/model/request.ts';
import { createStandardTools } from '../../../../../src/core/tools/standardTools.ts';
import type { WorkspaceDiagnostic } from '../../../../../src/core/tools/workspace.ts';
import { DiskWorkspace } from '../../../../support/diskWorkspace.ts';
import { createTemporaryFolder } from '../../../../support/temporaryFolder.ts';

/** No answer takes more; a responder that asks on and on is stopped here. */
const maxRounds = 10;

export interface Conversation {
  readonly workspace: DiskWorkspace;
  readonly path: string;
  /** The calls of the last answer, in order. */
  readonly calls: readonly ToolUseBlock[];
  /** Sends a message with what is attached before it, and gives the answer's markdown. */
  ask(text: string, ...attachments: readonly string[]): Promise<string>;
  problem(problem: Partial<WorkspaceDiagnostic>): void;
  dispose(): void;
}

/** A thread with the offline responder over real files and the product's own tools. */
export function createConversation(files: Readonly<Record<string, string>>): Conversation {
  const folder = createTemporaryFolder('offline');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  const workspace = new DiskWorkspace(folder.path);
  const registry = createStandardTools({ environment: process.env });
  const tools = registry.bind({
    workspace,
    matcher: new EditMatcher({ matching: () => 'exact' }),
    spill: { create: () => Promise.reject(new Error('no room')), contains: () => false },
    commandTimeoutMs: 10_000,
  });
  const messages: Message[] = [];
  let calls: ToolUseBlock[] = [];
  let requests = 0;

  const run = async (use: ToolUseBlock): Promise<ToolResultBlock> => {
    const { signal } = new AbortController();
    try {
      const call = await tools.prepare(use.name, use.input, signal);
      const { text, isError } = await call.run(() => undefined, signal);
      return { type: 'tool_result', tool_use_id: use.id, content: text, is_error: isError };
    } catch (error) {
      const content = error instanceof Error ? error.message : String(error);
      return { type: 'tool_result', tool_use_id: use.id, content, is_error: true };
    }
  };

  const answer = async (): Promise<string> => {
    for (let round = 0; round < maxRounds; round += 1) {
      requests += 1;
      const definitions = registry.definitions({ isTrusted: workspace.isTrustedNow });
      const request = requestFor(messages, { id: `r${requests}`, tools: definitions });
      const content = contentOf(await eventsOf(request));
      messages.push({ role: 'assistant', content });
      const uses = content.filter((block) => block.type === 'tool_use');
      if (uses.length === 0) {
        return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      }
      calls.push(...uses);
      messages.push({ role: 'user', content: await Promise.all(uses.map(run)) });
    }
    throw new Error('The responder does not come to an end.');
  };

  return {
    workspace,
    path: folder.path,
    get calls() {
      return calls;
    },
    ask: (text, ...attachments) => {
      calls = [];
      const content: UserBlock[] = [...attachments, text].map((one) => ({
        type: 'text',
        text: one,
      }));
      messages.push({ role: 'user', content });
      return answer();
    },
    problem: (problem) => {
      const full = {
        path: join(folder.path, 'src/cart.js'),
        startLine: 1,
        startColumn: 1,
        endLine: 1,
        severity: 'error' as const,
        message: 'It is wrong.',
        ...problem,
      };
      workspace.problems = [...workspace.problems, full];
    },
    dispose: () => folder.dispose(),
  };
}

export function requestFor(
  messages: readonly Message[],
  changes: Partial<ModelRequest> = {},
): ModelRequest {
  return {
    id: 'r1',
    surface: 'chat',
    priority: 'interactive',
    model: 'offline',
    system: '',
    tools: [],
    messages,
    maxOutputTokens: 1000,
    ...changes,
  };
}

export async function eventsOf(
  request: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of createOfflineResponder()(request, signal)) {
    events.push(event);
  }
  return events;
}

export function contentOf(events: readonly ModelEvent[]): readonly AssistantBlock[] {
  return events.flatMap((event) => (event.type === 'blockEnded' ? [event.block] : []));
}

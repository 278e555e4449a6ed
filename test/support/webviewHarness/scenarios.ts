import type {
  AssistantMessageView,
  MessageView,
  RestoreFileView,
  RestorePlanView,
  ReviewedFileView,
  Snapshot,
  ThreadView,
  ToolBlockView,
  UsageView,
  UserMessageView,
  WindowUsageView,
} from '../../../src/shared/views.ts';
import { richAnswer } from './sampleText.ts';

const usage: UsageView = {
  inputTokens: 1_200,
  outputTokens: 640,
  cacheReadTokens: 10_560,
  cacheWriteTokens: 0,
  costUsd: 0.0184,
};

export const emptyThread: ThreadView = {
  id: 'thread-1',
  title: 'New thread',
  messages: [],
  hasEarlier: false,
  status: { phase: 'idle' },
  meter: {
    modelName: 'Claude Sonnet 4.5',
    windowTokens: 0,
    isEstimate: true,
    windowLimit: 200_000,
    usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  },
  draft: { text: '', chips: [], images: [] },
  checkpoint: {},
};

export const windowUsage: WindowUsageView = {
  system: 1_240,
  tools: 2_310,
  instructions: 860,
  files: 38_400,
  history: 61_700,
  reserve: 8_192,
  limit: 200_000,
  isLimitAssumed: false,
};

const base: Snapshot = {
  thread: emptyThread,
  connection: { kind: 'anthropic', label: 'Anthropic', acceptsImages: true },
  isTrusted: true,
  hasFolder: true,
  hasTeam: false,
  reviewed: [],
};

export function userMessage(index: number, text: string): UserMessageView {
  return {
    role: 'user',
    id: `user-${index}`,
    turnId: `turn-${index}`,
    text,
    chips: [],
    images: [],
    createdAt: Date.UTC(2030, 0, 1) + index * 60_000,
  };
}

export function assistantMessage(
  index: number,
  changes: Partial<AssistantMessageView>,
): AssistantMessageView {
  return {
    role: 'assistant',
    id: `assistant-${index}`,
    turnId: `turn-${index}`,
    blocks: [],
    state: 'done',
    createdAt: Date.UTC(2030, 0, 1) + index * 60_000,
    ...changes,
  };
}

export function toolBlock(id: string, changes: Partial<ToolBlockView>): ToolBlockView {
  return {
    type: 'tool',
    id,
    name: 'read_file',
    title: 'Read src/cart.ts',
    input: '{\n  "path": "src/cart.ts"\n}',
    status: 'done',
    output: '1  import { Item } from "./item";\n2  \n3  export function total() {}',
    isOutputCut: false,
    ...(changes.status === 'awaitingApproval' ? {} : { durationMs: 12 }),
    ...changes,
  };
}

const conversation: MessageView[] = [
  {
    ...userMessage(1, 'Why is the total off by a cent?\nLook at the cart and its tests.'),
    chips: [
      { kind: 'file', label: 'cart.ts', path: '/home/ada/shop/src/cart.ts' },
      {
        kind: 'selection',
        label: 'coupon.ts:12-30',
        path: '/home/ada/shop/src/coupon.ts',
        startLine: 12,
        endLine: 30,
      },
    ],
  },
  assistantMessage(1, {
    blocks: [
      {
        type: 'thinking',
        id: 'b1',
        text: 'The user wants to know why totals differ. Look at `total` first.',
      },
      toolBlock('b2', {}),
      toolBlock('b3', {
        name: 'search',
        title: 'Search "Math.round"',
        durationMs: 87,
        isOutputCut: true,
        output: 'src/cart.ts:42\nsrc/coupon.ts:18',
      }),
      toolBlock('b4', {
        name: 'run_command',
        title: 'npm test',
        status: 'failed',
        durationMs: 5_230,
        input: '{\n  "command": "npm test"\n}',
        output: '1 failing\n  total: expected 267 to equal 268',
      }),
      { type: 'text', id: 'b5', text: richAnswer },
    ],
    model: 'Claude Sonnet 4.5',
    usage,
    durationMs: 14_200,
  }),
];

const diff = `--- a/src/cart.ts
+++ b/src/cart.ts
@@ -40,5 +40,5 @@ export function total(items: readonly Item[], discount = 0.1): number {
   const sum = items.reduce((all, item) => all + item.price * item.count, 0);
-  return Math.round(sum) * (1 - discount);
+  return Math.round(sum * (1 - discount));
 }
 
 export const empty: readonly Item[] = [];
`;

const approval: MessageView[] = [
  userMessage(2, 'Fix it, please.'),
  assistantMessage(2, {
    state: 'running',
    blocks: [
      { type: 'text', id: 'c1', text: 'I will round once, at the end.' },
      toolBlock('c2', {
        name: 'edit_file',
        title: 'Edit src/cart.ts',
        status: 'done',
        output: 'Edited.',
        durationMs: 40,
        changedPaths: ['/home/ada/shop/src/cart.ts'],
      }),
      toolBlock('c3', {
        name: 'edit_file',
        title: 'Edit src/coupon.ts',
        status: 'awaitingApproval',
        output: '',
        approval: {
          reason: 'Slipstream wants to change a file.',
          previews: [{ kind: 'diff', path: '/home/ada/shop/src/cart.ts', diff }],
          threadScope: 'Allows edits of files in this workspace until the thread ends.',
        },
      }),
      toolBlock('c4', {
        name: 'run_command',
        title: 'npm test',
        status: 'awaitingApproval',
        output: '',
        approval: {
          reason: 'Slipstream wants to run a command.',
          previews: [
            { kind: 'command', command: 'npm test -- --grep cart', directory: '/home/ada/shop' },
          ],
          threadScope: 'Allows commands that begin with “npm test”.',
        },
      }),
    ],
  }),
];

const meter = { ...emptyThread.meter, windowTokens: 12_400, isEstimate: false, usage };
const shown: ThreadView = {
  ...emptyThread,
  title: 'Total is off by a cent',
  messages: conversation,
  meter,
};

/** A thread as long as they get; every fifth message is an answer with code. */
function longThread(): ThreadView {
  const messages = Array.from({ length: 1_000 }, (_, index): MessageView[] => [
    userMessage(index, `Question number ${index}`),
    assistantMessage(index, {
      blocks: [
        {
          type: 'text',
          id: `t${index}`,
          text: index % 5 === 0 ? richAnswer : `Answer number ${index}, a short one.`,
        },
      ],
    }),
  ]).flat();
  return { ...emptyThread, title: 'A long thread', messages, meter };
}

function reviewedFile(
  name: string,
  folder: string,
  figures: Partial<ReviewedFileView>,
): ReviewedFileView {
  const path = `/home/ada/shop/${folder === '' ? name : `${folder}/${name}`}`;
  return { path, name, folder, added: 0, removed: 0, changes: 1, isNew: false, ...figures };
}

/** One file that Slipstream alone changed, one that was changed since, one that can't be restored. */
export function restorePlan(checkpointId: string): RestorePlanView {
  const file = (name: string, changes: Partial<RestoreFileView>): RestoreFileView => ({
    path: `/home/ada/shop/src/${name}`,
    label: `src/${name}`,
    kind: 'change',
    addedLines: 1,
    removedLines: 1,
    isConflict: false,
    ...changes,
  });
  return {
    checkpointId,
    files: [
      file('greeting.ts', { addedLines: 3, removedLines: 12 }),
      file('draft.ts', { kind: 'deletion', addedLines: 0, isConflict: true }),
      file('data.csv', { kind: 'lost', reason: 'It was not kept: it is too large.' }),
    ],
    hasCommands: true,
  };
}

/** What the page starts with, by name. */
export const scenarios: Record<string, () => Snapshot> = {
  empty: () => base,
  offline: () => ({
    ...base,
    connection: { kind: 'offline', label: 'Offline', acceptsImages: false },
    thread: { ...emptyThread, meter: { ...emptyThread.meter, modelName: 'Offline' } },
  }),
  restricted: () => ({ ...base, isTrusted: false, hasFolder: false }),
  conversation: () => ({ ...base, thread: shown }),
  team: () => ({
    ...base,
    hasTeam: true,
    thread: { ...shown, team: { isShared: false } },
  }),
  /** Its first turn is summarized. */
  summarized: () => ({
    ...base,
    thread: {
      ...shown,
      messages: [
        ...conversation,
        userMessage(2, 'And the coupons?'),
        assistantMessage(2, {
          blocks: [{ type: 'text', id: 's1', text: 'They are rounded once.' }],
        }),
      ],
      compaction: { id: 'c1', beforeMessageId: 'user-2' },
      meter: { ...meter, isEstimate: true, summary: 'inUse' },
    },
  }),
  approval: () => ({
    ...base,
    thread: {
      ...shown,
      messages: [...conversation, ...approval],
      status: { phase: 'approval', turnStartedAt: Date.now() - 8_000 },
    },
  }),
  failed: () => ({
    ...base,
    thread: {
      ...shown,
      messages: [
        userMessage(3, 'And now?'),
        assistantMessage(3, {
          state: 'failed',
          blocks: [{ type: 'text', id: 'd1', text: 'Let me' }],
          notice: {
            severity: 'error',
            text: 'The API key was refused. Set another one, or use a local server.',
            actions: [
              { label: 'Set API key', action: 'setApiKey' },
              { label: 'Try again', action: 'retryTurn' },
            ],
          },
          durationMs: 320,
        }),
      ],
      status: {
        phase: 'retrying',
        detail: 'the service is overloaded',
        turnStartedAt: Date.now() - 3_000,
        retryAt: Date.now() + 12_000,
      },
      draft: {
        text: 'A draft that was kept',
        chips: [{ kind: 'problems', label: 'Problems' }],
        images: [],
      },
    },
  }),
  review: () => ({
    ...base,
    thread: shown,
    reviewed: [
      reviewedFile('cart.ts', 'src', { added: 12, removed: 4, changes: 3 }),
      reviewedFile('aRatherLongNameOfAComponent.test.ts', 'src/components/shop/checkout', {
        added: 140,
      }),
      reviewedFile('README.md', '', { removed: 2 }),
      reviewedFile('coupon.ts', 'src', { added: 31, isNew: true }),
    ],
  }),
  /** Its first turn changed files. */
  restorable: () => ({ ...base, thread: { ...shown, checkpoint: { lastTurnId: 'turn-1' } } }),
  long: () => ({ ...base, thread: longThread() }),
};

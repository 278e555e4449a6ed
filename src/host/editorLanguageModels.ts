import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { Emitter } from '../base/emitter.ts';
import { isCancellation } from '../base/errors.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import type { EditorModel, EditorModels } from '../core/model/editorModels.ts';
import { noUsage, type ToolUseBlock } from '../core/model/message.ts';
import type { ModelEvent, ModelFailure, ModelRequest, Outcome } from '../core/model/request.ts';
import { toLanguageModelMessages, toLanguageModelTools } from './languageModelMessages.ts';
import { ownVendor } from './languageModelProvider.ts';

/** Said by VS Code when it asks the user whether Slipstream may use a model. */
const justification = 'To answer in the Slipstream panel.';

/**
 * The language models of other extensions as a source of answers. What they cost is between the user
 * and whoever offers them: tokens are counted by the model's own counter, and no price is known.
 */
export class EditorLanguageModels implements EditorModels, Disposable {
  private readonly resources = new ResourceManager('editorModels');
  private readonly changes = this.resources.add(new Emitter<void>());
  readonly onDidChange = this.changes.event;

  constructor() {
    this.resources.add(vscode.lm.onDidChangeChatModels(() => this.changes.fire()));
  }

  async list(): Promise<readonly EditorModel[]> {
    const models = await vscode.lm.selectChatModels();
    // Slipstream's own would lead back here.
    return models
      .filter((model) => model.vendor !== ownVendor)
      .map(({ id, name, maxInputTokens }) => ({ id, name, maxInputTokens }));
  }

  readonly stream = (request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> =>
    answer(request, signal);

  dispose(): void {
    this.resources.dispose();
  }
}

async function* answer(
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, undefined> {
  const cancellation = new vscode.CancellationTokenSource();
  const cancel = (): void => cancellation.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    yield* ask(request, cancellation.token);
  } catch (error) {
    yield { type: 'ended', outcome: outcomeOf(error, request, signal) };
  } finally {
    signal.removeEventListener('abort', cancel);
    // Also where the consumer left: what still runs stops.
    cancellation.cancel();
    cancellation.dispose();
  }
}

async function* ask(
  request: ModelRequest,
  token: vscode.CancellationToken,
): AsyncGenerator<ModelEvent, void, undefined> {
  const found = await vscode.lm.selectChatModels({ id: request.model });
  const model = found.find(({ vendor }) => vendor !== ownVendor);
  if (!model) {
    yield { type: 'ended', outcome: failed(missing(request)) };
    return;
  }
  const messages = toLanguageModelMessages(request);
  const response = await model.sendRequest(
    messages,
    { justification, tools: toLanguageModelTools(request.tools) },
    token,
  );
  yield { type: 'started', messageId: randomUUID(), model: model.id, endpoint: 'VS Code' };
  const blocks = new BlockWriter();
  for await (const part of response.stream) {
    yield* blocks.write(part);
  }
  yield* blocks.close();
  yield* await usageOf(model, messages, blocks.text, token);
  const stopReason = blocks.hasToolUse ? 'tool_use' : 'end_turn';
  yield { type: 'ended', outcome: { kind: 'done', stopReason, value: stopReason } };
}

/** Turns parts, of which texts belong together until something else comes, into whole blocks. */
class BlockWriter {
  /** All that was written, for counting. */
  text = '';
  hasToolUse = false;
  private index = -1;
  private open: string | undefined;

  *write(part: unknown): Generator<ModelEvent> {
    if (part instanceof vscode.LanguageModelTextPart) {
      yield* this.writeText(part.value);
    } else if (part instanceof vscode.LanguageModelToolCallPart) {
      yield* this.writeToolUse(part);
    }
    // Parts of kinds that VS Code may add later have no place in an answer yet.
  }

  *close(): Generator<ModelEvent> {
    if (this.open !== undefined) {
      yield { type: 'blockEnded', index: this.index, block: { type: 'text', text: this.open } };
      this.open = undefined;
    }
  }

  private *writeText(text: string): Generator<ModelEvent> {
    if (this.open === undefined) {
      this.index += 1;
      this.open = '';
      yield { type: 'blockStarted', index: this.index, block: { type: 'text' } };
    }
    this.open += text;
    this.text += text;
    yield { type: 'textDelta', index: this.index, text };
  }

  private *writeToolUse(call: vscode.LanguageModelToolCallPart): Generator<ModelEvent> {
    yield* this.close();
    const { callId, name, input } = call;
    const block: ToolUseBlock = { type: 'tool_use', id: callId, name, input };
    const json = JSON.stringify(input);
    this.index += 1;
    this.text += json;
    this.hasToolUse = true;
    const { index } = this;
    yield { type: 'blockStarted', index, block: { type: 'tool_use', id: callId, name } };
    yield { type: 'inputDelta', index, json };
    yield { type: 'blockEnded', index, block };
  }
}

/**
 * VS Code reports no usage: what its counter for this model makes of both sides. Nothing where the
 * counter fails, as the answer is there all the same and the ledger then takes its own estimate.
 */
async function usageOf(
  model: vscode.LanguageModelChat,
  messages: readonly vscode.LanguageModelChatMessage[],
  text: string,
  token: vscode.CancellationToken,
): Promise<readonly ModelEvent[]> {
  const counts = await Promise.allSettled(
    [text, ...messages].map((part) => model.countTokens(part, token)),
  );
  if (counts.some(({ status }) => status === 'rejected')) {
    return [];
  }
  const [outputTokens = 0, ...prompt] = counts.map((count) =>
    count.status === 'fulfilled' ? count.value : 0,
  );
  const inputTokens = prompt.reduce((sum, count) => sum + count, 0);
  const usage = { ...noUsage, inputTokens, outputTokens };
  return [{ type: 'usage', usage }];
}

function outcomeOf(error: unknown, request: ModelRequest, signal: AbortSignal): Outcome {
  if (signal.aborted || isCancellation(error)) {
    return { kind: 'cancelled' };
  }
  return failed(failureOf(error, request));
}

function failureOf(error: unknown, request: ModelRequest): ModelFailure {
  const code = error instanceof vscode.LanguageModelError ? error.code : '';
  switch (code) {
    case vscode.LanguageModelError.NoPermissions().code:
      return {
        kind: 'authentication',
        message: `VS Code was not given leave to let Slipstream use ${request.model}. Try again and allow it, or choose another model.`,
        canRetry: false,
      };
    case vscode.LanguageModelError.NotFound().code:
      return missing(request);
    default:
      return {
        kind: 'server',
        message: `VS Code's language model failed: ${error instanceof Error ? error.message : String(error)}`,
        // Whoever offers the model tries again by itself, and nothing tells what kind of failure it is.
        canRetry: false,
      };
  }
}

function missing({ model }: ModelRequest): ModelFailure {
  return {
    kind: 'invalidRequest',
    message: `VS Code no longer offers the model ${model}. Choose another, or sign in to the extension that offered it.`,
    canRetry: false,
  };
}

function failed(failure: ModelFailure): Outcome {
  return { kind: 'failed', failure };
}

/**
 * Names of span attributes and events. The GenAI ones follow open-telemetry/semantic-conventions-genai
 * as of November 2026 (`docs/gen-ai/client-inference.md`, status Development, so they may move):
 * change them here and nowhere else. None of them carries content.
 */
export const genAi = {
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  conversationId: 'gen_ai.conversation.id',
  requestModel: 'gen_ai.request.model',
  requestMaxTokens: 'gen_ai.request.max_tokens',
  requestStream: 'gen_ai.request.stream',
  /** The effort level that was asked for. */
  requestReasoningLevel: 'gen_ai.request.reasoning.level',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  responseFinishReasons: 'gen_ai.response.finish_reasons',
  /** Seconds. */
  responseTimeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  /** The whole prompt, cached parts included. */
  usageInputTokens: 'gen_ai.usage.input_tokens',
  usageOutputTokens: 'gen_ai.usage.output_tokens',
  usageCacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  usageCacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  usageReasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
} as const;

/** From the general conventions. */
export const general = {
  errorType: 'error.type',
  httpStatus: 'http.response.status_code',
} as const;

/** Slipstream's own, where the conventions have no name. */
export const slipstream = {
  requestId: 'slipstream.request.id',
  surface: 'slipstream.request.surface',
  priority: 'slipstream.request.priority',
  /** All HTTP tries, the first one included. */
  attempts: 'slipstream.request.attempts',
  outcome: 'slipstream.request.outcome',
  turnId: 'slipstream.turn.id',
  /** Why the turn ended. */
  turnEnd: 'slipstream.turn.end',
  /** From 0. */
  round: 'slipstream.turn.round',
  toolName: 'gen_ai.tool.name',
  toolStatus: 'slipstream.tool.status',
  /** The user was waited for: their time, not ours. */
  isUserTime: 'slipstream.is_user_time',
  /** Of a tool's call, what the user took to decide on it, milliseconds: no fault of the tool. */
  userMs: 'slipstream.user_ms',
  /** The provider was waited for, in what it calls a batch: hours are no fault of anyone. */
  isProviderTime: 'slipstream.is_provider_time',
  /** Requests of a batch job. */
  requestCount: 'slipstream.bulk.requests',
  isCancelled: 'slipstream.is_cancelled',
  approvalDecision: 'slipstream.approval.decision',
  /** US dollars. */
  costUsd: 'slipstream.usage.cost_usd',
  /** `hit`, `stale` or `miss`. */
  cacheOutcome: 'slipstream.cache.outcome',
  /** `memory`, `disk` and so on. */
  cacheTier: 'slipstream.cache.tier',
  /** The provider's word for why its prompt cache did not hold. */
  promptCacheMiss: 'slipstream.prompt_cache.miss_cause',
  /** Whether an equal request's call answered. */
  isShared: 'slipstream.request.is_shared',
  /** Why the model was chosen, in words. */
  routeReason: 'slipstream.route.reason',
  /** The number of the HTTP try, from 1. */
  attempt: 'slipstream.attempt',
  isSocketReused: 'slipstream.connection.is_reused',
  /** `proxy` or `direct`, to a server elsewhere. */
  connectionWay: 'slipstream.connection.way',
  messageCount: 'slipstream.prompt.messages',
  toolCount: 'slipstream.prompt.tools',
  /** Characters. */
  size: 'slipstream.size',
  rows: 'slipstream.database.rows',
  /** Of this process at that time, as sampled last: bytes and milliseconds. */
  memoryBytes: 'slipstream.process.memory_bytes',
  loopDelayMs: 'slipstream.process.loop_delay_ms',
  frames: 'slipstream.render.frames',
  /** All work of those frames together. */
  busyMs: 'slipstream.render.busy_ms',
  longestFrameMs: 'slipstream.render.longest_frame_ms',
} as const;

/** Span events. */
export const spanEvent = {
  firstToken: 'slipstream.first_token',
  retrying: 'slipstream.retrying',
} as const;

/** Tells, as the API does, where a prompt departed from the one before. */
import { estimatePromptTokens } from './messagesServerCache.ts';

type Json = Record<string, unknown>;

/** The prompts that asked for diagnostics, by the id of their answer. */
export class PromptDiagnostics {
  private readonly bodies = new Map<string, Json>();

  clear(): void {
    this.bodies.clear();
  }

  /** What the answer with this id says in `diagnostics`. */
  compare(body: Json, messageId: string): Json | null {
    const asked = body['diagnostics'] as Json | null | undefined;
    if (!asked) {
      return null;
    }
    this.bodies.set(messageId, body);
    const previousId = asked['previous_message_id'];
    if (typeof previousId !== 'string') {
      return null;
    }
    const before = this.bodies.get(previousId);
    const reason = before ? missReason(before, body) : { type: 'previous_message_not_found' };
    return reason && { cache_miss_reason: reason };
  }
}

function missReason(before: Json, now: Json): Json | null {
  const missed = (type: string, kept: Json): Json => ({
    type,
    cache_missed_input_tokens: estimatePromptTokens(before) - estimatePromptTokens(kept),
  });
  const differs = (...fields: string[]): boolean =>
    fields.some((field) => canonical(before[field]) !== canonical(now[field]));
  const { system, tools } = before;
  if (differs('model', 'speed')) {
    return missed('model_changed', {});
  }
  if (differs('tools')) {
    return missed('tools_changed', {});
  }
  if (differs('system')) {
    return missed('system_changed', { tools });
  }
  if (differs('thinking', 'tool_choice', 'output_config')) {
    return { type: 'unavailable' };
  }
  const old = before['messages'] as unknown[];
  const current = now['messages'] as unknown[];
  const same = old.findIndex((message, at) => canonical(message) !== canonical(current[at]));
  return same < 0
    ? null
    : missed('messages_changed', { system, tools, messages: old.slice(0, same) });
}

/** Cache markers may move. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (key, one: unknown) => (key === 'cache_control' ? undefined : one));
}

import { isOwnTool } from '../tools/toolNames.ts';
import { genAi, general, slipstream } from './genAiAttributes.ts';
import type { MetricPoint } from './metricKey.ts';
import type { ProcessSample } from './processMonitor.ts';
import { type SpanRecord, spanJson } from './recordingSpan.ts';
import { operation, operationOf } from './spanNames.ts';

export interface ExportedParts {
  readonly spans: readonly SpanRecord[];
  readonly recent: readonly MetricPoint[];
  readonly history: readonly MetricPoint[];
  readonly process: readonly ProcessSample[];
  readonly sources: Readonly<Record<string, unknown>>;
}

/** Raised when what is in the file changes its meaning. */
const formatVersion = 1;

/** Everything as JSON. Content is in it only where the user has it captured, marked as such. */
export function exportedJson(parts: ExportedParts): string {
  return toJson({ ...parts, spans: parts.spans.map(exportedSpan) });
}

/**
 * For a bug report: figures, and of texts only those that are known to name neither people, places
 * nor files. Our own tools keep their names. Ids of threads and requests become numbers, equal where the ids are.
 */
export function redactedJson(parts: ExportedParts): string {
  const ids = new Map<string, string>();
  return toJson({
    spans: parts.spans.map((span) => redactedSpan(span, ids)),
    recent: parts.recent.map(redactedPoint),
    history: parts.history.map(redactedPoint),
    process: parts.process,
    sources: redactNumbers(parts.sources),
  });
}

function toJson(parts: object): string {
  return `${JSON.stringify({ format: 'slipstream-telemetry', version: formatVersion, ...parts }, undefined, 1)}\n`;
}

function exportedSpan(span: SpanRecord): object {
  const { content } = span;
  return { ...spanJson(span), ...(content === undefined ? {} : { capturedContent: content }) };
}

/** Attributes whose texts come from a fixed set or from the provider. All others are hidden. */
const plainAttributes: ReadonlySet<string> = new Set([
  genAi.operationName,
  genAi.providerName,
  genAi.requestReasoningLevel,
  genAi.responseFinishReasons,
  general.errorType,
  slipstream.surface,
  slipstream.priority,
  slipstream.outcome,
  slipstream.turnEnd,
  slipstream.toolStatus,
  slipstream.approvalDecision,
  slipstream.cacheOutcome,
  slipstream.cacheTier,
  slipstream.connectionWay,
  slipstream.promptCacheMiss,
]);
/** What only has to be told apart. */
const idAttributes: ReadonlySet<string> = new Set([
  genAi.conversationId,
  genAi.responseId,
  slipstream.requestId,
  slipstream.turnId,
]);
/** Models that are known by these names are no secret; a local one may be called anything. */
const plainModel = /^claude-[a-z0-9.-]{1,40}$/;
const plainText = /^[\w. /-]{0,60}$/;
const hidden = '‹removed›';

function redactedSpan(span: SpanRecord, ids: Map<string, string>): object {
  const attributes = redactedAttributes(span.attributes, ids);
  const events = span.events.map((event) => ({
    name: event.name,
    atMs: event.atMs,
    ...(event.attributes ? { attributes: redactedAttributes(event.attributes, ids) } : {}),
  }));
  return { ...spanJson(span), name: plainOperation(operationOf(span.name)), attributes, events };
}

function redactedPoint({ key, atMs, histogram }: MetricPoint): MetricPoint {
  const model = key.model && plainModelName(key.model);
  return { key: { ...key, operation: plainOperation(key.operation), model }, atMs, histogram };
}

const toolPrefix = `${operation.tool} `;

/** Without the name of a tool that is none of ours, which may be followed by the kind of an error. */
function plainOperation(name: string): string {
  if (!name.startsWith(toolPrefix)) {
    return name;
  }
  const [tool = '', ...kind] = name.slice(toolPrefix.length).split('/');
  return [`${toolPrefix}${plainToolName(tool)}`, ...kind].join('/');
}

function plainToolName(tool: string): string {
  return isOwnTool(tool) || tool === 'unknown' ? tool : hidden;
}

function plainModelName(model: string): string {
  return plainModel.test(model) ? model : hidden;
}

function redactedAttributes(
  attributes: SpanRecord['attributes'],
  ids: Map<string, string>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, redactedValue(name, value, ids)]),
  );
}

function redactedValue(name: string, value: unknown, ids: Map<string, string>): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  const text = String(value);
  if (idAttributes.has(name)) {
    const known = ids.get(text) ?? `id${ids.size + 1}`;
    ids.set(text, known);
    return known;
  }
  if (name === genAi.requestModel || name === genAi.responseModel) {
    return plainModelName(text);
  }
  if (name === slipstream.toolName) {
    return plainToolName(text);
  }
  return plainAttributes.has(name) && plainText.test(text) ? text : hidden;
}

/** The figures of a tree, without any of its texts. */
function redactNumbers(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(redactNumbers);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, redactNumbers(one)]),
    );
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : hidden;
}

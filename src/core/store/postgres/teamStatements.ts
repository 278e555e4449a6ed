import type { SqlRow } from '../database.ts';
import { jsonRows, toMessage, toWholeResult } from '../messageRecords.ts';
import { messageColumns } from '../messageStatements.ts';
import type { MessageRecord } from '../records.ts';

/**
 * Messages with all that belongs to them, in one statement: over a network each further one costs as
 * much as reading some hundred messages. What belongs to all of them is gathered once and dealt out
 * by kind, instead of being looked up for each.
 * @param chosen Which messages `m`, with what else is to be selected of them before it.
 */
export function wholeMessages(chosen: string, order: string): string {
  return `
    WITH chosen AS MATERIALIZED (${chosen})
    SELECT m.*, p.tool_uses, p.tool_results, p.deltas
    FROM chosen m LEFT JOIN (
      SELECT message_id,
        json_agg(part ORDER BY "row") FILTER (WHERE kind = 'use') AS tool_uses,
        json_agg(part ORDER BY "row") FILTER (WHERE kind = 'result') AS tool_results,
        json_agg(part ORDER BY "row") FILTER (WHERE kind = 'delta') AS deltas
      FROM (
        SELECT u.message_id, 'use' AS kind, u.row,
          json_build_array(u.position, u.tool_use_id, u.name, u.input) AS part
        FROM chosen c JOIN tool_uses u ON u.message_id = c.id
        UNION ALL
        SELECT r.message_id, 'result', r.row,
          json_build_array(r.tool_use_id, r.details,
            CASE WHEN r.content IS NULL THEN r.preview END, r.content_encoding,
            encode(r.content, 'base64'))
        FROM chosen c JOIN tool_results r ON r.message_id = c.id
        UNION ALL
        SELECT d.message_id, 'delta', d.row, json_build_array(d.block_index, d.kind, d.text)
        FROM chosen c JOIN deltas d ON d.message_id = c.id AND c.state = 'running'
      ) parts
      GROUP BY message_id
    ) p ON p.message_id = m.id
    ORDER BY ${order}`;
}

/** All messages of a thread. Thread. */
export const historyStatement = wholeMessages(
  `SELECT ${messageColumns} FROM messages m WHERE m.thread_id = $1 AND m.set_aside_at IS NULL`,
  'm.ordinal',
);

/** A message from a row of such a statement. */
export function toWholeMessage(row: SqlRow): MessageRecord {
  const toolResults = jsonRows(row, 'tool_results').map(
    ([id = null, details = null, preview = null, encoding = null, content = null]) =>
      toWholeResult({
        tool_use_id: id,
        details,
        preview,
        content_encoding: encoding,
        content: content === null ? null : Buffer.from(String(content), 'base64'),
      }),
  );
  return toMessage(row, {
    toolUses: jsonRows(row, 'tool_uses'),
    toolResults,
    deltas: jsonRows(row, 'deltas'),
  });
}

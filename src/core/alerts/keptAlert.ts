import type { SqlRow } from '../store/database.ts';
import { type Alert, type AlertSeverity, isAlertRuleId } from './alert.ts';

/** An alert of this window, of an earlier one, or of another one of this machine. */
export interface KeptAlert extends Alert {
  /** Whether it is in force in another window, and not in this one. */
  readonly isElsewhere: boolean;
}

/** A window says once a minute that its alerts are in force: after two it was killed, or sleeps. */
const goneAfterMs = 150_000;

/** Undefined for a rule that only another version knows. */
export function keptAlertOfRow(row: SqlRow, now: number): KeptAlert | undefined {
  const rule = String(row['rule']);
  if (!isAlertRuleId(rule)) {
    return undefined;
  }
  const seenAt = Number(row['seen_at']);
  const isElsewhere = row['ended_at'] === null && seenAt >= now - goneAfterMs;
  return {
    id: String(row['id']),
    rule,
    subject: String(row['subject']),
    // Only `alertHistory.ts` writes the table.
    severity: String(row['severity']) as AlertSeverity,
    title: String(row['title']),
    detail: String(row['detail']),
    since: Number(row['since']),
    ...(isElsewhere ? {} : { endedAt: Number(row['ended_at'] ?? seenAt) }),
    isElsewhere,
  };
}

/**
 * One for what several windows told of at the same time. Those in force first, this window's before
 * others', then those that are over, the newest first.
 */
export function joinedAlerts(alerts: readonly KeptAlert[]): readonly KeptAlert[] {
  const joined: KeptAlert[] = [];
  const places = new Map<string, number>();
  for (const alert of alerts.toSorted((left, right) => left.since - right.since)) {
    const key = `${alert.rule}\n${alert.subject}`;
    const place = places.get(key);
    const earlier = place === undefined ? undefined : joined[place];
    if (place !== undefined && earlier && endOf(earlier) >= alert.since) {
      joined[place] = united(earlier, alert);
    } else {
      places.set(key, joined.length);
      joined.push(alert);
    }
  }
  return joined.sort(inOrder);
}

/** As the window says that is listed first: this one where it is in force here, too. */
function united(earlier: KeptAlert, later: KeptAlert): KeptAlert {
  return { ...(inOrder(earlier, later) < 0 ? earlier : later), since: earlier.since };
}

function inOrder(left: KeptAlert, right: KeptAlert): number {
  const moment = ({ endedAt, since }: KeptAlert): number => endedAt ?? since;
  return rankOf(left) - rankOf(right) || moment(right) - moment(left);
}

function rankOf({ endedAt, isElsewhere }: KeptAlert): number {
  if (endedAt !== undefined) {
    return 2;
  }
  return isElsewhere ? 1 : 0;
}

function endOf({ endedAt }: KeptAlert): number {
  return endedAt ?? Number.POSITIVE_INFINITY;
}

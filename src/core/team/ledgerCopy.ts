import { type UsageCall, usageCallOf } from '../store/usageRecords.ts';
import type { TeamLog } from './teamLog.ts';
import type { TeamServer } from './teamServer.ts';

/** A call is a few hundred bytes. */
const copiedTogether = 200;

export interface LedgerCopyParts {
  readonly log: TeamLog;
  readonly server: Pick<TeamServer, 'putCalls'>;
}

/** Copies calls that have ended to the team's ledger, each once its end is known. */
export class LedgerCopy {
  private readonly parts: LedgerCopyParts;

  constructor(parts: LedgerCopyParts) {
    this.parts = parts;
  }

  /** Sends all that waits. What was sent twice counts once: calls have ids. */
  async copy(): Promise<void> {
    const { log, server } = this.parts;
    const { connection } = log;
    while (true) {
      const calls = await connection.read(() => this.waiting());
      if (calls.length === 0) {
        return;
      }
      await server.putCalls(calls.map((call) => this.forTeam(call)));
      connection.transaction(() => {
        for (const { id } of calls) {
          connection.database.run('DELETE FROM team_calls WHERE call_id = ?', [id]);
        }
      });
    }
  }

  private waiting(): readonly UsageCall[] {
    const { database } = this.parts.log.connection;
    // Those that were too old to be kept have no row any more.
    database.run('DELETE FROM team_calls WHERE call_id NOT IN (SELECT id FROM usage_calls)');
    return database
      .all(
        `SELECT u.* FROM team_calls t JOIN usage_calls u ON u.id = t.call_id
         WHERE u.outcome <> 'running' ORDER BY u.row LIMIT ?`,
        [copiedTogether],
      )
      .map(usageCallOf);
  }

  /** Folders of this machine are nobody else's business. */
  private forTeam(call: UsageCall): UsageCall {
    return { ...call, workspace: this.parts.log.projectNow(call.workspace) ?? '' };
  }
}

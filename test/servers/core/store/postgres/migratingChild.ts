/** Writes messages to a team's database until it is told to stop, and prints the ids of those kept. */
import { systemClock } from '../../../../../src/base/clock.ts';
import { parsePostgresUrl } from '../../../../../src/core/store/postgres/postgresAddress.ts';
import { PostgresTeamServer } from '../../../../../src/core/store/postgres/postgresTeamServer.ts';
import { threadRecord, userMessage } from '../../../../unit/core/store/records.ts';

const [, , url = ''] = process.argv;
const server = new PostgresTeamServer({ address: parsePostgresUrl(url), clock: systemClock });
let isStopping = false;
process.once('message', () => {
  isStopping = true;
});
await server.threads.createThread(threadRecord('written'));
process.send?.('begun');
const kept: string[] = [];
for (let ordinal = 0; !isStopping; ordinal += 1) {
  const message = userMessage('written', ordinal);
  const outcome = await Promise.allSettled([server.threads.putMessage(message)]);
  if (outcome[0].status === 'fulfilled') {
    kept.push(message.id);
  }
}
process.send?.(kept);
await server.close();
process.disconnect?.();

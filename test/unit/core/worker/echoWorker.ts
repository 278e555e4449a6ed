/** A worker that answers, fails, takes its time, or dies, as it is told. */
import { serveRequests } from '../../../../src/core/worker/workerServer.ts';

serveRequests(async (request: string) => {
  if (request === 'fail') {
    throw new Error('It failed.');
  }
  if (request === 'die') {
    process.exit(3);
  }
  if (request === 'hang') {
    await new Promise(() => undefined);
  }
  return `${request}, too`;
});

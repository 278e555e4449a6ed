import { parentPort } from 'node:worker_threads';
import { BugError, toError } from '../../base/errors.ts';

/** What a `WorkerHost` posts. */
export interface WorkerRequest {
  readonly id: number;
  readonly request: unknown;
}

/** What comes back. */
export interface WorkerAnswer {
  readonly id: number;
  readonly result?: unknown;
  /** Why there is no result. */
  readonly error?: string;
}

/** Answers the requests of a `WorkerHost`: all that a worker's entry does. */
export function serveRequests<Request>(answer: (request: Request) => unknown): void {
  const port = parentPort;
  if (!port) {
    throw new BugError('This is a worker’s entry: it does not run by itself.');
  }
  port.on('message', ({ id, request }: WorkerRequest) => {
    const reply = (message: WorkerAnswer): void => port.postMessage(message);
    Promise.resolve()
      .then(() => answer(request as Request))
      .then(
        (result) => reply({ id, result }),
        (error: unknown) => reply({ id, error: toError(error).message }),
      );
  });
}

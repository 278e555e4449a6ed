import { settle } from './fakeClock.ts';

/** Runs `act` and answers with the errors that reached nobody, which mocha would fail the test for. */
export async function collectUncaught(act: () => void): Promise<readonly unknown[]> {
  const mochaListeners = process.listeners('uncaughtException');
  const caught: unknown[] = [];
  const collect = (error: unknown): void => {
    caught.push(error);
  };
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', collect);
  try {
    act();
    await settle();
  } finally {
    process.off('uncaughtException', collect);
    for (const listener of mochaListeners) {
      process.on('uncaughtException', listener);
    }
  }
  return caught;
}

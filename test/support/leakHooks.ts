import { setTimeout as sleep } from 'node:timers/promises';
import { liveResourceManagers, type ResourceManager } from '../../src/base/lifecycle.ts';

/**
 * Root hooks of the unit tests: a test that leaves something running fails, even if all it asserted
 * held. Counted are resource managers, and what keeps Node's event loop alive (timers, sockets,
 * servers, pipes, watchers, child processes), against the moment before the test.
 */
export const mochaHooks = {
  async beforeEach(this: Mocha.Context): Promise<void> {
    if (isWatched(this.currentTest)) {
      before = await takeSnapshot();
    }
  },
  async afterEach(this: Mocha.Context): Promise<void> {
    if (before && isWatched(this.currentTest)) {
      report(this, `"${this.currentTest?.fullTitle()}"`, await findLeaks(before));
    }
    before = undefined;
  },
  async beforeAll(): Promise<void> {
    beforeAny = await takeSnapshot();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    if (beforeAny && hasWatched && !hasReported) {
      report(this, 'A before hook, or code between tests,', await findLeaks(beforeAny));
    }
  },
};

interface Snapshot {
  readonly managers: ReadonlySet<ResourceManager>;
  readonly active: ReadonlyMap<string, number>;
}

/** How long closing handles get. They take a turn or two of the event loop; load may stretch that. */
const patienceMs = 500;
const pollMs = 5;

/** Terminals are not ours; immediates run out by themselves in the next turn. */
const ignoredTypes = new Set(['TTYWrap', 'Immediate']);

let before: Snapshot | undefined;
let beforeAny: Snapshot | undefined;
let hasWatched = false;
let hasReported = false;

/** Whether a test is a unit test: those in VS Code and in browsers share pages across tests. */
function isWatched(test: Mocha.Test | undefined): boolean {
  const isUnit = test?.file?.replaceAll('\\', '/').includes('/test/unit/') ?? false;
  hasWatched ||= isUnit;
  return isUnit;
}

async function takeSnapshot(): Promise<Snapshot> {
  await nextTurn();
  return { managers: new Set(liveResourceManagers()), active: countActive() };
}

/** Waits while anything is left, as closing takes its time; says what remains. */
async function findLeaks(earlier: Snapshot): Promise<readonly string[]> {
  await nextTurn();
  let leaks = compare(earlier, countActive());
  for (let waitedMs = 0; leaks.length > 0 && waitedMs < patienceMs; waitedMs += pollMs) {
    await sleep(pollMs);
    leaks = compare(earlier, countActive());
  }
  return leaks;
}

function compare(earlier: Snapshot, active: ReadonlyMap<string, number>): readonly string[] {
  const managers = liveResourceManagers()
    .filter((manager) => !earlier.managers.has(manager))
    .map((manager) => `ResourceManager "${manager.name}" was not disposed`);
  const handles = [...active].flatMap(([type, count]) => {
    const added = count - (earlier.active.get(type) ?? 0);
    return added > 0 ? [`${added} × ${type} is still active`] : [];
  });
  return [...managers, ...handles];
}

function countActive(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (!ignoredTypes.has(type)) {
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
  }
  return counts;
}

/** Emitted rather than thrown: a root hook that throws would skip every test after it. */
function report(context: Mocha.Context, who: string, leaks: readonly string[]): void {
  if (leaks.length > 0) {
    hasReported = true;
    context.test?.emit('error', new Error(`${who} left something behind: ${leaks.join('; ')}.`));
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

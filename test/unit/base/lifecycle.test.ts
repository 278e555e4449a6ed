import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  liveResourceManagers,
  ResourceManager,
  toDisposable,
} from '../../../src/base/lifecycle.ts';
import { collectUncaught } from '../../support/uncaught.ts';

describe('toDisposable', () => {
  it('runs its function once, however often it is disposed', () => {
    let runs = 0;
    const disposable = toDisposable(() => {
      runs += 1;
    });
    disposable.dispose();
    disposable.dispose();
    assert.equal(runs, 1);
  });

  it('does not run again from inside itself', () => {
    let runs = 0;
    const disposable = toDisposable(() => {
      runs += 1;
      disposable.dispose();
    });
    disposable.dispose();
    assert.equal(runs, 1);
  });
});

/** What a manager was given, in order: a resource's number, or what a child was given. */
type Registered = number | Registered[];

function backwards(registered: readonly Registered[]): number[] {
  return registered.toReversed().flatMap((one) => (Array.isArray(one) ? backwards(one) : [one]));
}

describe('ResourceManager', () => {
  it('releases in reverse order of registration, whatever is nested in what', () => {
    const steps = fc.array(fc.constantFrom('add', 'open', 'close'), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (script) => {
        const order: number[] = [];
        const root = new ResourceManager('root');
        const registered: Registered[] = [];
        const nesting = [{ manager: root, registered }];
        for (const [number, step] of script.entries()) {
          const innermost = nesting.at(-1);
          assert.ok(innermost);
          if (step === 'add') {
            innermost.manager.defer(() => order.push(number));
            innermost.registered.push(number);
          } else if (step === 'open') {
            const inner: Registered[] = [];
            nesting.push({ manager: innermost.manager.child('child'), registered: inner });
            innermost.registered.push(inner);
          } else if (nesting.length > 1) {
            nesting.pop();
          }
        }
        root.dispose();
        assert.deepEqual(order, backwards(registered));
        assert.deepEqual(liveResourceManagers(), []);
      }),
    );
  });

  it('goes on after a disposal that throws, and tells whose it was', () => {
    const released: string[] = [];
    const told: string[] = [];
    const root = new ResourceManager('root', (error, owner) => told.push(`${owner}: ${error}`));
    root.defer(() => released.push('before'));
    root.child('child').defer(() => {
      throw new Error('broken');
    });
    root.defer(() => released.push('after'));
    root.dispose();
    assert.deepEqual(released, ['after', 'before']);
    assert.deepEqual(told, ['root/child: Error: broken']);
  });

  it('surfaces a failed disposal that nobody listens for', async () => {
    const root = new ResourceManager('root');
    root.defer(() => {
      throw new Error('broken');
    });
    const uncaught = await collectUncaught(() => root.dispose());
    assert.deepEqual(uncaught.map(String), ['Error: broken']);
  });

  it('releases at once what comes too late', () => {
    const root = new ResourceManager('root');
    root.dispose();
    let released = 0;
    const count = (): void => {
      released += 1;
    };
    root.add({ dispose: count });
    root.defer(count);
    root.child('late').defer(count);
    assert.equal(released, 3);
    assert.equal(root.abortController().signal.aborted, true);
    assert.equal(root.size, 0);
    assert.deepEqual(liveResourceManagers(), []);
  });

  it('releases at once what is registered in the middle of its disposal', () => {
    const root = new ResourceManager('root');
    const order: string[] = [];
    root.defer(() => order.push('earlier'));
    root.defer(() => {
      root.defer(() => order.push('late'));
      order.push('own');
    });
    root.dispose();
    assert.deepEqual(order, ['late', 'own', 'earlier']);
  });

  it('bears being disposed twice, also from inside its own disposal', () => {
    const root = new ResourceManager('root');
    let released = 0;
    root.defer(() => {
      released += 1;
      root.dispose();
    });
    root.dispose();
    root.dispose();
    assert.equal(released, 1);
    assert.equal(root.isDisposed, true);
  });

  it('frees the place of a child that is disposed on its own', () => {
    const root = new ResourceManager('root');
    const child = root.child('child');
    assert.equal(root.size, 1);
    child.dispose();
    assert.equal(root.size, 0);
    root.dispose();
  });

  it('frees the place of a deferred release that ran early, and runs it once', () => {
    const root = new ResourceManager('root');
    let released = 0;
    const entry = root.defer(() => {
      released += 1;
    });
    entry.dispose();
    assert.equal(root.size, 0);
    root.dispose();
    assert.equal(released, 1);
  });

  it('does not release what it forgot', () => {
    const root = new ResourceManager('root');
    const kept = root.add(toDisposable(() => assert.fail('released')));
    root.forget(kept);
    root.dispose();
  });

  it('aborts its controllers at disposal, and forgets one that was aborted before', () => {
    const root = new ResourceManager('root');
    const early = root.abortController();
    const open = root.abortController();
    early.abort();
    assert.equal(root.size, 1);
    assert.equal(open.signal.aborted, false);
    root.dispose();
    assert.equal(open.signal.aborted, true);
  });

  it('is listed as alive from creation to disposal', () => {
    const root = new ResourceManager('root');
    const child = root.child('child');
    assert.deepEqual(
      liveResourceManagers().map((manager) => manager.name),
      ['root', 'root/child'],
    );
    child.dispose();
    root.dispose();
    assert.deepEqual(liveResourceManagers(), []);
  });
});

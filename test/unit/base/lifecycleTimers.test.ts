import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { ResourceManager } from '../../../src/base/lifecycle.ts';

describe("ResourceManager's timers", () => {
  let root: ResourceManager;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    root = new ResourceManager('root');
  });

  afterEach(() => {
    root.dispose();
    mock.timers.reset();
  });

  it('a timeout runs once and frees its place', () => {
    let runs = 0;
    root.setTimeout(() => {
      runs += 1;
    }, 10);
    assert.equal(root.size, 1);
    mock.timers.tick(9);
    assert.equal(runs, 0);
    mock.timers.tick(100);
    assert.equal(runs, 1);
    assert.equal(root.size, 0);
  });

  it('an interval repeats until it is cleared', () => {
    let runs = 0;
    const interval = root.setInterval(() => {
      runs += 1;
    }, 10);
    mock.timers.tick(35);
    root.clearInterval(interval);
    root.clearInterval(interval);
    mock.timers.tick(100);
    assert.equal(runs, 3);
    assert.equal(root.size, 0);
  });

  it('a cleared timeout never runs, and clearing what is gone or unknown is fine', () => {
    const timer = root.setTimeout(() => assert.fail('ran'), 10);
    root.clearTimeout(timer);
    root.clearTimeout(timer);
    root.clearTimeout(undefined);
    root.clearInterval(undefined);
    assert.equal(root.size, 0);
    mock.timers.tick(100);
  });

  it('disposal stops timers of the manager and of its children', () => {
    root.setTimeout(() => assert.fail('ran'), 10);
    root.setInterval(() => assert.fail('ran'), 10);
    root.child('child').setTimeout(() => assert.fail('ran'), 10);
    root.dispose();
    mock.timers.tick(100);
  });

  it('timers set after disposal never run', () => {
    root.dispose();
    root.setTimeout(() => assert.fail('ran'), 0).dispose();
    root.setInterval(() => assert.fail('ran'), 1);
    mock.timers.tick(100);
  });
});

import assert from 'node:assert/strict';
import { TeamSecrets } from '../../../../src/host/team/teamSecrets.ts';
import { MemorySecrets } from '../../../support/memorySecrets.ts';

describe('The secrets of a team', () => {
  const anna = 'postgres://anna@db.example.com/slipstream';
  let storage: MemorySecrets;
  let secrets: TeamSecrets;

  beforeEach(() => {
    storage = new MemorySecrets();
    secrets = new TeamSecrets(storage);
  });

  it('are given to the server and user that they were kept for, and to no other', async () => {
    await secrets.savePassword(anna, 'secret');
    assert.equal(await secrets.password(anna), 'secret');
    assert.equal(await secrets.password('postgres://anna@db.example.com/other'), 'secret');
    assert.equal(await secrets.password('postgres://anna@evil.example.com/slipstream'), undefined);
    assert.equal(await secrets.password('postgres://ben@db.example.com/slipstream'), undefined);
    assert.equal(await secrets.password('https://db.example.com'), undefined);
  });

  it('are all forgotten at once', async () => {
    await secrets.savePassword(anna, 'one');
    await secrets.savePassword('rediss://redis.example.com', 'two');
    await secrets.saveKey(' key ');
    await secrets.announce();
    assert.equal(await secrets.key(), 'key');
    await secrets.forgetAll();
    assert.deepEqual([...storage.kept], []);
  });

  it('are forgotten where an empty one is kept', async () => {
    await secrets.savePassword(anna, 'one');
    await secrets.savePassword(anna, '');
    assert.equal(await secrets.password(anna), undefined);
  });

  it('tell of changes, and not of others’ secrets', async () => {
    let changes = 0;
    secrets.onDidChange(() => {
      changes += 1;
    });
    await secrets.saveKey('key');
    await storage.store('slipstream.apiKey', 'x');
    assert.equal(changes, 1);
  });

  it('are announced where they stay as they were', async () => {
    const values: (string | undefined)[] = [];
    storage.onDidChange(({ key }) => values.push(storage.kept.get(key)));
    let changes = 0;
    secrets.onDidChange(() => {
      changes += 1;
    });
    await secrets.announce();
    await secrets.announce();
    assert.equal(changes, 2);
    assert.notEqual(values[0], values[1], 'VS Code tells of no secret that stays as it was');
  });
});

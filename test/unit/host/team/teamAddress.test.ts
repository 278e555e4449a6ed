import assert from 'node:assert/strict';
import {
  databaseIdentity,
  secretOrigin,
  splitAddress,
  type TeamServerKind,
  teamAddressProblem,
} from '../../../../src/host/team/teamAddress.ts';

describe('the address of a team’s server', () => {
  const good: readonly (readonly [TeamServerKind, string])[] = [
    ['database', 'postgres://anna@db.example.com/slipstream'],
    ['database', 'postgresql://anna:secret@127.0.0.1:5433/slipstream?sslmode=require'],
    ['redis', 'rediss://redis.example.com'],
    ['redis', 'redis://localhost:6379'],
    ['cache', 'https://cache.example.com/slipstream'],
    ['cache', 'http://127.0.0.1:8080/'],
  ];
  for (const [kind, address] of good) {
    it(`may be ${address.replace('secret', '…')}`, () =>
      assert.equal(teamAddressProblem(kind, address), undefined));
  }

  const bad: readonly (readonly [TeamServerKind, string, RegExp])[] = [
    ['database', 'db.example.com', /must look like postgres:/],
    ['database', 'https://db.example.com/x', /must look like postgres:/],
    ['database', 'postgres://db.example.com/slipstream', /names no user/],
    ['database', 'postgres://anna@db.example.com/x?sslmode=disable', /Without TLS/],
    ['redis', 'redis://redis.example.com', /Use rediss/],
    ['cache', 'ftp://cache.example.com', /begin with https/],
    ['cache', 'https://cache.example.com/?a=b', /must not have a part/],
    ['redis', 'redis://127.evil.example', /Use rediss/],
  ];
  for (const [kind, address, problem] of bad) {
    it(`may not be ${address}, and it says why`, () =>
      assert.match(teamAddressProblem(kind, address) ?? '', problem));
  }

  it('is kept without its password', () => {
    const { address, password } = splitAddress(
      ' postgres://anna:p%40ss@db.example.com/slipstream ',
    );
    assert.equal(address, 'postgres://anna@db.example.com/slipstream');
    assert.equal(password, 'p@ss');
  });

  it('leaves nothing of a password that was not encoded as in a URL', () => {
    for (const [text, address] of [
      ['redis://:p@ss:word@localhost:6379/0', 'redis://@localhost:6379/0'],
      [
        'postgres://anna:p@ss:word@localhost/x?sslmode=require',
        'postgres://anna@localhost/x?sslmode=require',
      ],
    ] as const) {
      assert.deepEqual(splitAddress(text), { address, password: 'p@ss:word' });
    }
    const plain = 'https://cache.example.com:8443/a@b';
    assert.deepEqual(splitAddress(plain), { address: plain, password: undefined });
  });

  it('binds a password to the server and the user, not to what is asked there', () => {
    const origin = secretOrigin('postgres://anna@db.example.com:5433/one');
    assert.equal(secretOrigin('postgres://anna@db.example.com:5433/two'), origin);
    for (const other of [
      'postgres://ben@db.example.com:5433/one',
      'postgres://anna@db.example.com/one',
      'postgres://anna@other.example.com:5433/one',
    ]) {
      assert.notEqual(secretOrigin(other), origin);
    }
  });

  it('tells databases and their users apart', () => {
    assert.equal(databaseIdentity('postgres://anna@db/one?sslmode=require'), 'anna@db/one');
    assert.notEqual(
      databaseIdentity('postgres://ben@db/one'),
      databaseIdentity('postgres://anna@db/one'),
    );
  });
});

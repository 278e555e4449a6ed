import assert from 'node:assert/strict';
import { UserError } from '../../../../../src/base/errors.ts';
import {
  describeHosts,
  parsePostgresUrl,
} from '../../../../../src/core/store/postgres/postgresAddress.ts';

function refuses(url: string, message: RegExp): void {
  assert.throws(
    () => parsePostgresUrl(url),
    (error) => error instanceof UserError && message.test(error.message),
    url,
  );
}

describe('The address of a PostgreSQL', () => {
  it('names host, port, user and database', () => {
    assert.deepEqual(parsePostgresUrl('postgres://ann%40team@db.example.org:6000/sl%20ip'), {
      hosts: [{ name: 'db.example.org', port: 6000 }],
      user: 'ann@team',
      database: 'sl ip',
      usesTls: true,
    });
  });

  it('goes by PostgreSQL’s defaults for what it leaves out', () => {
    const { hosts, database } = parsePostgresUrl(' postgresql://ann@db.example.org ');
    assert.deepEqual(hosts, [{ name: 'db.example.org', port: 5432 }]);
    assert.equal(database, 'ann');
  });

  it('takes several hosts', () => {
    const address = parsePostgresUrl('postgres://ann@one,two:1234,[::1]:5/team');
    assert.deepEqual(address.hosts, [
      { name: 'one', port: 5432 },
      { name: 'two', port: 1234 },
      { name: '::1', port: 5 },
    ]);
    assert.equal(describeHosts(address), 'one, two:1234, ::1:5');
  });

  it('speaks TLS, but to this machine only where it is asked for', () => {
    const tls = (rest: string): boolean => parsePostgresUrl(`postgres://ann@${rest}`).usesTls;
    assert.equal(tls('localhost/a'), false);
    assert.equal(tls('127.0.0.2/a'), false);
    assert.equal(tls('[::1]/a?sslmode=disable'), false);
    assert.equal(tls('localhost/a?sslmode=verify-full'), true);
    assert.equal(tls('localhost,db/a'), true);
    assert.equal(tls('127.0.0.1.example.org/a'), true);
    assert.equal(tls('db/a?sslmode=require'), true);
  });

  it('refuses what would send secrets in plain text, or keep them there', () => {
    refuses('postgres://ann@db/a?sslmode=disable', /this machine alone/);
    refuses('postgres://ann@db/a?sslmode=prefer', /turn encryption off/);
    refuses('postgres://ann:secret@db/a', /holds a password/);
    refuses('postgres://ann:@db/a', /holds a password/);
  });

  it('says what is wrong with it', () => {
    refuses('', /must look like/);
    refuses('https://ann@db/a', /must look like/);
    refuses('postgres://db/a', /names no user/);
    refuses('postgres://ann@db:0/a', /is no host/);
    refuses('postgres://ann@db:70000/a', /is no host/);
    refuses('postgres://ann@one,,two/a', /is no host/);
    refuses('postgres://ann@db/%zz', /not encoded/);
    refuses('postgres://ann@db/a?sslrootcert=x', /does not know "sslrootcert"/);
  });
});

import assert from 'node:assert/strict';
import {
  errorCode,
  explainServerError,
  isConflict,
  isRowRefused,
} from '../../../../../src/core/store/postgres/postgresErrors.ts';

const context = { host: 'db', user: 'ann', database: 'team' };

function failure(code: string | undefined, message = 'no', more: object = {}): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code }, more);
}

function kindOf(error: Error): string {
  const explained = explainServerError(error, context);
  assert.ok(explained instanceof Error);
  return explained === error ? 'passed on' : explained.name;
}

describe('An error of PostgreSQL', () => {
  it('says that the server is away where trying again may help', () => {
    const ofNetwork = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'];
    const ofServer = ['57P01', '57P02', '57P03', '08006', '53100', '53200', '53300', '25006'];
    for (const code of [...ofNetwork, ...ofServer, '58030']) {
      assert.equal(kindOf(failure(code)), 'ServerAwayError', code);
    }
    for (const message of [
      'Connection terminated unexpectedly',
      'Connection terminated due to connection timeout',
      'timeout expired',
      'Client has encountered a connection error and is not queryable',
    ]) {
      assert.equal(kindOf(failure(undefined, message)), 'ServerAwayError', message);
    }
  });

  it('says that the server refuses us where somebody must change something', () => {
    const codes = ['28P01', '28000', '3D000', '42501', 'CERT_HAS_EXPIRED'];
    for (const code of [...codes, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
      assert.equal(kindOf(failure(code)), 'ServerRefusedError', code);
    }
    for (const message of [
      'The server does not support SSL connections',
      'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
      'SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match',
    ]) {
      assert.equal(kindOf(failure(undefined, message)), 'ServerRefusedError', message);
    }
  });

  it('is passed on where a statement is at fault', () => {
    for (const code of ['23505', '42601', '57014', '40001', '22021', '25P02']) {
      assert.equal(kindOf(failure(code)), 'passed on', code);
    }
    const ofRow = failure('42501', 'no', { routine: 'ExecWithCheckOptions' });
    assert.equal(kindOf(ofRow), 'passed on');
    assert.ok(isRowRefused(ofRow));
    assert.ok(isConflict(failure('40P01')));
  });

  it('has the code of what caused it', () => {
    assert.equal(errorCode(new Error('outer', { cause: failure('28P01') })), '28P01');
    assert.equal(errorCode('text'), undefined);
  });
});

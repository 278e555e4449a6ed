import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { toHttpCacheAccess } from '../../../../src/core/cache/httpCacheAddress.ts';

describe('The address of an HTTP cache', () => {
  for (const [address, base] of [
    ['https://cache.example/a', 'https://cache.example/a/'],
    ['https://cache.example', 'https://cache.example/'],
    ['http://127.0.0.1:8080/a//', 'http://127.0.0.1:8080/a/'],
    ['http://localhost', 'http://localhost/'],
  ] as const) {
    it(`takes ${address}`, () => {
      assert.equal(toHttpCacheAccess(address, undefined).base.href, base);
    });
  }

  for (const [address, words] of [
    ['cache.example', /is not an address/],
    ['ftp://cache.example', /has to begin with https/],
    ['https://ada:secret@cache.example', /holds a password/],
    ['https://cache.example/?sig=secret', /“\?” or “#”/],
  ] as const) {
    it(`refuses ${address}, and repeats no secret`, () => {
      assert.throws(
        () => toHttpCacheAccess(address, undefined),
        (error) =>
          error instanceof UserError && words.test(error.message) && !/secret/.test(error.message),
      );
    });
  }

  it('sends no token to another machine where it could be read', () => {
    assert.throws(() => toHttpCacheAccess('http://cache.example', 't'), /could read the token/);
    assert.equal(toHttpCacheAccess('http://cache.example', undefined).base.protocol, 'http:');
    assert.equal(toHttpCacheAccess('http://127.0.0.1', 't').authorization, 'Bearer t');
  });

  it('sends a token, or a name with its password', () => {
    const authorization = (credential: string | undefined, user = ''): string | undefined =>
      toHttpCacheAccess(`https://${user}cache.example`, credential).authorization;
    assert.equal(authorization('abc.-_~+/=='), 'Bearer abc.-_~+/==');
    assert.equal(authorization('ada:lövelace'), `Basic ${btoa('ada:lÃ¶velace')}`);
    assert.equal(authorization('lovelace', 'ada@'), `Basic ${btoa('ada:lovelace')}`);
    assert.equal(authorization(undefined), undefined);
    assert.throws(() => authorization('two\r\nlines'), UserError);
  });

  it('keeps a name out of the address that is asked', () => {
    assert.equal(toHttpCacheAccess('https://ada@a.example', 'x').base.href, 'https://a.example/');
  });
});

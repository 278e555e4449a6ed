import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base/clock.ts';
import { UserError } from '../../../../src/base/errors.ts';
import { checkHttpCache } from '../../../../src/core/cache/checkHttpCache.ts';
import { toHttpCacheAccess } from '../../../../src/core/cache/httpCacheAddress.ts';
import { createHttpFetch, type HttpFetch } from '../../../../src/core/model/httpFetch.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { HttpCacheServer } from '../../../support/httpCacheServer.ts';

describe('Trying out an HTTP cache', () => {
  let server: HttpCacheServer;
  let http: HttpFetch;

  beforeEach(async () => {
    server = await HttpCacheServer.start();
    http = createHttpFetch(systemClock);
  });

  afterEach(async () => {
    http.dispose();
    await server.stop();
  });

  function check(status: number): Promise<void> {
    server.takesAnyPath = true;
    server.answer = (_, response) => Boolean(response.writeHead(status).end());
    return checkHttpCache(toHttpCacheAccess(server.url, 'token'), http.fetch, new FakeClock());
  }

  it('is content with a store that has no such value', async () => {
    await check(404);
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer token');
  });

  for (const [status, words] of [
    [401, /did not accept the token/],
    [301, /Enter the address that it leads to/],
    [200, /does not answer as an HTTP cache does \(200\)/],
    [502, /does not answer as an HTTP cache does \(502\)/],
  ] as const) {
    it(`says what an answer of ${status} means`, () =>
      assert.rejects(
        check(status),
        (error) => error instanceof UserError && words.test(error.message),
      ));
  }

  it('says that nothing answers', async () => {
    const access = toHttpCacheAccess(server.url, undefined);
    await server.stop();
    await assert.rejects(
      checkHttpCache(access, http.fetch, new FakeClock()),
      /Nothing answers at 127\.0\.0\.1/,
    );
    server = await HttpCacheServer.start();
  });
});

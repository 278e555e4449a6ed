import assert from 'node:assert/strict';
import {
  type FailureContext,
  failureOfConnection,
  failureOfProtocol,
  failureOfProvider,
  failureOfStall,
  hasErrorCode,
  type ProviderError,
} from '../../../../src/core/model/failures.ts';
import type { ModelFailure, ModelFailureKind } from '../../../../src/core/model/request.ts';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);

const remote: FailureContext = {
  endpoint: 'https://api.anthropic.com',
  model: 'claude-sonnet-5-5',
  hasKey: true,
  wallTimeMs: now,
};
const local: FailureContext = { ...remote, endpoint: 'http://127.0.0.1:11434' };

interface Given {
  readonly type?: string;
  readonly errorCode?: string;
  readonly explanation?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function provider(
  status: number | undefined,
  given: Given = {},
  context: FailureContext = remote,
): ModelFailure {
  const error: ProviderError = {
    status,
    type: given.type,
    errorCode: given.errorCode,
    explanation: given.explanation,
    requestId: 'req_1',
    header: (name) => given.headers?.[name],
  };
  return failureOfProvider(error, context);
}

describe('failureOfProvider', () => {
  const kinds: [status: number | undefined, given: Given, ModelFailureKind, canRetry: boolean][] = [
    [400, { type: 'invalid_request_error' }, 'invalidRequest', false],
    [401, { type: 'authentication_error' }, 'authentication', false],
    [402, { type: 'billing_error' }, 'billing', false],
    [403, { type: 'permission_error' }, 'authentication', false],
    [404, { type: 'not_found_error' }, 'invalidRequest', false],
    [408, {}, 'server', true],
    [409, {}, 'server', true],
    [413, { type: 'request_too_large' }, 'invalidRequest', false],
    [422, {}, 'invalidRequest', false],
    [429, { type: 'rate_limit_error' }, 'rateLimited', true],
    [429, { errorCode: 'enforced_spend_limit_reached' }, 'billing', false],
    [500, { type: 'api_error' }, 'server', true],
    [502, {}, 'server', true],
    [504, { type: 'timeout_error' }, 'server', true],
    [529, { type: 'overloaded_error' }, 'overloaded', true],
    [302, {}, 'server', true],
    [undefined, { type: 'overloaded_error' }, 'overloaded', true],
    [undefined, { type: 'rate_limit_error' }, 'rateLimited', true],
    [undefined, { type: 'api_error' }, 'server', true],
    [undefined, { type: 'invalid_request_error' }, 'invalidRequest', false],
    [undefined, { type: 'newer_error' }, 'server', true],
    [undefined, {}, 'server', true],
  ];
  for (const [status, given, kind, canRetry] of kinds) {
    it(`takes ${status ?? 'an event'} ${JSON.stringify(given)} for ${kind}`, () => {
      const failure = provider(status, given);
      assert.equal(failure.kind, kind);
      assert.equal(failure.canRetry, canRetry);
      assert.equal(failure.status, status);
      assert.equal(failure.requestId, 'req_1');
      assert.match(failure.message, /^[A-Z][^!]*\.$|^api\.anthropic\.com [^!]*\.$/);
    });
  }

  it('never decides by the words of a message', () => {
    const misleading = { explanation: 'overloaded 529 rate limit authentication' };
    assert.equal(provider(400, misleading).kind, 'invalidRequest');
  });

  it('obeys the provider on whether to try again', () => {
    assert.equal(provider(429, { headers: { 'x-should-retry': 'false' } }).canRetry, false);
    assert.equal(provider(400, { headers: { 'x-should-retry': 'true' } }).canRetry, true);
    assert.equal(provider(400, { headers: { 'x-should-retry': 'perhaps' } }).canRetry, false);
  });

  const waits: [headers: Readonly<Record<string, string>>, expectedMs: number | undefined][] = [
    [{}, undefined],
    [{ 'retry-after': '12' }, 12_000],
    [{ 'retry-after': ' 1.5 ' }, 1_500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after-ms': '250', 'retry-after': '12' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '12' }, 12_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'later' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after-ms': '-5' }, undefined],
  ];
  for (const [headers, expectedMs] of waits) {
    it(`reads ${JSON.stringify(headers)} as ${expectedMs} ms`, () => {
      assert.equal(provider(429, { headers }).retryAfterMs, expectedMs);
    });
  }

  it('says what to do about a key', () => {
    assert.match(provider(401).message, /not accepted.*“Slipstream: Set API key”/);
    const withoutKey = provider(401, {}, { ...remote, hasKey: false });
    assert.match(withoutKey.message, /asks for a key.*“Slipstream: Set API key”/);
    assert.match(provider(403).message, /may not use claude-sonnet-5-5/);
  });

  it('names the model that is not there, and the size that is too large', () => {
    assert.match(provider(404).message, /does not offer the model claude-sonnet-5-5/);
    assert.match(provider(413).message, /larger than api\.anthropic\.com accepts/);
  });

  it('passes on what the provider says of a wrong request, on one line and not at length', () => {
    const explanation = 'prompt is too long:\n 210000 tokens > 200000 maximum';
    assert.match(
      provider(400, { explanation }).message,
      /It says: prompt is too long: 210000 tokens > 200000 maximum$/,
    );
    const long = provider(400, { explanation: 'x'.repeat(10_000) }).message;
    assert.ok(long.length < 400);
  });
});

function withCode(code: string, message = 'failed'): Error {
  return Object.assign(new Error(message), { code });
}

describe('failureOfConnection', () => {
  const cases: [code: string, context: FailureContext, canRetry: boolean, message: RegExp][] = [
    [
      'ECONNREFUSED',
      local,
      false,
      /Nothing answers at 127\.0\.0\.1:11434\. Start the local server/,
    ],
    ['ECONNREFUSED', remote, true, /api\.anthropic\.com refused the connection/],
    ['ENOTFOUND', remote, true, /The address api\.anthropic\.com was not found/],
    ['EAI_AGAIN', remote, true, /was not found/],
    ['ETIMEDOUT', remote, true, /could not be reached/],
    ['ENETUNREACH', remote, true, /could not be reached/],
    ['UND_ERR_CONNECT_TIMEOUT', remote, true, /could not be reached/],
    ['ECONNRESET', remote, true, /connection to api\.anthropic\.com broke \(ECONNRESET\)/],
    ['SELF_SIGNED_CERT_IN_CHAIN', remote, false, /certificate of api\.anthropic\.com/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', remote, false, /certificate/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', remote, false, /certificate/],
    ['CERT_HAS_EXPIRED', remote, false, /certificate/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', remote, false, /certificate/],
  ];
  for (const [code, context, canRetry, message] of cases) {
    it(`explains ${code} of ${context.endpoint}`, () => {
      const failure = failureOfConnection(withCode(code), context);
      assert.equal(failure.kind, 'connection');
      assert.equal(failure.canRetry, canRetry);
      assert.match(failure.message, message);
    });
  }

  it('finds the code behind wrappers and in the parts of an aggregate', () => {
    const wrapped = new TypeError('fetch failed', { cause: withCode('ENOTFOUND') });
    const twice = new Error('Connection error.', { cause: wrapped });
    assert.match(failureOfConnection(twice, remote).message, /was not found/);
    const both = new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]);
    assert.match(failureOfConnection(both, local).message, /Nothing answers/);
  });

  it('survives causes in a circle, and what is no error at all', () => {
    const circle: Error & { cause?: unknown } = new Error('a');
    circle.cause = circle;
    for (const thrown of [circle, undefined, null, 'text', 5]) {
      assert.match(failureOfConnection(thrown, remote).message, /broke\. Try again/);
      assert.equal(hasErrorCode(thrown), false);
    }
  });
});

describe('Other failures', () => {
  it('say how long nothing came', () => {
    const failure = failureOfStall(90_000, remote);
    assert.deepEqual([failure.kind, failure.canRetry], ['stalled', true]);
    assert.match(failure.message, /Nothing came from api\.anthropic\.com for 90 seconds/);
  });

  it('say what could not be read', () => {
    const failure = failureOfProtocol('A part of it is not JSON.', local);
    assert.deepEqual([failure.kind, failure.canRetry], ['protocol', true]);
    assert.match(failure.message, /The answer of 127\.0\.0\.1:11434 could not be read: A part/);
  });
});

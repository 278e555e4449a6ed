import assert from 'node:assert/strict';
import { redact } from '../../../src/host/redact.ts';

const secret = 'Zm9vYmFyMTIzNDU2Nzg5MA';

describe('redact', () => {
  for (const text of [
    `sk-ant-api03-${secret}`,
    `key: sk-proj-${secret}`,
    `x-api-key: ${secret}`,
    `{"x-api-key":"${secret}"}`,
    `{"apiKey": "${secret}"}`,
    `Authorization: Bearer ${secret}`,
    `authorization=Basic ${secret}==`,
    `sent with bearer ${secret}`,
    `https://ada:${secret}@gateway.example/v1`,
    `https://gateway.example/?api_key=${secret}&x=1`,
    `ghp_${secret}`,
    `github_pat_${secret}`,
    `eyJhbGciOiJI.${secret}.${secret}`,
    `password = ${secret}`,
    `rediss://:${secret}@redis.example:6380`,
    `slipstream-key-1:0123abcd:${secret}${secret.slice(0, 21)}`,
  ]) {
    it(`hides the secret of ${text.replaceAll(secret, '…')}`, () => {
      const result = redact(text);
      assert.ok(!result.includes(secret), result);
      assert.match(result, /‹removed›/);
    });
  }

  it('hides every key of a text, however often it is called', () => {
    const text = `sk-${secret} and sk-${secret}`;
    assert.equal(redact(text), '‹removed› and ‹removed›');
    assert.equal(redact(text), '‹removed› and ‹removed›');
  });

  for (const text of [
    'Reading src/cart.ts took 12 ms',
    'The task-runner ended with code 1',
    'GET https://api.anthropic.com/v1/models 404',
    'request-id req_011CSHoEeqs5C35K2UUqR7Fy',
    'secretary.ts has changed',
  ]) {
    it(`leaves "${text}" as it is`, () => assert.equal(redact(text), text));
  }
});

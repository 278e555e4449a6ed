import assert from 'node:assert/strict';
import type { RateLimits } from '../../../../src/core/model/rateLimits.ts';
import { raw } from '../../../support/messagesServerScript.ts';
import { textOf, withGateway } from './gatewayKit.ts';

describe('Headers of requests and responses', () => {
  it('are not taken from the environment', async () => {
    process.env['ANTHROPIC_CUSTOM_HEADERS'] = 'authorization: Bearer stolen\nx-extra: 1';
    try {
      await withGateway(async ({ server, collect }) => {
        await collect();
        const headers = server.messageRequests[0]?.headers;
        assert.equal(headers?.authorization, `Bearer ${server.apiKey}`);
        assert.equal(headers?.['x-extra'], undefined);
      });
    } finally {
      delete process.env['ANTHROPIC_CUSTOM_HEADERS'];
    }
  });

  it('tell of the provider’s limits', async () => {
    const told: [string, RateLimits][] = [];
    await withGateway(
      async ({ server, collect }) => {
        const start = '{"type":"message_start","message":{"id":"m","model":"x"}}';
        const block =
          '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}}';
        const body = `data: ${start}\n\ndata: ${block}\n\ndata: {"type":"message_stop"}\n\n`;
        const name = 'anthropic-ratelimit-requests';
        const headers = {
          [`${name}-limit`]: '50',
          [`${name}-remaining`]: '49',
          [`${name}-reset`]: '2026-11-24T12:00:00Z',
        };
        server.reply(raw(200, body, headers));
        assert.equal(textOf(await collect()), 'Hi');
        const resetsAt = Date.UTC(2026, 10, 24, 12);
        const requests = { limit: 50, remaining: 49, resetsAt };
        assert.deepEqual(told, [[server.endpoint, { requests }]]);
      },
      { gateway: { onRateLimits: (endpoint, limits) => told.push([endpoint, limits]) } },
    );
  });
});

import assert from 'node:assert/strict';
import { hostFetch, wayTo } from '../../../src/host/proxySettings.ts';

function usesHost(address: string, variables: NodeJS.ProcessEnv, support = 'override'): boolean {
  return (
    hostFetch({ proxy: () => ({ support, address, exceptions: [] }) }, { variables }) !== undefined
  );
}

describe('hostFetch', () => {
  it('is VS Code’s own where a proxy is configured', () => {
    assert.equal(usesHost('', {}), false);
    assert.equal(usesHost('http://proxy.example:3128', {}), true);
    assert.equal(usesHost('', { HTTPS_PROXY: 'http://proxy.example' }), true);
    assert.equal(usesHost('', { https_proxy: '' }), false);
  });

  it('is not where the user turned proxies off', () => {
    assert.equal(usesHost('http://proxy.example:3128', { HTTP_PROXY: 'x' }, 'off'), false);
  });
});

function wayOf(endpoint: string, exceptions: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const proxy = { support: 'override', address: 'http://proxy.example:3128', exceptions };
  return wayTo({ proxy: () => proxy }, { variables }, endpoint);
}

describe('The way to a server', () => {
  const endpoint = 'https://models.acme.example/v1';

  it('is through the proxy where one is configured', () => {
    assert.equal(wayOf(endpoint, []), 'proxy');
    const none = { support: 'override', address: '', exceptions: [] };
    assert.equal(wayTo({ proxy: () => none }, { variables: {} }, endpoint), 'direct');
  });

  it('is direct where the server is named as an exception', () => {
    const names = ['models.acme.example', 'acme.example', '.acme.example', '*.acme.example', '*'];
    for (const name of [...names, 'ACME.example', 'acme.example:443']) {
      assert.equal(wayOf(endpoint, ['other.example', name]), 'direct', name);
    }
    assert.equal(wayOf(endpoint, [], { NO_PROXY: 'other.example, acme.example' }), 'direct');
    assert.equal(wayOf(endpoint, [], { no_proxy: 'acme.example' }), 'direct');
  });

  it('is through the proxy where something else is named', () => {
    for (const name of ['', 'example.org', 'cme.example', 'acme.example:8443', 'models']) {
      assert.equal(wayOf(endpoint, [name]), 'proxy', name);
    }
  });

  it('is neither for this machine', () => {
    assert.equal(wayOf('http://127.0.0.1:11434', []), undefined);
    assert.equal(wayOf('no address', []), undefined);
  });
});

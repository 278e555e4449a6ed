import assert from 'node:assert/strict';
import { hostFetch } from '../../../src/host/proxySettings.ts';

function usesHost(address: string, variables: NodeJS.ProcessEnv, support = 'override'): boolean {
  return hostFetch({ proxy: () => ({ support, address }) }, { variables }) !== undefined;
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

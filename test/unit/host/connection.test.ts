import assert from 'node:assert/strict';
import { loadCatalogue } from '../../../src/core/model/catalogue.ts';
import type { Connection } from '../../../src/core/model/connection.ts';
import { apiKeyProblem } from '../../../src/host/apiKeyShape.ts';
import {
  type ConnectionSources,
  chooseTarget,
  connectTo,
} from '../../../src/host/connectionChoice.ts';
import { toConnectionView } from '../../../src/host/connectionLabel.ts';
import { endpointProblem, normalizeEndpoint } from '../../../src/host/endpointAddress.ts';

const nothingSet: ConnectionSources = {
  endpoint: '',
  endpointKind: 'auto',
  environmentUrl: undefined,
  environmentKey: undefined,
};

function connect(sources: Partial<ConnectionSources>, storedKey?: string): Connection {
  return connectTo(chooseTarget({ ...nothingSet, ...sources }), storedKey);
}

describe('The connection', () => {
  it('is offline while nothing is set', () => {
    assert.deepEqual(connect({}), { kind: 'offline' });
  });

  it('goes to Anthropic with a kept key, which wins over one from the environment', () => {
    const expected = { kind: 'anthropic', endpoint: 'https://api.anthropic.com' };
    assert.deepEqual(connect({}, 'kept'), { ...expected, apiKey: 'kept' });
    assert.deepEqual(connect({ environmentKey: 'env' }), { ...expected, apiKey: 'env' });
    assert.deepEqual(connect({ environmentKey: 'env' }, 'kept'), { ...expected, apiKey: 'kept' });
  });

  it('goes where the setting says rather than the environment', () => {
    const connection = connect({
      endpoint: 'https://gateway.example',
      environmentUrl: 'https://other.example',
      environmentKey: 'env',
    });
    assert.deepEqual(connection, {
      kind: 'anthropic',
      endpoint: 'https://gateway.example',
      apiKey: 'env',
    });
  });

  it('takes a server on this machine for a compatible one, without a key', () => {
    assert.deepEqual(connect({ endpoint: 'http://127.0.0.1:11434/v1/' }), {
      kind: 'compatible',
      endpoint: 'http://127.0.0.1:11434',
    });
  });

  it('sends a key from the environment to a local server only where both come from there', () => {
    const local = 'http://127.0.0.1:4000';
    assert.deepEqual(connect({ endpoint: local, environmentKey: 'env' }), {
      kind: 'compatible',
      endpoint: local,
    });
    assert.deepEqual(connect({ environmentUrl: local, environmentKey: 'env' }), {
      kind: 'compatible',
      endpoint: local,
      apiKey: 'env',
    });
  });

  it('speaks the whole API to a local server where the setting says so', () => {
    assert.deepEqual(
      connect({ endpoint: 'http://127.0.0.1:9', endpointKind: 'anthropic', environmentKey: 'env' }),
      { kind: 'anthropic', endpoint: 'http://127.0.0.1:9', apiKey: 'env' },
    );
  });

  it('never falls back to Anthropic from an address that can’t be used', () => {
    const target = chooseTarget({
      ...nothingSet,
      endpoint: 'http://gateway.example',
      environmentKey: 'env',
    });
    assert.match(target.problem ?? '', /slipstream\.endpoint/);
    assert.deepEqual(connectTo(target, 'kept'), { kind: 'offline' });
    assert.match(
      chooseTarget({ ...nothingSet, environmentUrl: 'gateway' }).problem ?? '',
      /ANTHROPIC_BASE_URL/,
    );
  });
});

describe('endpointProblem', () => {
  for (const good of [
    'https://a.example',
    'https://a.example/path',
    'http://localhost:1234',
    'http://[::1]:80',
  ]) {
    it(`accepts ${good}`, () => assert.equal(endpointProblem(good), undefined));
  }
  for (const bad of [
    'a.example',
    'ftp://a.example',
    'http://a.example',
    'http://192.168.1.5:11434',
    'http://127.0.0.1.a.example',
    'https://user:secret@a.example',
    'https://a.example?key=1',
    'javascript:alert(1)',
    '',
  ]) {
    it(`refuses ${bad || 'nothing'}`, () => assert.notEqual(endpointProblem(bad), undefined));
  }

  it('leaves out what requests add themselves', () => {
    assert.equal(normalizeEndpoint(' https://a.example/v1/ '), 'https://a.example');
    assert.equal(normalizeEndpoint('https://a.example/x/'), 'https://a.example/x');
  });
});

describe('apiKeyProblem', () => {
  it('accepts what may be a key', () =>
    assert.equal(apiKeyProblem(' sk-ant-api03-abc '), undefined));
  for (const bad of [
    '',
    '   ',
    'two words',
    'short',
    'schlüssel-mit-umlaut',
    'line\nbreak-in-key',
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, () => assert.notEqual(apiKeyProblem(bad), undefined));
  }
});

describe('The connection as the panel shows it', () => {
  const servers = [{ name: 'Ollama', port: 11434 }];

  async function view(connection: Connection, model: string): Promise<string> {
    const { label, acceptsImages } = toConnectionView(
      connection,
      model,
      await loadCatalogue(),
      servers,
    );
    return `${label}, images ${acceptsImages}`;
  }

  it('names who answers and whether images can be sent', async () => {
    const cases: readonly [Connection, string, string][] = [
      [{ kind: 'offline' }, 'offline', 'Offline, images false'],
      [
        { kind: 'anthropic', endpoint: 'https://api.anthropic.com', apiKey: 'k' },
        'claude-sonnet-5-5',
        'Anthropic, images true',
      ],
      [
        { kind: 'anthropic', endpoint: 'https://gateway.example', apiKey: 'k' },
        'not-in-the-catalogue',
        'Server at gateway.example, images true',
      ],
      [
        { kind: 'compatible', endpoint: 'http://127.0.0.1:11434' },
        'qwen3',
        'Ollama at 127.0.0.1:11434, images false',
      ],
      [
        { kind: 'compatible', endpoint: 'http://127.0.0.1:5000' },
        'qwen3',
        'Server at 127.0.0.1:5000, images false',
      ],
    ];
    for (const [connection, model, expected] of cases) {
      assert.equal(await view(connection, model), expected);
    }
  });
});

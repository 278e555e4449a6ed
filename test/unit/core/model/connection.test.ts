import assert from 'node:assert/strict';
import { guessConnectionKind, hostOf, isLoopback } from '../../../../src/core/model/connection.ts';

describe('Endpoints', () => {
  const loopback = [
    'http://127.0.0.1:11434',
    'http://127.8.9.10',
    'http://localhost:1234/',
    'http://models.localhost',
    'http://[::1]:8080',
    'http://0.0.0.0:8000',
    'HTTP://LOCALHOST',
  ];
  for (const endpoint of loopback) {
    it(`takes ${endpoint} for this machine`, () => {
      assert.equal(isLoopback(endpoint), true);
      assert.equal(guessConnectionKind(endpoint), 'compatible');
    });
  }

  const elsewhere = [
    'https://api.anthropic.com',
    'http://192.168.1.5:11434',
    'https://localhost.example.com',
    'https://127.0.0.1.example.com',
    'https://example.com/127.0.0.1',
    'not a url',
    '',
  ];
  for (const endpoint of elsewhere) {
    it(`does not take ${endpoint || 'an empty text'} for it`, () => {
      assert.equal(isLoopback(endpoint), false);
      assert.equal(guessConnectionKind(endpoint), 'anthropic');
    });
  }

  it('name their host and port, nothing that is secret', () => {
    assert.equal(
      hostOf('https://user:secret@gateway.example:8443/path?key=1'),
      'gateway.example:8443',
    );
    assert.equal(hostOf('https://api.anthropic.com'), 'api.anthropic.com');
    assert.equal(hostOf('not a url'), 'not a url');
  });
});

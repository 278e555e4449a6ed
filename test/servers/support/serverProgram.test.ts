import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { redisProgram, startRedis } from '../../support/servers/redisServer.ts';
import { describeWith } from '../../support/servers/serverProgram.ts';

describeWith([redisProgram], 'a server of a test', () => {
  it('answers on its port until it is killed, and then no more', async () => {
    const server = await startRedis();
    try {
      const asking = connect(server.port, '127.0.0.1', () => asking.write('PING\r\n'));
      const [reply] = await once(asking, 'data');
      asking.destroy();
      assert.equal(String(reply), '+PONG\r\n');
      await server.process.kill();
      const socket = connect(server.port, '127.0.0.1');
      const [error] = await once(socket, 'error');
      assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    } finally {
      await server.dispose();
    }
  });
});

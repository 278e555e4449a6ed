import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { SelfSigned } from './selfSigned.ts';

/** Speaks TLS in front of a server on this machine that does not. */
export interface TlsFront {
  readonly endpoint: string;
  /** Connections that were made, with a whole handshake each or with one that was refused. */
  readonly handshakes: { readonly accepted: number; readonly refused: number };
  stop(): Promise<void>;
}

export async function startTlsFront(port: number, certificate: SelfSigned): Promise<TlsFront> {
  const handshakes = { accepted: 0, refused: 0 };
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    // Either end may leave; the other one sees it.
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer({ ...certificate }, (socket) => {
    handshakes.accepted += 1;
    const inner = connect(port, '127.0.0.1');
    keep(inner);
    socket.pipe(inner).pipe(socket);
    socket.on('close', () => inner.destroy());
    inner.on('close', () => socket.destroy());
  });
  server.on('connection', keep);
  server.on('secureConnection', keep);
  server.on('tlsClientError', () => {
    handshakes.refused += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}`,
    handshakes,
    stop: async () => {
      for (const socket of open) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * An HTTP proxy as a company has one, for `CONNECT` and for whole addresses in the request line.
 * Every name leads to this machine, so that a test needs no name that the machine can look up.
 */
export class HttpProxy {
  /** Host and port of each request that was passed on. */
  readonly targets: string[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor() {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? '');
      this.targets.push(url.host);
      const { method, headers } = request;
      const options = { host: '127.0.0.1', port: url.port, path: url.pathname + url.search };
      const onward = forward({ ...options, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    this.server.on('connection', (socket: Socket) => this.keep(socket));
    this.server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
      this.tunnel(request.url ?? '', client, head);
    });
  }

  static async start(): Promise<HttpProxy> {
    const proxy = new HttpProxy();
    await new Promise<void>((resolve) => {
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }

  private tunnel(target: string, client: Socket, head: Buffer): void {
    this.targets.push(target);
    const onward = connect(Number(target.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    this.keep(onward);
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    // Whoever leaves, leaves: the other end sees it.
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a network behaves, in both directions; absent is as the machine does. */
export interface NetworkBehavior {
  /** What each piece takes on its way, milliseconds. */
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

/** A network between a test and a server on this machine: slow, silent or cut at a word. */
export class SlowProxy {
  /** Applies to what arrives from now on. */
  behavior: NetworkBehavior = {};
  /**
   * The next request that holds this text reaches the server, whose answer does not come back: the
   * connection is reset instead.
   */
  losesAnswerTo: string | undefined;
  private targetPort: number;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private stalled: Promise<void> | undefined;
  private endStall: (() => void) | undefined;
  private isRefusing = false;
  private accepted = 0;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.server = createServer((client) => this.accept(client));
  }

  static async start(targetPort: number): Promise<SlowProxy> {
    const proxy = new SlowProxy(targetPort);
    await new Promise<void>((resolve) => {
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that were made since the start, refused ones included. */
  get connections(): number {
    return this.accepted;
  }

  /** Holds everything back and keeps the connections open, as a network does that loses packets. */
  stall(): void {
    this.stalled ??= new Promise((resolve) => {
      this.endStall = resolve;
    });
  }

  /** Lets go what was held back. */
  resume(): void {
    this.endStall?.();
    this.stalled = undefined;
    this.endStall = undefined;
  }

  /** Resets all connections; new ones can be made. */
  cut(): void {
    for (const socket of this.sockets) {
      socket.resetAndDestroy();
    }
  }

  /** Resets new connections at once, until told otherwise. */
  refuse(isRefusing: boolean): void {
    this.isRefusing = isRefusing;
  }

  /** Leads new connections to another server, as a failover does; the ones that are open stay. */
  retarget(port: number): void {
    this.targetPort = port;
  }

  async stop(): Promise<void> {
    this.resume();
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    this.keep(client);
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.targetPort, '127.0.0.1');
    this.keep(server);
    client.setNoDelay(true);
    server.setNoDelay(true);
    let isAnswerLost = false;
    void this.pass(client, server, (piece) => {
      if (this.losesAnswerTo !== undefined && piece.includes(this.losesAnswerTo)) {
        this.losesAnswerTo = undefined;
        isAnswerLost = true;
      }
    });
    void this.pass(server, client, () => {
      if (isAnswerLost) {
        throw new Error('The answer is lost.');
      }
    });
  }

  /** Ends the other side in the way in which this one ended. */
  private async pass(from: Socket, to: Socket, look: (piece: Buffer) => void): Promise<void> {
    try {
      for await (const piece of from) {
        look(piece as Buffer);
        await this.travel((piece as Buffer).length);
        to.write(piece as Buffer);
      }
      await this.stalled;
      to.end();
    } catch {
      to.resetAndDestroy();
    }
  }

  private async travel(bytes: number): Promise<void> {
    const { delayMs = 0, bytesPerSecond } = this.behavior;
    const durationMs =
      delayMs + (bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1000);
    if (durationMs > 0) {
      await sleep(durationMs);
    }
    await this.stalled;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    // Whoever leaves, leaves: the other end sees it.
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}

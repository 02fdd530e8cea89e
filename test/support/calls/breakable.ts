/** A way for TCP that a test can break and that is open again at once, or on which it keeps back what comes from the target. */
import net from 'node:net';
import { once } from 'node:events';

export class Breakable {
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  #near: net.Socket | undefined;
  /** What is kept back. */
  #held: Buffer[] | undefined;

  private constructor(target: number) {
    this.#server = net.createServer((near) => {
      const far = net.connect(target, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]] as const) {
        this.#sockets.add(one);
        one.setNoDelay(true);
        one.on('error', () => one.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      } // prettier-ignore
      near.pipe(far);
      far.on('data', (chunk: Buffer) => {
        if (this.#held) this.#held.push(chunk);
        else near.write(chunk);
      });
      this.#near = near;
    });
  }

  /** @param target a port of 127.0.0.1 */
  static async open(target: number): Promise<Breakable> {
    const way = new Breakable(target);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** From now on what comes from the target waits; `release` hands all of it on in one piece. */
  hold(): { readonly text: () => string; readonly release: () => void } {
    const held = (this.#held = [] as Buffer[]);
    const release = (): void => {
      this.#held = undefined;
      this.#near?.write(Buffer.concat(held));
    };
    return { text: () => Buffer.concat(held).toString(), release };
  }

  /** Breaks every connection. */
  break(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.break();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

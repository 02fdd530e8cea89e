import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import koffi from 'koffi';
import { silentLog } from '../../../src/base/log.js';
import { ServiceManager, watchdogMs } from '../../../src/ops/service-manager.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** The other end: a datagram socket of the Unix domain, as systemd has one. */
class Listener {
  readonly #fd: number;
  readonly #libc = koffi.load(null);

  constructor(path: string) {
    const socket = this.#libc.func('int socket(int, int, int)') as (...args: number[]) => number;
    const bind = this.#libc.func('int bind(int, void *, uint32_t)') as (fd: number, to: Buffer, size: number) => number;
    const address = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
    address.writeUInt16LE(1, 0);
    address.write(path, 2);
    this.#fd = socket(1, 2, 0);
    if (bind(this.#fd, address, address.length) < 0) throw new Error(`cannot bind ${path}`);
  }

  /** What was sent so far. */
  received(): string[] {
    const recv = this.#libc.func('long recv(int, void *, size_t, int)') as (
      ...args: [number, Buffer, number, number]
    ) => number;
    const all: string[] = [];
    for (const buffer = Buffer.alloc(1024); ;) {
      const size = recv(this.#fd, buffer, buffer.length, 0x40); // MSG_DONTWAIT
      if (size < 0) return all;
      all.push(buffer.toString('utf8', 0, size));
    }
  }

  close(): void {
    (this.#libc.func('int close(int)') as (fd: number) => number)(this.#fd);
  }
}

describe('what the service manager is told', () => {
  it('is that the program is ready, alive, and stops', () => {
    const folder = mkdtempSync(join(tmpdir(), 'halina-notify-'));
    const path = join(folder, 'notify');
    const listener = new Listener(path);
    try {
      const clock = new VirtualClock();
      const manager = ServiceManager.connect({ NOTIFY_SOCKET: path }, silentLog);
      let alive = true;
      manager.ready('calls are taken', clock, 1000, () => alive);
      clock.advance(1000);
      alive = false;
      clock.advance(3000);
      manager.stopping('calls may end', 90_000);
      manager.close();
      expect(listener.received()).to.deep.equal([
        'READY=1\nSTATUS=calls are taken',
        'WATCHDOG=1',
        'WATCHDOG=1',
        'STOPPING=1\nEXTEND_TIMEOUT_USEC=90000000\nSTATUS=calls may end',
      ]);
    } finally {
      listener.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('is nothing where none asks, and no harm where it is gone', () => {
    const clock = new VirtualClock();
    for (const NOTIFY_SOCKET of [undefined, '/nowhere/notify', `/${'x'.repeat(200)}`]) {
      const manager = ServiceManager.connect({ NOTIFY_SOCKET }, silentLog);
      manager.ready('', clock, undefined, () => true);
      manager.close();
    }
  });

  it('is told twice as often as it asks, and only by whom it asks', () => {
    expect(watchdogMs({ WATCHDOG_USEC: '60000000' }, 7)).to.equal(30_000);
    expect(watchdogMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 7)).to.equal(30_000);
    expect(watchdogMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, 7)).to.equal(undefined);
    expect(watchdogMs({}, 7)).to.equal(undefined);
    expect(watchdogMs({ WATCHDOG_USEC: 'soon' }, 7)).to.equal(undefined);
  });
});

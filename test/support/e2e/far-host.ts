/**
 * A host beside ours: a network namespace of its own at the other end of a pair of virtual Ethernet devices, with
 * checksum offloading off at both ends, so that what is on the wire is what the other side gets.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../until.js';
import { start, type Started } from './process.js';

export interface FarHostOptions {
  /** Up to ten letters; our end of the pair has this name. */
  readonly name: string;
  /** The first three parts of the network: ours is `.1`, the host's `.2`. */
  readonly network: string;
}

/** The device at the host's end. */
export const FAR_DEVICE = 'eth';

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });

export class FarHost {
  /** Our end of the pair. */
  readonly device: string;
  readonly ours: string;
  readonly address: string;
  /** What keeps its namespace. */
  readonly holder: Started;

  private constructor({ name, network }: FarHostOptions, holder: Started) {
    this.holder = holder;
    this.device = name;
    this.ours = `${network}.1`;
    this.address = `${network}.2`;
  }

  static async open(options: FarHostOptions): Promise<FarHost> {
    const holder = start('unshare', ['-n', 'sh', '-c', 'echo ready; exec sleep 3600']);
    await holder.until(/ready/);
    const host = new FarHost(options, holder);
    const { name } = options;
    run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', FAR_DEVICE, 'netns', String(holder.child.pid));
    run('ip', 'link', 'set', name, 'up');
    host.run('ip', 'link', 'set', 'lo', 'up');
    host.run('ip', 'link', 'set', FAR_DEVICE, 'up');
    for (const offload of ['tx', 'rx', 'tso', 'gso', 'gro']) {
      run('ethtool', '-K', name, offload, 'off');
      host.run('ethtool', '-K', FAR_DEVICE, offload, 'off');
    }
    run('ip', 'addr', 'add', `${host.ours}/24`, 'dev', name);
    host.run('ip', 'addr', 'add', `${host.address}/24`, 'dev', FAR_DEVICE);
    return host;
  }

  /** Command and arguments that run something on the host. */
  inside(command: string, ...args: string[]): [string, string[]] {
    return ['nsenter', ['-t', String(this.holder.child.pid), '-n', command, ...args]];
  }

  run(command: string, ...args: string[]): string {
    const [program, all] = this.inside(command, ...args);
    return run(program, ...all);
  }

  start(command: string, ...args: string[]): Started {
    return start(...this.inside(command, ...args));
  }

  /** Frames that come to the host. `stop`: ends it when the file has at least so many bytes; its writer may be late. */
  async capture(filter: string): Promise<{ stop(bytes: number): Promise<Buffer> }> {
    const file = join(await mkdtemp(join(tmpdir(), 'halina-capture-')), 'wire.pcap');
    const how = ['-i', FAR_DEVICE, '-w', file, '-U', '-n', '-Z', 'root', '-Q', 'in', filter];
    const tcpdump = this.start('tcpdump', ...how);
    await tcpdump.until(/listening on/);
    return {
      stop: async (bytes) => {
        await until(`${bytes} bytes of frames are written`, async () => (await stat(file)).size >= bytes);
        await tcpdump.stop('SIGINT');
        return readFile(file);
      },
    };
  }

  /** Datagrams that programs on the host have got so far. */
  get arrived(): number {
    return Number(/^Udp: (\d+)/m.exec(this.run('cat', '/proc/net/snmp'))?.[1]);
  }

  /** Waits until so many more have come. */
  async untilArrived(more: number): Promise<void> {
    const from = this.arrived;
    for (let tries = 0; tries < 300; tries++) {
      if (this.arrived >= from + more) return;
      await wait(50);
    }
    throw new Error(`${more} more packets did not come to ${this.address}`);
  }

  /** Our side knows nothing of its Ethernet address any more. */
  forget(): void {
    run('ip', 'neigh', 'flush', 'dev', this.device);
  }

  /** Our side has a wrong address of it, in this state. */
  mistake(state: 'stale' | 'failed'): void {
    run('ip', 'neigh', 'replace', this.address, 'lladdr', '02:00:00:00:00:99', 'dev', this.device, 'nud', state);
  }

  async close(): Promise<void> {
    await this.holder.stop('SIGKILL'); // the pair goes with its namespace
  }
}

/**
 * What really passed on the wire, by tcpdump: the truth against which recordings are held. Reads the classic pcap format
 * with Ethernet or raw IPv4 frames; only UDP is kept.
 */
import { randomUUID } from 'node:crypto';
import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PATIENCE_MS } from '../until.js';
import { start, type Started } from './process.js';

export interface Datagram {
  /** Seconds since 1970. */
  readonly time: number;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly payload: Buffer;
}

export interface RtpSeen extends Datagram {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly media: Buffer;
}

/** A device and an address that is reached by it. */
const LOOPBACK = { device: 'lo', towards: '127.0.0.1' };

export class Capture {
  private constructor(
    readonly process: Started,
    readonly file: string,
    private readonly towards: string,
  ) {}

  /** Catches UDP on the namespace's loopback, by which all its own addresses speak to one another, or on another device. */
  static async start(filter = 'udp', { device, towards } = LOOPBACK): Promise<Capture> {
    const file = join(await mkdtemp(join(tmpdir(), 'halina-capture-')), 'all.pcap');
    const process = hasOwnUsers() ? dumpcap(device, file, filter) : tcpdump(device, file, filter);
    await process.until(/listening on|Capturing on/);
    return new Capture(process, file, towards);
  }

  /** Waits until this can be seen in what passed so far. */
  async until(what: string, isThere: (seen: readonly Datagram[]) => boolean): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; !isThere(parsePcap(await readFile(this.file))); await wait(50))
      if (performance.now() > end) throw new Error(`the wire did not show ${what}`);
  }

  /** Ends it when everything that passed until now is in the file: a last datagram, which it must have seen, says so. */
  async stop(): Promise<Datagram[]> {
    const last = Buffer.from(`end of capture ${randomUUID()}`);
    const socket = dgram.createSocket('udp4');
    socket.send(last, 9, this.towards, () => socket.close());
    for (let tries = 0; tries < 400 && !(await readFile(this.file)).includes(last); tries++) await wait(50);
    await this.process.stop('SIGINT');
    return parsePcap(await readFile(this.file));
  }
}

/** Whether this is a namespace in which only one user is mapped: `unshare -Urn`. */
const hasOwnUsers = (): boolean => !/\s4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));

const tcpdump = (device: string, file: string, filter: string): Started =>
  start('tcpdump', ['-i', device, '-w', file, '-U', '-B', '16384', '-n', '-Z', 'root', ...filter.split(' ')]);

/** tcpdump always changes its groups, which such a namespace forbids; dumpcap takes things as they are. */
const dumpcap = (device: string, file: string, filter: string): Started =>
  start('dumpcap', ['-i', device, '-P', '-w', file, '-B', '16', '-f', filter]);

export function parsePcap(file: Buffer): Datagram[] {
  if (file.length < 24) return []; // its head is not written yet
  const nanoseconds = file.readUInt32LE(0) === 0xa1b23c4d;
  const link = file.readUInt32LE(20);
  const header = link === 1 ? 14 : 0;
  const found: Datagram[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const time = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / (nanoseconds ? 1e9 : 1e6);
    const length = file.readUInt32LE(at + 8);
    const datagram = parseIp(file.subarray(at + 16 + header, at + 16 + length), time);
    if (datagram) found.push(datagram);
    at += 16 + length;
  }
  return found;
}

function parseIp(ip: Buffer, time: number): Datagram | undefined {
  if (ip.length < 28 || ip.readUInt8(0) >> 4 !== 4 || ip.readUInt8(9) !== 17) return undefined;
  const udp = ip.subarray((ip.readUInt8(0) & 15) * 4);
  const dotted = (at: number): string => [...ip.subarray(at, at + 4)].join('.');
  return {
    time,
    from: dotted(12),
    fromPort: udp.readUInt16BE(0),
    to: dotted(16),
    toPort: udp.readUInt16BE(2),
    payload: Buffer.from(udp.subarray(8, udp.readUInt16BE(4))),
  };
}

/** The RTP among them; what is no RTP (SIP, RTCP) is left out. */
export function rtpOf(datagrams: readonly Datagram[]): RtpSeen[] {
  return datagrams.flatMap((datagram) => {
    const { payload } = datagram;
    if (payload.length < 12 || payload.readUInt8(0) >> 6 !== 2) return [];
    const type = payload.readUInt8(1);
    if (type >= 192 && type <= 223) return [];
    return [
      {
        ...datagram,
        payloadType: type & 127,
        marker: type > 127,
        sequence: payload.readUInt16BE(2),
        timestamp: payload.readUInt32BE(4),
        ssrc: payload.readUInt32BE(8),
        media: payload.subarray(12 + 4 * (payload.readUInt8(0) & 15)),
      },
    ];
  });
}

export interface SipSeen extends Datagram {
  readonly text: string;
  readonly firstLine: string;
}

/** The SIP among them, in order. */
export function sipOf(datagrams: readonly Datagram[]): SipSeen[] {
  return datagrams.flatMap((datagram) => {
    const text = datagram.payload.toString();
    const firstLine = text.split('\r\n', 1)[0] ?? '';
    return firstLine.startsWith('SIP/2.0 ') || firstLine.endsWith(' SIP/2.0') ? [{ ...datagram, text, firstLine }] : [];
  });
}

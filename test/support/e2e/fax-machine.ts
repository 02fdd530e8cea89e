/** What fax machines put on the wire: the calling tone as A-law, and datagrams that look like UDPTL. */
import { createSocket, type Socket } from 'node:dgram';
import { mkdtemp } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './process.js';

/** Raw A-law of a machine that calls (CNG): half a second of 1100 Hz, three of silence, and so on. */
export async function callingTone(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'halina-fax-')), 'cng.al');
  const shape = ['synth', '0.5', 'sine', '1100', 'vol', '0.2', 'pad', '0', '3', 'repeat', '9'];
  await run('sox', ['-n', '-r', '8000', '-c', '1', '-t', 'al', file, ...shape]);
  return file;
}

/** A T.38 endpoint's socket: sends numbered datagrams to where it is told, and keeps what comes. */
export class UdptlPeer {
  readonly heard: Buffer[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => this.heard.push(bytes));
  }

  /** `echo`: what comes goes back to where it came from, marked. */
  static async open(address: string, port: number, echo = false): Promise<UdptlPeer> {
    const socket = createSocket('udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    const peer = new UdptlPeer(socket);
    if (echo)
      socket.on('message', (bytes, from) => {
        if (isUdptl(bytes)) socket.send(Buffer.concat([bytes, Buffer.from('echo')]), from.port, from.address);
      });
    return peer;
  }

  send(sequence: number, port: number, address: string): void {
    this.#socket.send(udptl(sequence), port, address);
  }

  /** Numbers of the datagrams that came, marked by the echo or not. */
  get numbers(): number[] {
    return this.heard.filter(isUdptl).map((bytes) => bytes.readUInt16BE(0));
  }

  close(): void {
    this.#socket.close();
  }
}

/** A sequence number, a primary of 32 bytes, no error recovery. */
function udptl(sequence: number): Buffer {
  const bytes = Buffer.alloc(37, 0xf5);
  bytes.writeUInt16BE(sequence, 0);
  bytes[2] = 32;
  bytes.writeUInt16BE(0, 35);
  return bytes;
}

const isUdptl = (bytes: Buffer): boolean => (bytes.length === 37 || bytes.length === 41) && bytes[2] === 32;

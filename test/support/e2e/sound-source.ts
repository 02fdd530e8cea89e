/** A party's sound over UDP, IPv6 too: begins when the first packet reaches it, back to where that came from. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

const FRAME = 160;
const FRAME_MS = 20;

export class SoundSource {
  readonly #socket: dgram.Socket;
  readonly #sound: Buffer;
  #timer: NodeJS.Timeout | undefined;
  /** Packets that came. */
  heard = 0;
  /** When the first packet came and the sound began, milliseconds of `performance.now`. */
  begun = Number.NaN;

  private constructor(socket: dgram.Socket, sound: Buffer) {
    this.#socket = socket;
    this.#sound = sound;
    socket.on('message', (_, from) => {
      this.heard++;
      this.#timer ??= this.#begin(from);
    });
  }

  /** `alaw`: a file of raw A-law at 8 kHz. */
  static async open(address: string, port: number, alaw: string): Promise<SoundSource> {
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const sound = await readFile(alaw);
    socket.bind(port, address);
    await once(socket, 'listening');
    return new SoundSource(socket, sound);
  }

  #begin({ address, port }: dgram.RemoteInfo): NodeJS.Timeout {
    const began = performance.now();
    this.begun = began;
    const packet = Buffer.alloc(12 + FRAME);
    let sent = 0;
    return setInterval(() => {
      for (; sent * FRAME_MS <= performance.now() - began; sent++) {
        packet.writeUInt16BE(0x8008, 0);
        packet.writeUInt16BE(sent & 0xffff, 2);
        packet.writeUInt32BE(sent * FRAME, 4);
        packet.writeUInt32BE(port, 8);
        packet.fill(0xd5, 12);
        this.#sound.copy(packet, 12, sent * FRAME, (sent + 1) * FRAME);
        this.#socket.send(Buffer.from(packet), port, address);
      }
    }, FRAME_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** The sound of a demo phone: a WAV file, sent as RTP in A-law at the pace of talking, and a count of what is heard. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { A_LAW_SILENCE, toALaw } from '../../codecs/g711.js';
import { resample } from '../../codecs/resample.js';
import { readWav } from '../../codecs/wav.js';
import { HEADER_BYTES, writeRtpHeader } from '../../rtp/packet.js';

const FRAME = 160;
const FRAME_MS = 20;
const PCMA = 8;

export class Voice {
  readonly #socket: dgram.Socket;
  readonly #sound: Uint8Array;
  readonly #ssrc = randomInt(2 ** 32);
  #sent = 0;
  #begin = 0;
  #timer: NodeJS.Timeout | undefined;
  #heard = 0;

  private constructor(socket: dgram.Socket, sound: Uint8Array) {
    this.#socket = socket;
    this.#sound = sound;
    socket.on('message', (packet) => {
      if (packet.length > HEADER_BYTES) this.#heard++;
    });
  }

  static async open(address: string, wav: string): Promise<Voice> {
    const { samples, rate } = readWav(await readFile(wav), wav);
    const sound = Uint8Array.from(resample(samples, rate, 8000), toALaw);
    const socket = dgram.createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Voice(socket, sound);
  }

  /** RTP packets that came. */
  get heard(): number {
    return this.#heard;
  }

  get sdp(): string {
    const { address, port } = this.#socket.address();
    const lines = ['v=0', `o=demo 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0'];
    return [...lines, `m=audio ${port} RTP/AVP ${PCMA}`, 'a=rtpmap:8 PCMA/8000', ''].join('\r\n');
  }

  /** Speaks to where the other's SDP says, its sound again and again, until `close`. */
  speakTo(sdp: string): void {
    const port = Number(/^m=audio (\d+) /m.exec(sdp)?.[1]);
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? '127.0.0.1';
    this.#begin = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      const due = Math.floor((performance.now() - this.#begin) / FRAME_MS) + 1;
      while (this.#sent < due) this.#socket.send(this.#packet(this.#sent++), port, address);
    }, FRAME_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #packet(index: number): Uint8Array {
    const packet = new Uint8Array(HEADER_BYTES + FRAME).fill(A_LAW_SILENCE);
    writeRtpHeader(packet, 0, index === 0, PCMA, index & 0xffff, (index * FRAME) >>> 0, this.#ssrc);
    // A second of silence between the repetitions.
    const at = (index * FRAME) % (this.#sound.length + 8000);
    packet.set(this.#sound.subarray(at, at + FRAME), HEADER_BYTES);
    return packet;
  }
}

/** A telephone with SRTP on one leg of a session without sockets. */
import { emptyPacket, readRtp, writeRtpHeader } from '../../../src/rtp/packet.js';
import { parseRtcp } from '../../../src/rtp/rtcp.js';
import { LocalDescription, parseSdp } from '../../../src/sdp/index.js';
import {
  isSuiteName,
  type MasterKey,
  SrtpReceiver,
  SrtpSender,
  type SuiteName,
  suites,
  TRAILER_BYTES,
} from '../../../src/srtp/index.js';
import type { PlaneFixture, PlanePeer } from './plane.js';

const encode = ({ key, salt }: MasterKey): string => Buffer.concat([key, salt]).toString('base64');

export class SecurePeer {
  readonly #sender: SrtpSender;
  readonly #receiver: SrtpReceiver;
  sequence = 100;
  timestamp = 0;

  constructor(
    readonly f: PlaneFixture,
    readonly peer: PlanePeer,
    suite: SuiteName,
    seed = 1,
  ) {
    const { keyBytes, saltBytes } = suites[suite];
    const own: MasterKey = {
      suite,
      key: new Uint8Array(keyBytes).fill(seed),
      salt: new Uint8Array(saltBytes).fill(seed + 1),
    };
    const local = new LocalDescription({
      advertised: '203.0.113.1',
      local: '203.0.113.1',
      port: 20_000,
      sessionId: '1',
    });
    local.secure('require');
    const offer = peer.sdp().replace('RTP/AVP', 'RTP/SAVP') + `a=crypto:1 ${suite} inline:${encode(own)}\r\n`;
    const { sdp, agreed } = local.answer(offer, undefined);
    f.plane.setRemote(peer.side, agreed, undefined);
    const line =
      parseSdp(sdp)
        .media[0]?.attributes.find(({ name }) => name === 'crypto')
        ?.value?.split(/[ :]/) ?? [];
    const bytes = Buffer.from(line[3] ?? '', 'base64');
    if (!isSuiteName(line[1] ?? '')) throw new Error('no suite in the answer');
    this.#sender = new SrtpSender(own);
    this.#receiver = new SrtpReceiver({ suite, key: bytes.subarray(0, keyBytes), salt: bytes.subarray(keyBytes) });
  }

  make(fill: number): Buffer {
    const bytes = Buffer.alloc(172 + TRAILER_BYTES, fill);
    writeRtpHeader(bytes, 0, false, 8, this.sequence++, (this.timestamp += 160), this.peer.ssrc);
    return bytes.subarray(0, this.#sender.protect(bytes, 172));
  }

  sends(fill: number, from = this.peer.address, port = this.peer.port): Buffer {
    const packet = this.make(fill);
    const copy = Buffer.from(packet);
    this.f.plane.rtp(this.peer.side, packet, from, port);
    return copy;
  }

  /** First bytes of what it heard, each packet authentic. */
  get heard(): number[] {
    return this.peer.rtp.sent.splice(0).map(({ bytes }) => {
      const end = this.#receiver.unprotect(bytes, bytes.length);
      const packet = emptyPacket();
      if (end < 0 || !readRtp(bytes.subarray(0, end), packet)) throw new Error('not authentic');
      return bytes[packet.payloadStart] ?? -1;
    });
  }

  openRtcp(bytes: Buffer): ReturnType<typeof parseRtcp> {
    return parseRtcp(bytes.subarray(0, this.#receiver.unprotectRtcp(bytes, bytes.length)));
  }

  sealRtcp(packet: Uint8Array): Buffer {
    const bytes = Buffer.alloc(packet.length + TRAILER_BYTES);
    bytes.set(packet);
    return bytes.subarray(0, this.#sender.protectRtcp(bytes, packet.length));
  }
}

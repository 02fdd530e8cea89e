/** Frames as they were on the wire, each looked at for what a router or a card would refuse. */
import { internetChecksum } from '../media/rewrite.js';

export interface FrameSeen {
  readonly ttl: number;
  readonly dscp: number;
  readonly from: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly bytes: number;
  /** Sums of header and datagram are right. */
  readonly ipSumHolds: boolean;
  readonly udpSumHolds: boolean;
  readonly rtp: Buffer;
}

/** The UDP over IPv4 of a pcap file of Ethernet frames. */
export function framesOf(file: Buffer): FrameSeen[] {
  const found: FrameSeen[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const length = file.readUInt32LE(at + 8);
    const frame = file.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const tag = frame.readUInt16BE(12) === 0x8100 ? 4 : 0;
    if (frame.readUInt16BE(12 + tag) === 0x0800 && frame.readUInt8(14 + tag + 9) === 17)
      found.push(look(frame.subarray(14 + tag)));
  }
  return found;
}

function look(packet: Buffer): FrameSeen {
  const ip = packet.subarray(0, packet.readUInt16BE(2));
  const udp = ip.subarray(20);
  const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.from([0, 17, udp.length >> 8, udp.length & 0xff])]);
  return {
    ttl: ip.readUInt8(8),
    dscp: ip.readUInt8(1) >> 2,
    from: [...ip.subarray(12, 16)].join('.'),
    fromPort: udp.readUInt16BE(0),
    toPort: udp.readUInt16BE(2),
    bytes: udp.length,
    ipSumHolds: internetChecksum(ip.subarray(0, 20)) === 0,
    udpSumHolds: udp.readUInt16BE(4) === udp.length && internetChecksum(Buffer.concat([pseudo, udp])) === 0,
    rtp: udp.subarray(8),
  };
}

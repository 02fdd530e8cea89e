/**
 * What the relay does to a packet, written once more and plainly: headers are taken apart, put together anew, and every
 * checksum is computed from the whole packet. The program in the kernel has to come to the same bytes.
 */
import ipaddr from 'ipaddr.js';
import type { RelayEntry } from '../../../src/media/kernel/table.js';

export interface PacketParts {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly ttl: number;
  readonly trafficClass: number;
  /** IPv6. */
  readonly flowLabel: number;
  /** IPv4. */
  readonly identification: number;
  /** IPv4 allows a UDP checksum of 0: none was made. */
  readonly withChecksum: boolean;
  readonly payload: Buffer;
}

export interface RtpParts {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly sound: Buffer;
}

export function rtpBytes({ marker, payloadType, sequence, timestamp, ssrc, sound }: RtpParts): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, sound]);
}

/** The Internet checksum (RFC 1071) of bytes, as it stands in a header. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const addressBytes = (address: string): Buffer => Buffer.from(ipaddr.parse(address).toByteArray());

/** An Ethernet frame with a UDP packet. */
export function frame(parts: PacketParts): Buffer {
  const { source, destination, payload, trafficClass, ttl } = parts;
  const [from, to] = [addressBytes(source), addressBytes(destination)];
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(parts.sourcePort, 0);
  udp.writeUInt16BE(parts.destinationPort, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(8 + payload.length, 0);
  pseudo.writeUInt8(17, 7);
  const sum = internetChecksum(Buffer.concat([from, to, pseudo, udp, payload]));
  if (parts.withChecksum) udp.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  const ethernet = Buffer.from('000000000000020000000001', 'hex');
  if (from.length === 16) {
    const ip = Buffer.alloc(8);
    ip.writeUInt32BE(((6 << 28) | (trafficClass << 20) | parts.flowLabel) >>> 0, 0);
    ip.writeUInt16BE(8 + payload.length, 4);
    ip.writeUInt8(17, 6);
    ip.writeUInt8(ttl, 7);
    return Buffer.concat([ethernet, Buffer.from('86dd', 'hex'), ip, from, to, udp, payload]);
  }
  const ip = Buffer.alloc(12);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt8(trafficClass, 1);
  ip.writeUInt16BE(28 + payload.length, 2);
  ip.writeUInt16BE(parts.identification, 4);
  ip.writeUInt8(ttl, 8);
  ip.writeUInt8(17, 9);
  ip.writeUInt16BE(internetChecksum(Buffer.concat([ip, from, to])), 10);
  return Buffer.concat([ethernet, Buffer.from('0800', 'hex'), ip, from, to, udp, payload]);
}

/** The frame that is to leave for one that came with these parts. */
export function relayed(parts: PacketParts, rtp: RtpParts, entry: RelayEntry): Buffer {
  const payloadType = entry.payloadTypes.find((mapped) => mapped.in === rtp.payloadType)?.out ?? -1;
  return frame({
    ...parts,
    source: entry.from,
    sourcePort: entry.fromPort,
    destination: entry.to,
    destinationPort: entry.toPort,
    ttl: entry.ttl,
    trafficClass: entry.dscp << 2,
    payload: rtpBytes({
      ...rtp,
      payloadType,
      sequence: (rtp.sequence + entry.sequenceOffset) & 0xffff,
      timestamp: (rtp.timestamp + entry.timestampOffset) >>> 0,
      ssrc: entry.ssrcOut,
    }),
  });
}

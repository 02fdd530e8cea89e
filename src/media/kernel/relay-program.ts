/**
 * The relay, as a program for the kernel (SPDX-License-Identifier: MIT OR GPL-2.0-only; see `LICENCE`). It runs for each
 * packet that comes in on an interface, and takes those that an entry of the table names: a plain RTP packet from the
 * latched source, with the stream's SSRC, a mapped payload type and a sequence number that goes on. Such a packet gets
 * the addresses, ports, SSRC, sequence number, timestamp and payload type of the other leg and leaves again
 * (`relay-rewrite.ts`); a copy goes on the direction's tape if the entry says so (`relay-record.ts`). Everything else is left
 * alone and reaches the socket: RTCP, telephone-events, STUN, fragments, IP options, VLANs, strangers.
 *
 * The copy of everything that is needed is taken, and the tape is held, before the version is looked at a second time (see
 * `layout.ts`); from there on only the counters of the entry are touched, and what it says of its tape. So who switches an
 * entry off and then finds the tape free has had the last of its packets.
 */
import { Assembler, type Label, number } from './assembler.js';
import { R0, R1, R2, R3, R4, R6, R7, R8, R9, R10, SKB } from './instructions.js';
import { ENTRY, LARGEST_PAYLOAD, LEAST_PAYLOAD, MAX_DROPOUT, PAYLOAD_TYPES } from './layout.js';
import {
  copy,
  ETHERNET,
  IPV4,
  IPV6,
  newIpAt,
  RTP_HEADER,
  rtpAt,
  type Shape,
  STACK,
  UDP,
  UDP_HEADER,
  udpAt,
} from './relay-frame.js';
import { beginRecord, findTape, finishRecord, holdTape, letTapeGo } from './relay-record.js';
import { checksums, send, write } from './relay-rewrite.js';

/** What the kernel is told: some of the helpers are for programs under a licence that goes with its own. */
export const LICENCE = 'Dual MIT/GPL';
export const TABLE = 'table';
/** Of one number: until when the process is there, nanoseconds of the monotonic clock. */
export const LEASE = 'lease';

/** "Not mine": the next program of the interface, or the stack, has it. */
const NEXT = -1;

export interface RelayProgramOptions {
  /** The port of the table's first entry, even. */
  readonly firstPort: number;
  /** Bytes of records that a tape holds. */
  readonly tapeBytes: number;
  /** It does nothing once the process has not renewed its lease: for where it may outlive the process. */
  readonly lease?: boolean;
}

/** The program for a table whose first entry is that of `firstPort`. */
export function relayProgram(options: RelayProgramOptions): Assembler {
  const a = new Assembler();
  const next = a.label('next');
  const ipv6 = a.label('ipv6');
  a.alu('mov', R6, R1);
  for (const mustBeZero of [SKB.packetType, SKB.vlanPresent, SKB.gsoSize]) {
    a.load(4, R1, R6, mustBeZero);
    a.jumpIf(R1, 'notEqual', number(0), next);
  }
  a.load(4, R1, R6, SKB.protocol);
  a.jumpIf(R1, 'equal', number(IPV6.protocol), ipv6);
  a.jumpIf(R1, 'notEqual', number(IPV4.protocol), next);
  relay(a, IPV4, options, next);
  a.place(ipv6);
  relay(a, IPV6, options, next);
  a.place(next);
  a.leave(NEXT);
  return a;
}

function relay(a: Assembler, shape: Shape, options: RelayProgramOptions, next: Label): void {
  const { firstPort, tapeBytes, lease = false } = options;
  const go = a.label('go');
  const off = a.label('is off');
  reach(a, shape, next);
  checkIp(a, shape, next);
  checkTransport(a, shape, next);
  findEntry(a, shape, firstPort, next);
  checkPeer(a, shape, next);
  takeRest(a);
  findTape(a, next);
  takeTransport(a, shape, next);
  takeIp(a, shape);
  holdTape(a, next);
  checkVersion(a, off);
  a.call('ktimeGetNs');
  a.store(8, R10, STACK.time, R0);
  if (lease) checkLease(a, off);
  a.jump(go);
  a.place(off);
  letTapeGo(a);
  a.jump(next);
  a.place(go);
  beginRecord(a, shape, tapeBytes);
  count(a);
  checksums(a, shape);
  write(a, shape);
  finishRecord(a, shape);
  send(a);
}

/** R8: the packet, with all headers within reach. */
function reach(a: Assembler, shape: Shape, next: Label): void {
  const needed = rtpAt(shape) + RTP_HEADER;
  const within = a.label('within reach');
  const bounds = (): void => {
    a.load(4, R8, R6, SKB.data);
    a.load(4, R2, R6, SKB.dataEnd);
    a.alu('mov', R1, R8);
    a.alu('add', R1, number(needed));
  };
  bounds();
  a.jumpIf(R1, 'notGreater', R2, within);
  a.alu('mov', R1, R6);
  a.alu('mov', R2, number(needed));
  a.call('skbPullData');
  bounds();
  a.jumpIf(R1, 'greater', R2, next);
  a.place(within);
}

/** A whole, plain UDP packet that may still travel. Leaves the IP payload's length in R9. */
function checkIp(a: Assembler, shape: Shape, next: Label): void {
  const unless = (size: 1 | 2 | 4, at: number, value: number): void => {
    a.load(size, R1, R8, ETHERNET + at);
    a.jumpIf(R1, 'notEqual', number(value), next);
  };
  if (shape.family === 4) {
    unless(1, 0, 0x45); // version 4, no options
    a.load(2, R1, R8, ETHERNET + 6);
    a.jumpIf(R1, 'anyBit', number(0xff3f), next); // more fragments, or not the first
    unless(1, 9, UDP);
    a.load(1, R1, R8, ETHERNET + 8);
    a.load(2, R9, R8, ETHERNET + 2);
    a.swap(R9, 16);
    a.alu('sub', R9, number(shape.ipHeader));
  } else {
    a.load(1, R1, R8, ETHERNET);
    a.alu('rsh', R1, number(4));
    a.jumpIf(R1, 'notEqual', number(6), next);
    unless(1, 6, UDP); // no extension headers
    a.load(1, R1, R8, ETHERNET + 7);
    a.load(2, R9, R8, ETHERNET + 4);
    a.swap(R9, 16);
  }
  a.jumpIf(R1, 'notGreater', number(1), next); // time to live, hop limit
}

/** A plain RTP packet in all of the UDP packet. R9: bytes of the UDP payload. */
function checkTransport(a: Assembler, shape: Shape, next: Label): void {
  a.load(2, R1, R8, udpAt(shape) + 4);
  a.swap(R1, 16);
  a.jumpIf(R1, 'notEqual', R9, next);
  a.load(4, R2, R6, SKB.length);
  a.alu('add', R1, number(udpAt(shape)));
  a.jumpIf(R1, 'greater', R2, next);
  a.alu('sub', R9, number(UDP_HEADER));
  a.jumpIf(R9, 'less', number(LEAST_PAYLOAD), next);
  a.jumpIf(R9, 'greater', number(LARGEST_PAYLOAD), next);
  a.load(1, R1, R8, rtpAt(shape));
  a.jumpIf(R1, 'notEqual', number(0x80), next); // version 2, no padding, extension or CSRC
}

/** R7: the entry of the port, which is on. */
function findEntry(a: Assembler, shape: Shape, firstPort: number, next: Label): void {
  a.load(2, R1, R8, udpAt(shape) + 2);
  a.swap(R1, 16);
  a.alu('sub', R1, number(firstPort));
  a.jumpIf(R1, 'anyBit', number(1), next); // RTCP has the odd ports
  a.alu('rsh', R1, number(1));
  a.store(4, R10, STACK.key, R1);
  a.loadMap(R1, TABLE);
  a.alu('mov', R2, R10);
  a.alu('add', R2, number(STACK.key));
  a.call('mapLookup');
  a.jumpIf(R0, 'equal', number(0), next);
  a.alu('mov', R7, R0);
  a.load(4, R1, R7, ENTRY.version);
  a.jumpIf(R1, 'equal', number(0), next);
  a.jumpIf(R1, 'anyBit', number(1), next);
  a.store(4, R10, STACK.version, R1);
  a.load(4, R1, R7, ENTRY.family);
  a.jumpIf(R1, 'notEqual', number(shape.family), next);
}

/** From the latched source, to our address, with the stream's SSRC. */
function checkPeer(a: Assembler, shape: Shape, next: Label): void {
  const same = (size: 2 | 4, packet: number, entry: number): void => {
    a.load(size, R1, R8, packet);
    a.load(size, R2, R7, entry);
    a.jumpIf(R1, 'notEqual', R2, next);
  };
  const source = ETHERNET + shape.addresses;
  for (let at = 0; at < shape.addressBytes; at += 4) {
    same(4, source + at, ENTRY.source + at);
    same(4, source + shape.addressBytes + at, ENTRY.local + at);
  }
  same(2, udpAt(shape), ENTRY.sourcePort);
  same(4, rtpAt(shape) + 8, ENTRY.ssrcIn);
}

/** Ports and RTP header, as they came and as they go. */
function takeTransport(a: Assembler, shape: Shape, next: Label): void {
  const rtp = rtpAt(shape);
  const goesOn = a.label('goes on');
  copy(a, R8, udpAt(shape), R10, STACK.oldTransport, 4);
  copy(a, R8, rtp, R10, STACK.oldTransport + 4, RTP_HEADER);
  copy(a, R7, ENTRY.fromPort, R10, STACK.newTransport, 4);
  const header = STACK.newTransport + UDP_HEADER;
  a.store(1, R10, header, number(0x80));
  mapPayloadType(a, rtp, header, next);
  // The sequence number must go on from the newest. The first is the very next: what is between them waits in the socket.
  a.load(2, R1, R8, rtp + 2);
  a.swap(R1, 16);
  a.store(4, R10, STACK.sequence, R1);
  a.load(4, R2, R7, ENTRY.lastSequence);
  a.alu('mov', R3, R1);
  a.alu('sub', R3, R2);
  a.alu('and', R3, number(0xffff));
  a.jumpIf(R3, 'equal', number(1), goesOn);
  a.jumpIf(R3, 'equal', number(0), next);
  a.jumpIf(R3, 'notLess', number(MAX_DROPOUT), next);
  a.load(8, R3, R7, ENTRY.packets);
  a.jumpIf(R3, 'equal', number(0), next);
  a.place(goesOn);
  a.load(2, R2, R7, ENTRY.sequenceOffset);
  a.alu('add', R1, R2);
  a.swap(R1, 16);
  a.store(2, R10, header + 2, R1);
  a.load(4, R1, R8, rtp + 4);
  a.swap(R1, 32);
  a.load(4, R2, R7, ENTRY.timestampOffset);
  a.alu32('add', R1, R2);
  a.swap(R1, 32);
  a.store(4, R10, header + 4, R1);
  copy(a, R7, ENTRY.ssrcOut, R10, header + 8, 4);
}

/** The marker stays. */
function mapPayloadType(a: Assembler, rtp: number, header: number, next: Label): void {
  const mapped = a.label('mapped');
  a.load(1, R1, R8, rtp + 1);
  a.alu('mov', R2, R1);
  a.alu('and', R2, number(0x7f));
  a.alu('and', R1, number(0x80));
  for (let n = 0; n < PAYLOAD_TYPES; n++) {
    a.load(1, R3, R7, ENTRY.payloadTypesOut + n);
    a.load(1, R4, R7, ENTRY.payloadTypesIn + n);
    a.jumpIf(R2, 'equal', R4, mapped);
  }
  a.jump(next);
  a.place(mapped);
  a.alu('or', R1, R3);
  a.store(1, R10, header + 1, R1);
}

/** The IP header as it goes, and the addresses as they came. */
function takeIp(a: Assembler, shape: Shape): void {
  const { ipHeader, addresses, addressBytes, family } = shape;
  const ip = newIpAt(shape);
  copy(a, R8, ETHERNET, R10, ip, addresses);
  copy(a, R8, ETHERNET + addresses, R10, STACK.oldAddresses, 2 * addressBytes);
  copy(a, R7, ENTRY.from, R10, ip + addresses, addressBytes);
  copy(a, R7, ENTRY.to, R10, ip + addresses + addressBytes, addressBytes);
  a.load(1, R1, R7, ENTRY.trafficClass);
  a.load(1, R2, R7, ENTRY.ttl);
  if (family === 4) {
    a.store(1, R10, ip + 1, R1);
    a.store(1, R10, ip + 8, R2);
    a.store(2, R10, ip + 10, number(0)); // the checksum, made from what is here
    return;
  }
  // The traffic class lies across two bytes (RFC 8200 § 3).
  a.store(1, R10, ip + 7, R2);
  a.alu('mov', R2, R1);
  a.alu('rsh', R2, number(4));
  a.alu('or', R2, number(0x60));
  a.store(1, R10, ip, R2);
  a.alu('and', R1, number(0x0f));
  a.alu('lsh', R1, number(4));
  a.load(1, R2, R10, ip + 1);
  a.alu('and', R2, number(0x0f));
  a.alu('or', R2, R1);
  a.store(1, R10, ip + 1, R2);
  if (ipHeader !== addresses + 2 * addressBytes) throw new Error('the IPv6 header ends with its addresses');
}

function takeRest(a: Assembler): void {
  copy(a, R7, ENTRY.outInterface, R10, STACK.outInterface, 4);
  copy(a, R7, ENTRY.flags, R10, STACK.flags, 4);
  copy(a, R7, ENTRY.nsPerUnit, R10, STACK.nsPerUnit, 4);
  copy(a, R7, ENTRY.tape, R10, STACK.tape, 4);
}

/** Nobody wrote while we read. The atomic operation keeps what was read before it before it, on every processor. */
function checkVersion(a: Assembler, off: Label): void {
  a.alu('mov', R1, number(0));
  a.fetchAdd32(R7, ENTRY.version, R1);
  a.load(4, R2, R10, STACK.version);
  a.jumpIf32(R1, 'notEqual', R2, off);
}

/** The process was there not long ago. */
function checkLease(a: Assembler, off: Label): void {
  a.loadMap(R1, LEASE);
  a.alu('mov', R2, R10);
  a.alu('add', R2, number(STACK.zero));
  a.store(4, R10, STACK.zero, number(0));
  a.call('mapLookup');
  a.jumpIf(R0, 'equal', number(0), off);
  a.load(8, R1, R0, 0);
  a.load(8, R2, R10, STACK.time);
  a.jumpIf(R2, 'greater', R1, off);
}

function count(a: Assembler): void {
  const first = a.label('first');
  const measured = a.label('measured');
  a.load(4, R1, R10, STACK.sequence);
  a.store(4, R7, ENTRY.lastSequence, R1);
  a.load(8, R1, R7, ENTRY.bytes);
  a.alu('add', R1, R9);
  a.store(8, R7, ENTRY.bytes, R1);
  a.load(8, R1, R10, STACK.time);
  a.store(8, R7, ENTRY.lastArrival, R1);
  // RFC 3550 A.8, in sixteenths; transit times are compared modulo 2^32.
  a.load(4, R2, R10, STACK.nsPerUnit);
  a.alu('div', R1, R2);
  a.load(4, R2, R10, STACK.oldTransport + 8);
  a.swap(R2, 32);
  a.store(4, R7, ENTRY.lastTimestamp, R2);
  a.alu32('sub', R1, R2);
  a.load(4, R2, R7, ENTRY.transit);
  a.store(4, R7, ENTRY.transit, R1);
  a.load(8, R3, R7, ENTRY.packets);
  a.alu('mov', R4, R3);
  a.alu('add', R4, number(1));
  a.store(8, R7, ENTRY.packets, R4);
  a.jumpIf(R3, 'equal', number(0), first);
  a.alu32('sub', R1, R2);
  a.jumpIf32(R1, 'signedLess', number(0), measured);
  a.negate32(R1);
  a.place(measured);
  a.negate32(R1);
  a.jumpIf32(R1, 'notLess', number(0x100000), first);
  a.load(4, R2, R7, ENTRY.jitter);
  a.alu32('add', R1, R2);
  a.alu32('add', R2, number(8));
  a.alu32('rsh', R2, number(4));
  a.alu32('sub', R1, R2);
  a.store(4, R7, ENTRY.jitter, R1);
  a.place(first);
}

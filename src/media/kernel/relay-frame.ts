/**
 * What the parts of the relay program have in common (SPDX-License-Identifier: MIT OR GPL-2.0-only): where things stand in a
 * packet (RFC 791, 8200, 768, 3550) and on the program's stack.
 */
import { type Assembler, number } from './assembler.js';
import { R1, R8, type Register } from './instructions.js';

export const ETHERNET = 14;
export const UDP = 17;
export const UDP_HEADER = 8;
export const RTP_HEADER = 12;

/** Where the parts of a packet stand, by family, and how large its addresses are. */
export interface Shape {
  readonly family: 4 | 6;
  /** Ethertype, as it stands in memory. */
  readonly protocol: number;
  readonly ipHeader: number;
  /** Of the source address within the IP header; the destination follows. */
  readonly addresses: number;
  readonly addressBytes: 4 | 16;
}
export const IPV4: Shape = { family: 4, protocol: 0x0008, ipHeader: 20, addresses: 12, addressBytes: 4 };
export const IPV6: Shape = { family: 6, protocol: 0xdd86, ipHeader: 40, addresses: 8, addressBytes: 16 };

/** The stack, by offsets from R10. */
export const STACK = {
  key: -4,
  version: -8,
  sequence: -12,
  outInterface: -16,
  /** Ports and RTP header as they came. */
  oldTransport: -32,
  /** UDP and RTP header as they go; before them stands the IP header (`newIpAt`), so that all goes out in one piece. */
  newTransport: -56,
  oldAddresses: -128,
  flags: -132,
  nsPerUnit: -136,
  time: -144,
  transportDifference: -152,
  zero: -156,
  /** Which tape has the packet. */
  tape: -160,
  /** Where on it the record stands. */
  record: -168,
  /** The sum of what its UDP checksum covers but for the payload. */
  udpSum: -176,
  /** By how much the head goes on. */
  advance: -180,
  /** Where the tape is. */
  sound: -192,
} as const;

/** Where on the stack the IP header stands as it goes. */
export const newIpAt = ({ ipHeader }: Shape): number => STACK.newTransport - ipHeader;
export const udpAt = ({ ipHeader }: Shape): number => ETHERNET + ipHeader;
export const rtpAt = (shape: Shape): number => udpAt(shape) + UDP_HEADER;

/** Copies by way of R1, in the largest pieces that both places allow. */
export function copy(a: Assembler, from: Register, fromAt: number, to: Register, toAt: number, bytes: number): void {
  for (let done = 0; done < bytes;) {
    const left = bytes - done;
    const size = left >= 8 && (toAt + done) % 8 === 0 && from !== R8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    a.load(size, R1, from, fromAt + done);
    a.store(size, to, toAt + done, R1);
    done += size;
  }
}

/** Folds a sum below 2^48 into 16 bits and inverts it; by way of `spare`. */
export function checksum(a: Assembler, sum: Register, spare: Register): void {
  for (let folds = 0; folds < 3; folds++) {
    a.alu('mov', spare, sum);
    a.alu('rsh', spare, number(16));
    a.alu('and', sum, number(0xffff));
    a.alu('add', sum, spare);
  }
  a.alu('xor', sum, number(0xffff));
}

/**
 * The part of the relay program that makes of a packet the one that goes on (SPDX-License-Identifier: MIT OR
 * GPL-2.0-only): checksums, headers, and the way out.
 */
import { type Assembler, number } from './assembler.js';
import { R0, R1, R2, R3, R4, R5, R6, R10 } from './instructions.js';
import { FLAG } from './layout.js';
import { ETHERNET, IPV4, RTP_HEADER, rtpAt, type Shape, STACK, TRANSPORT_BYTES, udpAt } from './relay-frame.js';

/** bpf_l4_csum_replace: the difference is given whole; it concerns the pseudo header; a checksum of 0 stays one. */
const PSEUDO_HEADER = 1 << 4;
const KEEP_ZERO = 1 << 5;
/** bpf_redirect: to the interface's own ingress. */
const INGRESS = 1;

/** The UDP checksum follows what changes; the kernel knows whether it is whole yet, or the card's to complete. */
export function checksums(a: Assembler, shape: Shape): void {
  const { addresses, addressBytes } = shape;
  difference(a, STACK.oldTransport, STACK.newTransport, TRANSPORT_BYTES);
  a.store(8, R10, STACK.transportDifference, R0);
  difference(a, STACK.oldAddresses, STACK.newIp + addresses, 2 * addressBytes);
  a.alu('mov', R4, R0);
  replace(a, shape, PSEUDO_HEADER | KEEP_ZERO);
  a.load(8, R4, R10, STACK.transportDifference);
  replace(a, shape, KEEP_ZERO);
  if (shape.family === 4) headerChecksum(a);
}

function difference(a: Assembler, before: number, after: number, bytes: number): void {
  a.alu('mov', R1, R10);
  a.alu('add', R1, number(before));
  a.alu('mov', R2, number(bytes));
  a.alu('mov', R3, R10);
  a.alu('add', R3, number(after));
  a.alu('mov', R4, number(bytes));
  a.alu('mov', R5, number(0));
  a.call('checksumDifference');
}

/** R4: the difference. */
function replace(a: Assembler, shape: Shape, flags: number): void {
  a.alu('mov', R1, R6);
  a.alu('mov', R2, number(udpAt(shape) + 6));
  a.alu('mov', R3, number(0));
  a.alu('mov', R5, number(flags));
  a.call('l4ChecksumReplace');
}

/** RFC 791: the sum of the new header, folded and inverted. */
function headerChecksum(a: Assembler): void {
  a.alu('mov', R1, number(0));
  a.alu('mov', R2, number(0));
  a.alu('mov', R3, R10);
  a.alu('add', R3, number(STACK.newIp));
  a.alu('mov', R4, number(IPV4.ipHeader));
  a.alu('mov', R5, number(0));
  a.call('checksumDifference');
  a.alu32('mov', R0, R0);
  for (let folds = 0; folds < 2; folds++) {
    a.alu('mov', R1, R0);
    a.alu('and', R1, number(0xffff));
    a.alu('rsh', R0, number(16));
    a.alu('add', R0, R1);
  }
  a.alu('xor', R0, number(0xffff));
  a.store(2, R10, STACK.newIp + 10, R0);
}

export function write(a: Assembler, shape: Shape): void {
  const put = (at: number, from: number, bytes: number): void => {
    a.alu('mov', R1, R6);
    a.alu('mov', R2, number(at));
    a.alu('mov', R3, R10);
    a.alu('add', R3, number(from));
    a.alu('mov', R4, number(bytes));
    a.alu('mov', R5, number(0));
    a.call('skbStoreBytes');
  };
  put(ETHERNET, STACK.newIp, shape.ipHeader);
  put(udpAt(shape), STACK.newTransport, 4);
  put(rtpAt(shape), STACK.newTransport + 4, RTP_HEADER);
}

export function send(a: Assembler): void {
  const inward = a.label('peer on this machine');
  a.load(4, R1, R10, STACK.outInterface);
  a.load(4, R2, R10, STACK.flags);
  a.jumpIf(R2, 'anyBit', number(FLAG.inward), inward);
  for (const argument of [R2, R3, R4]) a.alu('mov', argument, number(0));
  a.call('redirectNeighbour');
  a.exit();
  a.place(inward);
  a.alu('mov', R2, number(INGRESS));
  a.call('redirect');
  a.exit();
}

/**
 * The part of the relay program that makes of a packet the one that goes on (SPDX-License-Identifier: MIT OR
 * GPL-2.0-only): checksums, headers, and the way out.
 */
import { type Assembler, number } from './assembler.js';
import { R0, R1, R2, R3, R4, R5, R6, R10 } from './instructions.js';
import { FLAG } from './layout.js';
import { checksum, ETHERNET, IPV4, newIpAt, RTP_HEADER, type Shape, STACK, UDP_HEADER, udpAt } from './relay-frame.js';

/** bpf_l4_csum_replace: the difference is given whole; it concerns the pseudo header; a checksum of 0 stays one. */
const PSEUDO_HEADER = 1 << 4;
const KEEP_ZERO = 1 << 5;
/** bpf_redirect: to the interface's own ingress. */
const INGRESS = 1;

/** The UDP checksum follows what changes; the kernel knows whether it is whole yet, or the card's to complete. */
export function checksums(a: Assembler, shape: Shape): void {
  const { addresses, addressBytes } = shape;
  const [before, after] = [STACK.oldTransport, STACK.newTransport];
  const rtp = (word: number): Changed => ({ before: before + 4 + word, after: after + UDP_HEADER + word });
  difference(a, [{ before, after }, rtp(0), rtp(4), rtp(8)]);
  a.store(8, R10, STACK.transportDifference, R0);
  const newAddresses = newIpAt(shape) + addresses;
  const words = Array.from({ length: addressBytes / 2 }, (_, n) => 4 * n);
  difference(
    a,
    words.map((n) => ({ before: STACK.oldAddresses + n, after: newAddresses + n })),
  );
  a.alu('mov', R4, R0);
  replace(a, shape, PSEUDO_HEADER | KEEP_ZERO);
  a.load(8, R4, R10, STACK.transportDifference);
  replace(a, shape, KEEP_ZERO);
  if (shape.family === 4) headerChecksum(a);
}

/** Where on the stack four bytes stand as they came and as they go. */
interface Changed {
  readonly before: number;
  readonly after: number;
}

/** R0: what the sum changes by, in 32 bits: the new words and the old ones inverted (RFC 1624). */
function difference(a: Assembler, changed: readonly Changed[]): void {
  a.alu('mov', R0, number(0));
  for (const { before, after } of changed) {
    a.load(4, R1, R10, after);
    a.alu('add', R0, R1);
    a.load(4, R1, R10, before);
    a.alu32('xor', R1, number(-1));
    a.alu('add', R0, R1);
  }
  for (let folds = 0; folds < 2; folds++) {
    a.alu('mov', R1, R0);
    a.alu('rsh', R1, number(32));
    a.alu32('mov', R0, R0);
    a.alu('add', R0, R1);
  }
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
  const ip = newIpAt(IPV4);
  a.alu('mov', R0, number(0));
  for (let n = 0; n < IPV4.ipHeader; n += 4) {
    a.load(4, R1, R10, ip + n);
    a.alu('add', R0, R1);
  }
  checksum(a, R0, R1);
  a.store(2, R10, ip + 10, R0);
}

/** All headers in one piece; the length and checksum of UDP, which stand among them, as they are in the packet by now. */
export function write(a: Assembler, shape: Shape): void {
  a.alu('mov', R1, R6);
  a.alu('mov', R2, number(udpAt(shape) + 4));
  a.alu('mov', R3, R10);
  a.alu('add', R3, number(STACK.newTransport + 4));
  a.alu('mov', R4, number(4));
  a.call('skbLoadBytes');
  a.alu('mov', R1, R6);
  a.alu('mov', R2, number(ETHERNET));
  a.alu('mov', R3, R10);
  a.alu('add', R3, number(newIpAt(shape)));
  a.alu('mov', R4, number(shape.ipHeader + UDP_HEADER + RTP_HEADER));
  a.alu('mov', R5, number(0));
  a.call('skbStoreBytes');
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

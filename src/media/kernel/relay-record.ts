/**
 * The part of the relay program that keeps a packet on the tape of its direction (SPDX-License-Identifier: MIT OR
 * GPL-2.0-only): as a record of a spool, byte for byte what `spool/pcap.ts` would write of it, so that nothing is left to do
 * for the process. All sums are of little-endian 16-bit words, as the machine has them (RFC 1071 § 2).
 */
import { type Assembler, type Label, number } from './assembler.js';
import { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 } from './instructions.js';
import { ENTRY, FLAG } from './layout.js';
import { checksum, rtpAt, type Shape, STACK, UDP_HEADER } from './relay-frame.js';

export const TAPES = 'tapes';

/** The record's own header (spool/pcap.ts): seconds, microseconds and twice the length. */
const RECORD_HEADER = 16;
const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1_000;
/** What bpf_csum_diff takes at once, before Linux 6.13. */
const MOST_SUMMED = 512;

const headersOf = ({ ipHeader }: Shape): number => ipHeader + UDP_HEADER;
const payloadAt = (shape: Shape): number => RECORD_HEADER + headersOf(shape);

/** The direction's tape, if it is recorded: where it is, on the stack; 0: it is not. */
export function findTape(a: Assembler, next: Label): void {
  const [kept, found] = [a.label('is recorded'), a.label('tape found')];
  a.alu('mov', R0, number(0));
  a.load(4, R1, R10, STACK.flags);
  a.jumpIf(R1, 'anyBit', number(FLAG.record), kept);
  a.jump(found);
  a.place(kept);
  a.loadMap(R1, TAPES);
  a.alu('mov', R2, R10);
  a.alu('add', R2, number(STACK.tape));
  a.call('mapLookup');
  a.jumpIf(R0, 'equal', number(0), next);
  a.place(found);
  a.store(8, R10, STACK.sound, R0);
}

/**
 * R8: the direction's tape, which nobody else writes to until it is let go; 0: it is not recorded. The packet itself
 * is out of reach from here on.
 */
export function holdTape(a: Assembler, next: Label): void {
  const held = a.label('held');
  a.load(8, R8, R10, STACK.sound);
  a.jumpIf(R8, 'equal', number(0), held);
  a.alu('mov', R1, number(1));
  a.fetchAdd32(R7, ENTRY.busy, R1);
  a.jumpIf32(R1, 'equal', number(0), held);
  release(a);
  a.jump(next);
  a.place(held);
}

export function letTapeGo(a: Assembler): void {
  const none = a.label('no tape');
  a.jumpIf(R8, 'equal', number(0), none);
  release(a);
  a.place(none);
}

function release(a: Assembler): void {
  a.alu('mov', R1, number(-1));
  a.fetchAdd32(R7, ENTRY.busy, R1);
}

/**
 * Begins a record on the tape, if it is held, and copies the packet there; where there is no room that is counted, and the
 * packet goes on. The tape is not at hand for the processor, so what is written there takes a while: `finishRecord`, which
 * has to wait for it, comes after everything else.
 */
export function beginRecord(a: Assembler, shape: Shape, tapeBytes: number): void {
  const [done, missed] = [a.label('recorded'), a.label('missed')];
  a.jumpIf(R8, 'equal', number(0), done);
  findRoom(a, shape, tapeBytes, missed);
  writeHeaders(a, shape);
  copyPayload(a, shape, missed);
  a.jump(done);
  a.place(missed);
  a.store(8, R10, STACK.record, number(0));
  a.load(4, R1, R7, ENTRY.missed);
  a.alu('add', R1, number(1));
  a.store(4, R7, ENTRY.missed, R1);
  a.place(done);
}

/** The record that was begun gets its checksum and is there for the process; the tape is let go. */
export function finishRecord(a: Assembler, shape: Shape): void {
  const [none, done] = [a.label('nothing was begun'), a.label('finished')];
  a.jumpIf(R8, 'equal', number(0), done);
  a.load(8, R5, R10, STACK.record);
  a.jumpIf(R5, 'equal', number(0), none);
  writeChecksum(a, shape);
  a.load(4, R1, R10, STACK.advance);
  a.fetchAdd32(R7, ENTRY.head, R1); // atomic: who sees it sees all that was written before
  a.place(none);
  release(a);
  a.place(done);
}

/** R5: where the record is to stand. */
function findRoom(a: Assembler, shape: Shape, tapeBytes: number, missed: Label): void {
  const [behind, fits] = [a.label('behind the tail'), a.label('fits')];
  a.load(4, R2, R7, ENTRY.head);
  a.jumpIf(R2, 'notLess', number(tapeBytes), missed);
  a.alu('mov', R3, R2);
  a.alu('add', R3, R9);
  a.alu('add', R3, number(RECORD_HEADER + headersOf(shape)));
  a.load(4, R4, R7, ENTRY.tail);
  a.alu('mov', R5, R3);
  a.jumpIf(R4, 'greater', R2, behind);
  a.jumpIf(R3, 'less', number(tapeBytes), fits);
  a.jumpIf(R4, 'equal', number(0), missed);
  a.store(4, R7, ENTRY.wrapped, R3);
  a.alu('mov', R5, number(0));
  a.jump(fits);
  a.place(behind);
  a.jumpIf(R3, 'notLess', R4, missed);
  a.place(fits);
  a.alu('sub', R5, R2);
  a.store(4, R10, STACK.advance, R5);
  a.alu('mov', R5, R8);
  a.alu('add', R5, R2);
}

/** The record's header, and the IP and UDP header it came with but for the UDP checksum. R5: where. */
function writeHeaders(a: Assembler, shape: Shape): void {
  const ip = RECORD_HEADER;
  const udp = ip + shape.ipHeader;
  writeTime(a);
  a.alu('mov', R1, R9);
  a.alu('add', R1, number(headersOf(shape)));
  for (const at of [8, 12]) {
    a.store(4, R5, at, R1);
    a.alu('add', R4, R1);
  }
  a.load(4, R2, R7, ENTRY.kind);
  a.alu('add', R4, R2);
  checksum(a, R4, R2); // R4: what the IP header says of all before it
  for (let n = 0; n < headersOf(shape); n += 4) {
    a.load(4, R2, R7, ENTRY.header + n);
    a.store(4, R5, ip + n, R2);
  }
  if (shape.family === 4) writeIpV4(a, ip);
  else a.store(2, R5, ip + 2, R4);
  a.alu('mov', R1, R9);
  a.alu('add', R1, number(UDP_HEADER));
  a.swap(R1, 16);
  if (shape.family === 6) a.store(2, R5, ip + 4, R1);
  a.store(2, R5, udp + 4, R1);
  a.alu('add', R1, R1);
  a.load(4, R2, R7, ENTRY.udpSum);
  a.alu('add', R1, R2);
  a.store(8, R10, STACK.udpSum, R1);
}

/** Seconds and microseconds; R4: their sum. */
function writeTime(a: Assembler): void {
  a.load(8, R1, R10, STACK.time);
  a.load(8, R2, R7, ENTRY.zero);
  a.alu('add', R1, R2);
  a.alu('mov', R4, R1);
  a.alu('div', R4, number(NS_PER_S));
  a.store(4, R5, 0, R4);
  a.alu('mov', R2, R4);
  a.alu('mul', R2, number(NS_PER_S));
  a.alu('sub', R1, R2);
  a.alu('div', R1, number(NS_PER_US));
  a.store(4, R5, 4, R1);
  a.alu('add', R4, R1);
}

/** Length, identification and checksum. R1: the packet's length, R4: the check. */
function writeIpV4(a: Assembler, ip: number): void {
  a.swap(R1, 16);
  a.store(2, R5, ip + 2, R1);
  a.store(2, R5, ip + 4, R4);
  a.load(4, R2, R7, ENTRY.ipSum);
  a.alu('add', R2, R1);
  a.alu('add', R2, R4);
  checksum(a, R2, R3);
  a.store(2, R5, ip + 10, R2);
}

/** R5: where the record stands. */
function copyPayload(a: Assembler, shape: Shape, missed: Label): void {
  const at = payloadAt(shape);
  // What fills the last word counts as zero.
  a.alu('mov', R1, R9);
  a.alu('and', R1, number(-4));
  a.alu('add', R1, R5);
  a.store(4, R1, at, number(0));
  a.store(8, R10, STACK.record, R5);
  a.alu('mov', R1, R6);
  a.alu('mov', R2, number(rtpAt(shape)));
  a.alu('mov', R3, R5);
  a.alu('add', R3, number(at));
  a.alu('mov', R4, R9);
  a.call('skbLoadBytes');
  a.jumpIf(R0, 'notEqual', number(0), missed);
}

function writeChecksum(a: Assembler, shape: Shape): void {
  const whole = a.label('a checksum that is not zero');
  sumPayload(a, payloadAt(shape));
  a.load(8, R2, R10, STACK.udpSum);
  a.alu('add', R0, R2);
  checksum(a, R0, R2);
  a.jumpIf(R0, 'notEqual', number(0), whole);
  a.alu('mov', R0, number(0xffff)); // 0 would mean "no checksum" (RFC 768)
  a.place(whole);
  a.load(8, R5, R10, STACK.record);
  a.store(2, R5, payloadAt(shape) - 2, R0);
}

/** R0: the sum of the payload, in 32 bits. */
function sumPayload(a: Assembler, at: number): void {
  const [rest, summed] = [a.label('the rest'), a.label('summed')];
  const part = (from: number): void => {
    a.load(8, R3, R10, STACK.record);
    a.alu('add', R3, number(at + from));
    a.alu('mov', R1, number(0));
    a.alu('mov', R2, number(0));
    a.call('checksumDifference');
    a.alu32('mov', R0, R0);
  };
  a.alu('mov', R4, R9);
  a.alu('add', R4, number(3));
  a.alu('and', R4, number(-4));
  a.alu('mov', R5, number(0));
  a.jumpIf(R4, 'greater', number(MOST_SUMMED), rest);
  part(0);
  a.jump(summed);
  a.place(rest);
  a.alu('mov', R4, number(MOST_SUMMED));
  part(0);
  a.alu('mov', R5, R0);
  a.alu('mov', R4, R9);
  a.alu('add', R4, number(3 - MOST_SUMMED));
  a.alu('and', R4, number(MOST_SUMMED - 4)); // whole words; and that they are below 512 the verifier cannot know
  part(MOST_SUMMED);
  a.place(summed);
}

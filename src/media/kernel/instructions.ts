/**
 * The eBPF instruction set as far as the relay needs it (RFC 9669): registers, operations and the kernel's helper
 * functions by name. An instruction has eight bytes: opcode, destination and source register, a signed 16-bit offset and
 * a signed 32-bit immediate (§ 3); only the load of a map takes sixteen (§ 5.4).
 */
import type { Branded } from '../../base/brands.js';

/** R0: results; R1 to R5: arguments, lost in calls; R6 to R9: kept over calls; R10: the end of the stack, read only. */
export type Register = Branded<number, 'bpf-register'>;
const register = (number: number): Register => number as Register;
export const R0 = register(0);
export const R1 = register(1);
export const R2 = register(2);
export const R3 = register(3);
export const R4 = register(4);
export const R5 = register(5);
export const R6 = register(6);
export const R7 = register(7);
export const R8 = register(8);
export const R9 = register(9);
export const R10 = register(10);

/** Bytes that a load or store moves (§ 5.1). */
export type Size = 1 | 2 | 4 | 8;
export const sizeBits: Readonly<Record<Size, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };

/** Instruction classes (§ 3.1). */
export const CLASS = { ldx: 0x01, st: 0x02, stx: 0x03, alu32: 0x04, jump: 0x05, jump32: 0x06, alu64: 0x07 } as const;
/** The operand is a register rather than the immediate. */
export const BY_REGISTER = 0x08;
/** Mode of ordinary loads and stores (§ 5.1), and of atomic ones (§ 5.3). */
export const MEM = 0x60;
export const ATOMIC = 0xc0;
/** § 5.3: addition, and that the old value is given back. */
export const ATOMIC_FETCH_ADD = 0x01;
/** § 4.2: byte swap from and to big endian. */
export const TO_BIG_ENDIAN = 0xdc;
/** § 5.4: the immediate is 64 bits wide; source register 1 says that it is a map's descriptor. */
export const LOAD_IMMEDIATE_64 = 0x18;
export const FROM_MAP_DESCRIPTOR = 1;
export const CALL = 0x85;
export const EXIT = 0x95;
export const JUMP_ALWAYS = 0x05;

/** Arithmetic (§ 4.1). */
export const ALU = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  xor: 0xa0,
  mov: 0xb0,
} as const;
export type AluOperation = Exclude<keyof typeof ALU, 'neg'>;

/** Conditional jumps (§ 4.3); unsigned but `signedLess`. */
export const CONDITION = {
  equal: 0x10,
  greater: 0x20,
  notLess: 0x30,
  anyBit: 0x40,
  notEqual: 0x50,
  less: 0xa0,
  notGreater: 0xb0,
  signedLess: 0xc0,
} as const;
export type Condition = keyof typeof CONDITION;

/** Helper functions of the kernel by their numbers in linux/bpf.h. */
export const HELPER = {
  mapLookup: 1,
  ktimeGetNs: 5,
  skbStoreBytes: 9,
  l4ChecksumReplace: 11,
  redirect: 23,
  skbLoadBytes: 26,
  checksumDifference: 28,
  skbPullData: 39,
  redirectNeighbour: 152,
} as const;
export type Helper = keyof typeof HELPER;

/** Offsets in `struct __sk_buff`, the context of a traffic-control program. */
export const SKB = {
  length: 0,
  packetType: 4,
  protocol: 16,
  vlanPresent: 20,
  data: 76,
  dataEnd: 80,
  gsoSize: 176,
} as const;

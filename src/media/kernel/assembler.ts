/**
 * An assembler for eBPF: each method appends one instruction, jumps name labels, and `assemble` gives the bytes that the
 * kernel loads, with the descriptors of the maps in their places. It knows instructions, not what a program is for.
 */
import {
  ALU,
  type AluOperation,
  ATOMIC,
  ATOMIC_FETCH_ADD,
  BY_REGISTER,
  CALL,
  CLASS,
  CONDITION,
  type Condition,
  EXIT,
  FROM_MAP_DESCRIPTOR,
  type Helper,
  HELPER,
  JUMP_ALWAYS,
  LOAD_IMMEDIATE_64,
  MEM,
  R0,
  type Register,
  type Size,
  sizeBits,
  TO_BIG_ENDIAN,
} from './instructions.js';

/** A place in the program: made by `label`, put down by `place`. */
export interface Label {
  readonly name: string;
}

/** A register, or a signed 32-bit number. */
export type Operand = Register | { readonly value: number };

/** A number as an operand; without it, a number would be taken for a register. */
export const number = (value: number): Operand => ({ value });

interface Instruction {
  readonly opcode: number;
  readonly destination: number;
  readonly source: number;
  readonly offset: number;
  readonly immediate: number;
  readonly target?: Label;
  readonly map?: string;
}

const isRegister = (operand: Operand): operand is Register => typeof operand === 'number';

export class Assembler {
  readonly #instructions: Instruction[] = [];
  readonly #places = new Map<Label, number>();

  label(name: string): Label {
    return { name };
  }

  /** The label stands for the next instruction. */
  place(label: Label): void {
    if (this.#places.has(label)) throw new Error(`the label ${label.name} is placed twice`);
    this.#places.set(label, this.#instructions.length);
  }

  /** 64 bits: `destination = destination OPERATION operand`; `mov` only sets. */
  alu(operation: AluOperation, destination: Register, operand: Operand): void {
    this.#alu(CLASS.alu64, ALU[operation], destination, operand);
  }

  /** 32 bits; the upper half becomes 0. */
  alu32(operation: AluOperation, destination: Register, operand: Operand): void {
    this.#alu(CLASS.alu32, ALU[operation], destination, operand);
  }

  negate32(destination: Register): void {
    this.#add({ opcode: CLASS.alu32 | ALU.neg, destination });
  }

  /** Between network order and the machine's (a little-endian one), in the low `bits`; the rest becomes 0. */
  swap(destination: Register, bits: 16 | 32): void {
    this.#add({ opcode: TO_BIG_ENDIAN, destination, immediate: bits });
  }

  /** `destination = *(base + offset)` */
  load(size: Size, destination: Register, base: Register, offset: number): void {
    this.#add({ opcode: CLASS.ldx | MEM | sizeBits[size], destination, source: base, offset });
  }

  /** `*(base + offset) = operand` */
  store(size: Size, base: Register, offset: number, operand: Operand): void {
    const opcode = MEM | sizeBits[size];
    if (isRegister(operand)) this.#add({ opcode: opcode | CLASS.stx, destination: base, source: operand, offset });
    else this.#add({ opcode: opcode | CLASS.st, destination: base, offset, immediate: operand.value });
  }

  /** `value = *(base + offset)`, and adds the old `value` to it: with 0 a load that no other passes (§ 5.3). */
  fetchAdd32(base: Register, offset: number, value: Register): void {
    const opcode = CLASS.stx | ATOMIC | sizeBits[4];
    this.#add({ opcode, destination: base, source: value, offset, immediate: ATOMIC_FETCH_ADD });
  }

  /** A map's address, for the helpers that take one. */
  loadMap(destination: Register, map: string): void {
    this.#add({ opcode: LOAD_IMMEDIATE_64, destination, source: FROM_MAP_DESCRIPTOR, map });
    this.#add({ opcode: 0 });
  }

  jump(target: Label): void {
    this.#add({ opcode: JUMP_ALWAYS, target });
  }

  /** Jumps if `left CONDITION right`, 64 bits wide. */
  jumpIf(left: Register, condition: Condition, right: Operand, target: Label): void {
    this.#jumpIf(CLASS.jump, left, condition, right, target);
  }

  /** The same with the low 32 bits. */
  jumpIf32(left: Register, condition: Condition, right: Operand, target: Label): void {
    this.#jumpIf(CLASS.jump32, left, condition, right, target);
  }

  /** Calls a helper with what is in R1 to R5; its result is in R0. */
  call(helper: Helper): void {
    this.#add({ opcode: CALL, immediate: HELPER[helper] });
  }

  exit(): void {
    this.#add({ opcode: EXIT });
  }

  /** Ends the program with a result. */
  leave(result: number): void {
    this.alu('mov', R0, number(result));
    this.exit();
  }

  /**
   * The program's bytes, for a little-endian machine.
   * @param descriptors of the maps, by the names that `loadMap` was given
   */
  assemble(descriptors: Readonly<Record<string, number>>): Buffer {
    const bytes = Buffer.alloc(this.#instructions.length * 8);
    this.#instructions.forEach((instruction, index) => {
      const at = index * 8;
      bytes.writeUInt8(instruction.opcode, at);
      bytes.writeUInt8((instruction.source << 4) | instruction.destination, at + 1);
      bytes.writeInt16LE(instruction.target ? this.#distance(index, instruction.target) : instruction.offset, at + 2);
      bytes.writeInt32LE(instruction.map ? descriptorOf(descriptors, instruction.map) : instruction.immediate, at + 4);
    });
    return bytes;
  }

  #distance(from: number, target: Label): number {
    const place = this.#places.get(target);
    if (place === undefined) throw new Error(`the label ${target.name} is not placed`);
    return place - from - 1;
  }

  #alu(kind: number, operation: number, destination: Register, operand: Operand): void {
    const opcode = kind | operation;
    if (isRegister(operand)) this.#add({ opcode: opcode | BY_REGISTER, destination, source: operand });
    else this.#add({ opcode, destination, immediate: operand.value });
  }

  #jumpIf(kind: number, left: Register, condition: Condition, right: Operand, target: Label): void {
    const opcode = kind | CONDITION[condition];
    if (isRegister(right)) this.#add({ opcode: opcode | BY_REGISTER, destination: left, source: right, target });
    else this.#add({ opcode, destination: left, immediate: right.value, target });
  }

  #add(part: Partial<Instruction> & Pick<Instruction, 'opcode'>): void {
    this.#instructions.push({ destination: 0, source: 0, offset: 0, immediate: 0, ...part });
  }
}

function descriptorOf(descriptors: Readonly<Record<string, number>>, map: string): number {
  const descriptor = descriptors[map];
  if (descriptor === undefined) throw new Error(`the map ${map} has no descriptor`);
  return descriptor;
}

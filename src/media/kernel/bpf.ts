/**
 * The bpf() system call and what goes with it, through the C library: maps, programs, attachment to interfaces, mapped
 * memory. Each function throws `KernelError` with the call and the system's error number; nothing here knows the relay.
 * Linux on x86-64 and arm64 only. The attribute structures are those of linux/bpf.h.
 */
import { constants } from 'node:os';
import koffi from 'koffi';
import { HalinaError } from '../../base/errors.js';

const SYSCALL: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };

const COMMAND = { mapCreate: 0, programLoad: 5, programTestRun: 10, linkCreate: 28 } as const;
const ARRAY = 2;
const KEY_BYTES = 4;
const MAPPABLE = 1 << 10;
const TRAFFIC_CONTROL = 3;
const TCX_INGRESS = 46;

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const ATTRIBUTE_BYTES = 128;
const LOG_BYTES = 1 << 20;

/** `errno`: the system's name for the error, e.g. `EPERM`. */
export class KernelError extends HalinaError {
  constructor(
    readonly call: string,
    readonly errno: string,
    detail = '',
  ) {
    const lacksRights = errno === 'EPERM' || errno === 'EACCES';
    super('MEDIA_KERNEL', `${call} failed with ${errno}${detail && `: ${detail}`}`, {
      hint: lacksRights
        ? 'the media process needs CAP_BPF and CAP_NET_ADMIN (docs/decisions/kernel-plane.md); or set media.plane to session'
        : 'set media.plane to session to go on without the kernel plane',
    });
  }
}

/** A file descriptor of a map, a program or a link. */
export type Descriptor = number;

interface LibC {
  readonly syscall: (number: number, command: number, attribute: Buffer, size: number) => number;
  readonly mmap: (at: null, bytes: number, protection: number, flags: number, fd: number, offset: number) => unknown;
  readonly munmap: (at: unknown, bytes: number) => number;
  readonly close: (fd: number) => number;
}

let loaded: LibC | undefined;

function libC(): LibC {
  if (loaded) return loaded;
  const library = koffi.load(null);
  loaded = {
    syscall: library.func('long syscall(long, long, void *, long)'),
    mmap: library.func('void *mmap(void *, size_t, int, int, int, long)'),
    munmap: library.func('int munmap(void *, size_t)'),
    close: library.func('int close(int)'),
  };
  return loaded;
}

function lastError(): string {
  const code = koffi.errno();
  return Object.entries(constants.errno).find(([, value]) => value === code)?.[0] ?? `error ${code}`;
}

/** Memory that stays where it is while the kernel reads or writes it, and its address for an attribute. */
function address(memory: Buffer): bigint {
  return koffi.address(memory);
}

function bpf(name: keyof typeof COMMAND, attribute: Buffer): number {
  const number = SYSCALL[process.arch];
  if (process.platform !== 'linux' || number === undefined)
    throw new KernelError('bpf', 'ENOSYS', `not known for ${process.platform} on ${process.arch}`);
  const result = libC().syscall(number, COMMAND[name], attribute, attribute.length);
  if (result < 0) throw new KernelError(`bpf ${name}`, lastError());
  return result;
}

/** An array of values of `valueBytes` (a multiple of 8), which can be mapped into memory. */
export function createArray(valueBytes: number, entries: number): Descriptor {
  const attribute = Buffer.alloc(ATTRIBUTE_BYTES);
  [ARRAY, KEY_BYTES, valueBytes, entries, MAPPABLE].forEach((value, n) => attribute.writeUInt32LE(value, n * 4));
  return bpf('mapCreate', attribute);
}

/** Loads a traffic-control program. Where the kernel's verifier refuses it, the error has the end of its log. */
export function loadProgram(code: Buffer, licence: string, name: string): Descriptor {
  const attribute = Buffer.alloc(ATTRIBUTE_BYTES);
  const licenceText = Buffer.from(`${licence}\0`);
  attribute.writeUInt32LE(TRAFFIC_CONTROL, 0);
  attribute.writeUInt32LE(code.length / 8, 4);
  attribute.writeBigUInt64LE(address(code), 8);
  attribute.writeBigUInt64LE(address(licenceText), 16);
  attribute.write(name.slice(0, 15), 48, 'latin1');
  try {
    return verified(attribute);
  } catch (error) {
    // Again, with the verifier's log, which costs time and is wanted only now.
    if (!(error instanceof KernelError) || error.errno === 'EPERM') throw error;
    const log = Buffer.alloc(LOG_BYTES);
    attribute.writeUInt32LE(1, 24);
    attribute.writeUInt32LE(log.length, 28);
    attribute.writeBigUInt64LE(address(log), 32);
    try {
      return verified(attribute);
    } catch (second) {
      const said = log.subarray(0, log.indexOf(0)).toString('latin1').trim().split('\n').slice(-12).join('\n');
      throw second instanceof KernelError ? new KernelError(second.call, second.errno, said) : second;
    }
  }
}

/** A signal, such as a profiler's, stops the verifier with EAGAIN: it is asked again, as often as that is likely to help. */
function verified(attribute: Buffer): Descriptor {
  for (let left = 50; ; left--) {
    try {
      return bpf('programLoad', attribute);
    } catch (error) {
      if (!(error instanceof KernelError) || error.errno !== 'EAGAIN' || left === 0) throw error;
    }
  }
}

/** Attaches a program to an interface's ingress (Linux 6.6). It stays as long as the link is open. */
export function attachIngress(program: Descriptor, interfaceIndex: number): Descriptor {
  const attribute = Buffer.alloc(64);
  attribute.writeUInt32LE(program, 0);
  attribute.writeUInt32LE(interfaceIndex, 4);
  attribute.writeUInt32LE(TCX_INGRESS, 8);
  return bpf('linkCreate', attribute);
}

/** Runs a program on a packet without sending anything: what it returned, and the packet as it left it. */
export function testRun(
  program: Descriptor,
  packet: Buffer,
  repeat = 1,
): { result: number; packet: Buffer; ns: number } {
  const attribute = Buffer.alloc(ATTRIBUTE_BYTES);
  const out = Buffer.alloc(packet.length + 256);
  attribute.writeUInt32LE(program, 0);
  attribute.writeUInt32LE(packet.length, 8);
  attribute.writeUInt32LE(out.length, 12);
  attribute.writeBigUInt64LE(address(packet), 16);
  attribute.writeBigUInt64LE(address(out), 24);
  attribute.writeUInt32LE(repeat, 32);
  bpf('programTestRun', attribute);
  return {
    result: attribute.readInt32LE(4),
    packet: out.subarray(0, attribute.readUInt32LE(12)),
    ns: attribute.readUInt32LE(36),
  };
}

/** Memory that is shared with the kernel. */
export interface Mapping {
  readonly bytes: ArrayBuffer;
  /** After it, no view of the memory may be used any more. */
  unmap(): void;
}

export function mapMemory(descriptor: Descriptor, bytes: number, offset: number, writable: boolean): Mapping {
  const { mmap, munmap } = libC();
  const at = mmap(null, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor, offset);
  if (koffi.address(at) === 0xffff_ffff_ffff_ffffn) throw new KernelError('mmap', lastError());
  return { bytes: koffi.view(at, bytes), unmap: () => void munmap(at, bytes) };
}

export function closeDescriptor(descriptor: Descriptor): void {
  libC().close(descriptor);
}

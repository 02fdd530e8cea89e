/** A relay program in the kernel with its table and ring, for tests that may load one. */
import type { Context } from 'mocha';
import { closeDescriptor, type Descriptor, KernelError, loadProgram, testRun } from '../../../src/media/kernel/bpf.js';
import { LICENCE, relayProgram, RING, TABLE } from '../../../src/media/kernel/relay-program.js';
import { Ring } from '../../../src/media/kernel/ring.js';
import { RelayTable } from '../../../src/media/kernel/table.js';

export const FIRST_PORT = 20_000;
const LAST_PORT = 20_199;

export interface LoadedRelay {
  readonly table: RelayTable;
  readonly ring: Ring;
  /** What the program makes of a packet. `undefined`: it leaves it alone. */
  run(packet: Buffer): Buffer | undefined;
  readonly program: Descriptor;
  close(): void;
}

/** Skips the test with its reason where this process may not load programs. */
export function loadRelay(context: Context, ringBytes = 1 << 20): LoadedRelay {
  try {
    return load(ringBytes);
  } catch (error) {
    if (!(error instanceof KernelError) || !['EPERM', 'EACCES', 'ENOSYS'].includes(error.errno)) throw error;
    const { test } = context;
    if (test) test.title += ` (needs the right to load eBPF programs: ${error.message})`;
    return context.skip();
  }
}

function load(ringBytes: number): LoadedRelay {
  const table = new RelayTable(FIRST_PORT, LAST_PORT);
  const ring = new Ring(ringBytes);
  const maps = { [TABLE]: table.descriptor, [RING]: ring.descriptor };
  const program = loadProgram(relayProgram({ firstPort: FIRST_PORT }).assemble(maps), LICENCE, 'halina_test');
  return {
    table,
    ring,
    program,
    run(packet) {
      const { result, packet: after } = testRun(program, packet);
      if (result === TAKEN) return after;
      if (result !== -1) throw new Error(`the program returned ${result}`);
      if (!after.equals(packet)) throw new Error('the program changed a packet that it did not take');
      return undefined;
    },
    close() {
      closeDescriptor(program);
      ring.close();
      table.close();
    },
  };
}

/** TC_ACT_REDIRECT */
const TAKEN = 7;

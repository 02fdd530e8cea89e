/** A relay program in the kernel with its table and tapes, for tests that may load one. */
import type { Context } from 'mocha';
import { closeDescriptor, type Descriptor, KernelError, loadProgram, testRun } from '../../../src/media/kernel/bpf.js';
import { LICENCE, relayProgram, TABLE } from '../../../src/media/kernel/relay-program.js';
import { TAPES } from '../../../src/media/kernel/relay-record.js';
import { RelayTable } from '../../../src/media/kernel/table.js';
import { Tapes } from '../../../src/media/kernel/tapes.js';

export const FIRST_PORT = 20_000;
const LAST_PORT = 20_199;

export interface LoadedRelay {
  readonly table: RelayTable;
  readonly tapes: Tapes;
  /** What the program makes of a packet. `undefined`: it leaves it alone. */
  run(packet: Buffer): Buffer | undefined;
  readonly program: Descriptor;
  close(): void;
}

/** Skips the test with its reason where this process may not load programs. */
export function loadRelay(context: Context, tapeBytes = 1 << 14): LoadedRelay {
  try {
    return load(tapeBytes);
  } catch (error) {
    if (!(error instanceof KernelError) || !['EPERM', 'EACCES', 'ENOSYS'].includes(error.errno)) throw error;
    const { test } = context;
    if (test) test.title += ` (needs the right to load eBPF programs: ${error.message})`;
    return context.skip();
  }
}

function load(tapeBytes: number): LoadedRelay {
  const table = new RelayTable(FIRST_PORT, LAST_PORT);
  const tapes = new Tapes(table, 4, tapeBytes);
  const maps = { [TABLE]: table.descriptor, [TAPES]: tapes.descriptor };
  const program = loadProgram(
    relayProgram({ firstPort: FIRST_PORT, tapeBytes }).assemble(maps),
    LICENCE,
    'halina_test',
  );
  return {
    table,
    tapes,
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
      tapes.close();
      table.close();
    },
  };
}

/** TC_ACT_REDIRECT */
const TAKEN = 7;

/**
 * The relay program at the ingress of all interfaces: by links (Linux 6.6), which go with the process, or on older
 * kernels by filters of traffic control, with a lease that the process has to renew (`ingress-filter.ts`).
 */
import {
  attachIngress,
  closeDescriptor,
  createArray,
  type Descriptor,
  KernelError,
  loadProgram,
  mapMemory,
} from './bpf.js';
import { addIngressFilter, type IngressFilter } from './ingress-filter.js';
import { ethernetInterfaces } from './interfaces.js';
import { LEASE, LICENCE, relayProgram, type RelayProgramOptions } from './relay-program.js';

export interface Standing {
  /** Indexes of the interfaces. */
  readonly interfaces: ReadonlySet<number>;
  /** Taking it away needs CAP_NET_ADMIN. */
  readonly needsRights: boolean;
  /** The process is there: to be called often, as long as anything is relayed. */
  renew(): void;
  close(): void;
}

/** `any`: by links where the kernel has them. */
export type StandingKind = 'any' | 'link' | 'filter';

/** Descriptors, by the names that the program has for its maps. */
type Maps = Readonly<Record<string, Descriptor>>;

/** How long the program goes on without a sign of its process. */
const LEASE_MS = 1_000;
const PAGE = 4096;

export function standAtInterfaces(
  program: Omit<RelayProgramOptions, 'lease'>,
  maps: Maps,
  kind: StandingKind,
): Standing {
  if (kind === 'filter') return standByFilters(program, maps);
  try {
    return standByLinks(program, maps);
  } catch (error) {
    const hasNone = error instanceof KernelError && error.call === 'bpf linkCreate' && error.errno === 'EINVAL';
    if (kind === 'link' || !hasNone) throw error;
    return standByFilters(program, maps);
  }
}

function standByLinks(options: RelayProgramOptions, maps: Maps): Standing {
  const program = load(options, maps);
  const links = new Map<number, Descriptor>();
  const close = (): void => {
    for (const link of links.values()) closeDescriptor(link);
    closeDescriptor(program);
  };
  try {
    for (const index of ethernetInterfaces()) links.set(index, attachIngress(program, index));
  } catch (error) {
    close();
    throw error;
  }
  return { interfaces: new Set(links.keys()), needsRights: false, renew: () => {}, close };
}

function standByFilters(options: RelayProgramOptions, maps: Maps): Standing {
  const lease = createArray(8, 1);
  const memory = mapMemory(lease, PAGE, 0, true);
  const until = new BigUint64Array(memory.bytes, 0, 1);
  const program = load({ ...options, lease: true }, { ...maps, [LEASE]: lease });
  const filters = new Map<number, IngressFilter>();
  const close = (): void => {
    until[0] = 0n;
    for (const filter of filters.values()) filter.remove();
    memory.unmap();
    for (const descriptor of [program, lease]) closeDescriptor(descriptor);
  };
  try {
    for (const index of ethernetInterfaces()) filters.set(index, addIngressFilter(program, index));
  } catch (error) {
    close();
    throw error;
  }
  return {
    interfaces: new Set(filters.keys()),
    needsRights: true,
    renew: () => void (until[0] = process.hrtime.bigint() + BigInt(LEASE_MS * 1e6)),
    close,
  };
}

const load = (options: RelayProgramOptions, maps: Maps): Descriptor =>
  loadProgram(relayProgram(options).assemble(maps), LICENCE, 'halina_relay');

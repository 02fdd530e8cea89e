/** Halina as an office with one trunk and one handset, for benchmarks: on a processor of its own, its parts told apart. */
import type { ConfigInput } from '../../src/config/schema.js';
import { Halina, officeConfig } from '../../test/support/e2e/halina.js';
import { privateKb } from '../../test/support/e2e/memory.js';
import { address } from '../../test/support/e2e/network.js';
import { sipp } from '../../test/support/e2e/sipp.js';
import { processTree } from './machine.js';

/** Halina's processor, and everybody else's. */
export const HALINA_CPU = 0;
export const LOAD_CPU = 1;

/** `application`: the process with calls, archive and control socket; it starts the others. */
export type Part = 'server' | 'application' | 'media' | 'redis';

export interface Office {
  readonly halina: Halina;
  readonly pids: Readonly<Record<Part, readonly number[]>>;
  readonly all: readonly number[];
}

export interface OfficeOptions {
  readonly config?: Partial<ConfigInput>;
  readonly record?: boolean;
  readonly maxCalls: number;
  /** Processors, as taskset takes them. */
  readonly cpus?: string | undefined;
  /** Folder for CPU profiles of every process, written when it ends. */
  readonly profile?: string | undefined;
}

/** Starts it and registers the handset 201, which answers from 5060 of `address.handset(0)`. */
export async function startOffice(options: OfficeOptions): Promise<Office> {
  const config = officeConfig(options.config);
  const routes = (config.routes ?? []).map((route) =>
    options.record === false ? { ...route, record: 'never' as const } : route,
  );
  const halina = await Halina.start(
    { ...config, routes, sip: { ...config.sip, maxCalls: options.maxCalls } },
    {
      pin: options.cpus ?? String(HALINA_CPU),
      nodeOptions: options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [],
    },
  );
  const registration = await sipp({
    scenario: 'handset-registers',
    address: address.handset(0),
    to: `${address.officeFace}:5060`,
    fields: ['201;[authentication username=201 password=secret-201]'],
    values: { port: 5060 },
  });
  await registration.done();
  const tree = processTree(halina.process.child.pid ?? 0);
  const named = (text: string): number[] => tree.filter((one) => one.command.includes(text)).map((one) => one.pid);
  const pids = {
    server: named('/sip/main.js'),
    media: named('/media/session/main.js'),
    redis: named('redis-server'),
    application: named('/cli/main.js start'),
  };
  return { halina, pids, all: tree.map((one) => one.pid) };
}

export const totalKb = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + privateKb(pid), 0);

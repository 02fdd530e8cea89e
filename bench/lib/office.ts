/** Halina as an office with one trunk and one handset, for benchmarks: on a processor of its own, its parts told apart. */
import type { ConfigInput } from '../../src/config/schema.js';
import { Halina, officeConfig } from '../../test/support/e2e/halina.js';
import { privateKb } from '../../test/support/e2e/memory.js';
import { address } from '../../test/support/e2e/network.js';
import { register } from '../../test/support/e2e/office.js';
import { sipp } from '../../test/support/e2e/sipp.js';
import { processTree } from './machine.js';

/** Halina's processor, and everybody else's. */
export const HALINA_CPU = 0;
export const LOAD_CPU = 1;

/** As deploy/halina.service and the image start it. */
const AS_A_SERVICE = ['--max-semi-space-size=8'];

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
  /** Data folder; default: a new one. */
  readonly data?: string;
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
      ...(options.data === undefined ? {} : { data: options.data }),
      nodeOptions: [...AS_A_SERVICE, ...(options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [])],
    },
  );
  await register(0);
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

export interface StandingCalls {
  readonly calls: number;
  /** First RTP port of `rtp-peer`: two a call, for caller and callee. */
  readonly base: number;
  /** Calls that are placed a second. */
  readonly rate: number;
}

export interface PlacedCalls {
  /** Nobody answers for them from now on: SIPp looks at its calls a thousand times a second, on the processor of who sends the sound. */
  rest(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Calls from the provider to the handset 201 that stay until the program ends; their sound is `rtp-peer`'s. */
export async function standingCalls({ calls, base, rate }: StandingCalls): Promise<PlacedCalls> {
  const ports = [...Array(calls).keys()].map((call) => base + 4 * call);
  const media = { media: '[field0]' };
  const common = { calls, limit: calls, rate, mediaAddress: address.provider, quiet: true, pin: LOAD_CPU };
  const callee = await sipp({
    scenario: 'callee-answers',
    address: address.handset(0),
    values: { ...media, ring: 100, wait: 600_000 },
    fields: ports.map((port) => String(port + 2)),
    ...common,
  });
  const caller = await sipp({
    scenario: 'caller-waits',
    address: address.provider,
    to: `${address.trunkFace}:5060`,
    values: { ...media, number: '48227836000', caller: '+48221234567', wait: 600_000 },
    fields: ports.map(String),
    ...common,
  });
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const { child } of [caller, callee]) child.kill(name);
  };
  return {
    rest: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: async () => void (await Promise.all([caller.stop(), callee.stop()])),
  };
}

/** Waits until so many calls have both sides talking. */
export const connected = (halina: Halina, calls: number): Promise<void> =>
  halina.process.untilTimes('"msg":"call connected"', calls, 60_000 + calls * 100);

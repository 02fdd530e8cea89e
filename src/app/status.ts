/** Gathers what `halina status` tells from the parts that know it. */
import type { Archive } from '../archive/archive.js';
import type { Alarms } from '../base/alarms.js';
import type { Clock, Timer } from '../base/clock.js';
import { defined } from '../base/defined.js';
import type { Log } from '../base/log.js';
import type { OfficeStatus } from '../calls/office-status.js';
import type { RegistrationState } from '../calls/trunks/registration.js';
import type { Config } from '../config/schema.js';
import type { EncoderChoice } from '../recording/encoder-probe.js';
import type { SipCounters } from '../sip/main.js';
import type { BackupState } from './backup-schedule.js';
import type { CallParts } from './call-parts.js';
import { encoderText } from './encoding.js';

export interface StatusParts {
  /** As it is in effect. */
  readonly config: () => Pick<Config, 'trunks' | 'handsets' | 'sip'>;
  readonly calls: Pick<CallParts, 'application' | 'registrar' | 'trunks' | 'bans'>;
  readonly archive: Pick<Archive, 'usage'>;
  readonly encoder: () => EncoderChoice | undefined;
  readonly alarms: Pick<Alarms, 'list'>;
  readonly counters: () => Promise<SipCounters | undefined>;
  readonly backup: () => BackupState | undefined;
  readonly clock: Clock;
  readonly startedAt: number;
}

export async function statusOf(parts: StatusParts): Promise<OfficeStatus> {
  const { calls, archive, alarms, clock, startedAt } = parts;
  const { application, bans } = calls;
  const running = application.calls;
  const backup = parts.backup();
  const encoder = parts.encoder();
  const { used, quota, free, recordings, reachesBackDays } = archive.usage();
  return {
    at: clock.now(),
    startedAt,
    trunks: trunksOf(parts),
    handsets: handsetsOf(parts),
    queues: application.queues.map(({ since, ...queue }) => ({ ...queue, ...(since === undefined ? {} : { since }) })),
    calls: {
      running: running.length,
      recording: running.filter((call) => call.recording).length,
      most: parts.config().sip.maxCalls,
    },
    disk: { used, quota, free, recordings, reachesBackDays },
    ...(encoder ? { encoder: { name: encoder.name, text: encoderText(encoder) } } : {}),
    ...(backup ? { backup: defined({ ...backup }) } : {}),
    alarms: alarms.list().map((alarm) => ({ ...alarm })),
    bans: bans.active().map(({ address, until, times }) => ({ address, until, times })),
    counters: await countersOf(parts),
  };
}

/** What was turned away, and why. */
async function countersOf({ calls, counters }: StatusParts): Promise<OfficeStatus['counters']> {
  const sip = await counters();
  return {
    authentication: { ...calls.registrar.counters },
    guard: { ...calls.application.stoppedByGuard },
    ...(sip ? { admission: { ...sip.admission }, sip: numbersOf(sip) } : {}),
  };
}

const numbersOf = ({ transport, dialogs, transactions, memory }: SipCounters): Record<string, number> => ({
  ...transport,
  dialogs,
  transactions,
  memory,
});

function trunksOf({ config, calls }: StatusParts): OfficeStatus['trunks'] {
  const registrations = calls.trunks.registrations();
  const running = calls.application.calls;
  return config().trunks.map((trunk) => {
    const health = calls.trunks.health.of(trunk);
    const registration = registrations.get(trunk.name);
    return {
      name: trunk.name,
      proxy: trunk.proxy,
      health: health.state,
      ...(health.state === 'unknown' ? {} : { healthSince: health.since }),
      ...(registration ? { registration: registrationOf(registration) } : {}),
      calls: running.filter((call) => call.trunk === trunk.name).length,
      ...(trunk.maxCalls === undefined ? {} : { maxCalls: trunk.maxCalls }),
    };
  });
}

function registrationOf(state: RegistrationState): NonNullable<OfficeStatus['trunks'][number]['registration']> {
  const { kind } = state;
  if (kind === 'registered') return { state: kind, until: state.until };
  if (kind !== 'failed') return { state: kind };
  const { reason, until, status } = state;
  return {
    state: kind,
    reason,
    ...(until === undefined ? {} : { until }),
    ...(status === undefined ? {} : { status }),
  };
}

function handsetsOf({ config, calls }: StatusParts): OfficeStatus['handsets'] {
  const { registrar } = calls;
  const all = new Map<string, ReturnType<typeof registrar.all>[number][]>();
  for (const binding of registrar.all()) all.set(binding.extension, [...(all.get(binding.extension) ?? []), binding]);
  return config().handsets.map(({ extension, displayName }) => {
    const reachable = new Set(registrar.bindings(extension));
    const contacts = (all.get(extension) ?? []).map((binding) => ({
      address: `${binding.sourceAddress}:${binding.sourcePort}`,
      protocol: binding.protocol,
      ...(binding.userAgent === undefined ? {} : { userAgent: binding.userAgent }),
      ...(binding.since === undefined ? {} : { since: binding.since }),
      expiresAt: binding.expiresAt,
      reachable: reachable.has(binding),
    }));
    const goneAt = contacts.length === 0 ? registrar.goneAt(extension) : undefined;
    return defined({ extension, displayName, contacts, goneAt });
  });
}

const EVERY_MS = 600_000;

/** Writes the counters to the log from time to time, where something was turned away since, and when it is closed. */
export class CounterLog {
  #timer: Timer | undefined;
  #last = '';

  constructor(
    private readonly parts: StatusParts,
    private readonly log: Log,
  ) {
    this.#again();
  }

  close(): void {
    this.#timer?.cancel();
    const { registrar, application } = this.parts.calls;
    this.log.info(
      { authentication: registrar.counters, guard: application.stoppedByGuard },
      'turned away since the start',
    );
  }

  #again(): void {
    this.#timer = this.parts.clock.setTimer(EVERY_MS, () => void this.#tell());
  }

  async #tell(): Promise<void> {
    this.#again();
    const { authentication, guard, admission } = await countersOf(this.parts);
    const text = JSON.stringify({ authentication, guard, admission });
    if (text !== this.#last) this.log.info({ authentication, guard, admission }, 'turned away since the start');
    this.#last = text;
  }
}

/** Figures for Prometheus, in its text format. They are read when it asks: nothing is counted twice. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ArchiveFacts, Facts } from './facts.js';
import { SoundMetrics } from './sound-metrics.js';

const gauges = {
  calls: ['halina_calls', 'calls that run', ['state']],
  callsMost: ['halina_calls_limit', 'the most calls at a time', []],
  trunkUp: ['halina_trunk_up', '1 where the provider answers, 0 where it does not; absent while unknown', ['trunk']],
  trunkCalls: ['halina_trunk_calls', 'calls over a trunk', ['trunk']],
  handsets: ['halina_handsets', 'handsets', ['state']],
  storage: ['halina_storage_bytes', 'bytes under the data folder', ['what']],
  recordings: ['halina_recordings', 'recordings that are kept', ['state']],
  reach: ['halina_archive_reach_seconds', 'how far back the archive reaches', []],
  encoder: ['halina_encoder_waiting', 'spools that wait to be encoded', []],
  encoderLag: ['halina_encoder_lag_seconds', 'how long the oldest of them waits', []],
  owed: ['halina_journal_owed', 'calls whose last change the journal could not take yet', []],
  redis: ['halina_index_following', '1 while the index in Redis is up to date', []],
  backupAge: ['halina_backup_age_seconds', 'time since the last whole backup was begun', []],
  backupFailed: ['halina_backup_failed', '1 where the last try failed', []],
  anchorAge: ['halina_audit_anchor_age_seconds', 'time since the audit log was anchored', []],
  alarms: ['halina_alarm', '1 for each alarm that stands', ['code', 'subject']],
} as const satisfies Record<string, readonly [string, string, readonly string[]]>;

type Name = keyof typeof gauges;

export class Metrics {
  readonly #registry = new Registry();
  readonly #gauges: Readonly<Record<Name, Gauge>>;
  readonly #turnedAway: Counter;
  /** Of calls that end. */
  readonly sound: SoundMetrics;

  constructor() {
    const make = ([name, help, labelNames]: (typeof gauges)[Name]): Gauge =>
      new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    this.#gauges = Object.fromEntries(Object.entries(gauges).map(([key, one]) => [key, make(one)])) as Record<
      Name,
      Gauge
    >;
    const help = 'what happened, and what was turned away, by part and kind';
    const labelNames = ['part', 'kind'];
    this.#turnedAway = new Counter({ name: 'halina_events_total', help, labelNames, registers: [this.#registry] });
    this.sound = new SoundMetrics(this.#registry);
    collectDefaultMetrics({ register: this.#registry, prefix: 'halina_' });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** `now`: Unix milliseconds. */
  async text(facts: Facts, now: number): Promise<string> {
    const { calls, trunks, handsets, archive, redis, anchoredAt, backup, alarms, counters } = facts;
    for (const gauge of Object.values(this.#gauges)) gauge.reset();
    this.#gauges.calls.set({ state: 'running' }, calls.running);
    this.#gauges.calls.set({ state: 'recording' }, calls.recording);
    this.#gauges.callsMost.set(calls.most);
    for (const { name, up, calls: over } of trunks) {
      if (up !== undefined) this.#gauges.trunkUp.set({ trunk: name }, Number(up));
      this.#gauges.trunkCalls.set({ trunk: name }, over);
    }
    this.#gauges.handsets.set({ state: 'configured' }, handsets.configured);
    this.#gauges.handsets.set({ state: 'registered' }, handsets.registered);
    this.#ofArchive(archive);
    this.#gauges.redis.set(Number(redis.following));
    if (anchoredAt !== undefined) this.#gauges.anchorAge.set(Math.max(0, now - anchoredAt) / 1000);
    if (backup) this.#gauges.backupFailed.set(Number(backup.failed));
    if (backup?.lastAt !== undefined) this.#gauges.backupAge.set(Math.max(0, now - backup.lastAt) / 1000);
    for (const alarm of alarms) this.#gauges.alarms.set({ ...alarm }, 1);
    this.#turnedAway.reset();
    for (const [part, kinds] of Object.entries(counters)) {
      for (const [kind, count] of Object.entries(kinds)) this.#turnedAway.inc({ part, kind }, count);
    }
    return this.#registry.metrics();
  }

  #ofArchive(archive: ArchiveFacts): void {
    const { used, quota, free, held, spoolBytes } = archive;
    const sizes = { used, quota, free, held: held.bytes, spools: spoolBytes };
    for (const [what, bytes] of Object.entries(sizes)) this.#gauges.storage.set({ what }, bytes);
    this.#gauges.recordings.set({ state: 'kept' }, archive.recordings);
    this.#gauges.recordings.set({ state: 'held' }, held.recordings);
    this.#gauges.reach.set(archive.reachesBackDays * 86_400);
    this.#gauges.encoder.set(archive.waiting);
    this.#gauges.encoderLag.set(archive.oldestWaitingMs / 1000);
    this.#gauges.owed.set(archive.owed);
  }
}

/** The archive's door with two weeks of calls of a small office; one of them has a real recording. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Archive } from '../../../../src/archive/archive.js';
import type { CallRecord } from '../../../../src/archive/lifecycle.js';
import type { CallQuery } from '../../../../src/archive/search.js';
import type { RecordingReader } from '../../../../src/archive/reader.js';
import { newCallId } from '../../../../src/base/call-id.js';
import { readWav } from '../../../../src/codecs/wav.js';
import type { CallEntry } from '../../../../src/entry/call-entry.js';
import type { CallMedia } from '../../../../src/entry/call-media.js';
import { chance } from '../../audio.js';
import { HoldBook } from '../../request-office.js';
import type { Sound } from './sound.js';
import { citizens, e164, handsets, type Citizen } from './people.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** 32 kbit/s and a tag. */
const bytesOf = (ms: number): number => 8192 + Math.round(ms * 4);

export interface Wanted {
  readonly at: number;
  readonly number: string;
  readonly extension: string;
  readonly talkMs: number;
  readonly direction?: 'inbound' | 'outbound';
  readonly state?: CallRecord['state'];
  readonly end?: NonNullable<CallEntry['end']>['reason'];
  /** Its recording, where there is a real one. */
  readonly sound?: Sound;
  /** Who answered and sent the call on, and when it rang at the other, milliseconds of the talk. */
  readonly sentBy?: { readonly extension: string; readonly rang: readonly [from: number, to: number] };
}

const hex = (random: () => number): string =>
  Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('');

/** The program's own notice. */
const notice = readFileSync(resolve(import.meta.dirname, '../../../../../prompts/pl/notice.wav'));
const NOTICE_SHA = createHash('sha256').update(notice).digest('hex');
const { rate, samples } = readWav(notice, 'the notice');
const NOTICE_FRAMES = Math.ceil((samples.length * 50) / rate);
const NOTICE_MS = NOTICE_FRAMES * 20;

/** How the sound of a call was: as good as it mostly is. */
function mediaOf(talkMs: number): CallMedia {
  const packets = Math.floor(talkMs / 20);
  const leg = { packetsReceived: packets, packetsSent: packets };
  return {
    outside: { ...leg, lostPercent: 0.2, jitterMs: 6.4, mos: 4.2, worstMos: 3.9, roundTripMs: 38 },
    inside: { ...leg, lostPercent: 0, jitterMs: 1.1, mos: 4.4, worstMos: 4.4, roundTripMs: 3 },
    mos: 4.2,
  };
}

/** With whom they talked. */
function partsOf({ talkMs, extension, sentBy }: Wanted): CallEntry['parts'] {
  if (talkMs === 0) return [];
  if (!sentBy) return [{ kind: 'talk', from: 0, to: talkMs, extension, why: 'answered' }];
  const [from, to] = sentBy.rang;
  const sender = sentBy.extension;
  return [
    { kind: 'talk', from: 0, to: from, extension: sender, why: 'answered' },
    { kind: 'ringing', from, to, extension },
    { kind: 'talk', from: to, to: talkMs, extension, why: 'transferred', sender },
  ];
}

function entryOf(wanted: Wanted): CallEntry {
  const { at, number, extension, talkMs, direction = 'inbound', end } = wanted;
  const handset = handsets.find((one) => one.extension === extension);
  const talked = talkMs > 0;
  const [answeredAt, connectedAt] = [at + 1_200, at + 1_200 + NOTICE_MS + 6_000];
  const outside = { signalled: number, withheld: number === '', ...(number === '' ? {} : { number }) };
  const notice = {
    prompt: 'notice',
    language: 'pl',
    sha256: NOTICE_SHA,
    mode: 'answered' as const,
    beganAt: answeredAt,
    endedAt: answeredAt + NOTICE_MS,
    framesSent: NOTICE_FRAMES,
    framesTotal: NOTICE_FRAMES,
    callerMediaSeen: true,
  };
  return {
    version: 1,
    id: newCallId(at),
    direction,
    trunk: 'operator',
    route: 'urzad',
    outside,
    dialled: direction === 'inbound' ? '+48227836000' : number,
    employee: { extension, displayName: handset?.displayName ?? '' },
    startedAt: at,
    zone: 'Europe/Warsaw',
    answeredAt,
    ...(talked ? { connectedAt, talkMs } : {}),
    ...(direction === 'inbound'
      ? { notice }
      : { outboundNotice: { mode: 'employee', confirmed: true, at: connectedAt } }),
    parts: partsOf(wanted),
    ...(talked ? { media: mediaOf(talkMs) } : {}),
    record: { wanted: true },
    end: { at: talked ? connectedAt + talkMs : at + 30_000, by: 'outside', reason: end ?? 'completed', cause: 16 },
  };
}

export function recordOf(wanted: Wanted, random: () => number): CallRecord {
  const entry = entryOf(wanted);
  const units = handsets.filter(({ extension }) => extension === wanted.extension).map(({ unit }) => unit);
  const { talkMs, sound } = wanted;
  const sha256 = hex(random);
  const recording = sound
    ? { bytes: sound.bytes.length, sha256: sound.sha256, durationMs: sound.durationMs }
    : { bytes: bytesOf(talkMs), sha256, durationMs: talkMs };
  const recorded = { phase: 'recorded' as const, recording };
  const silent = { phase: 'unrecorded' as const, why: 'not-connected' as const, at: wanted.at + 30_000 };
  return { entry, state: wanted.state ?? (talkMs > 0 ? recorded : silent), dialogs: [], units };
}

/** Working days of two weeks before `now`, eight to four, as chance has it. */
export function everydayCalls(now: number, days: number, perDay: number): CallRecord[] {
  const random = chance(20_260_310);
  const some = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const records: CallRecord[] = [];
  for (let back = 0; back < days; back++) {
    const midnight = now - back * DAY - (now % DAY);
    if ([0, 6].includes(new Date(midnight).getUTCDay())) continue;
    for (let n = 0; n < perDay; n++) {
      const at = midnight + 7 * 60 * MINUTE + Math.floor(random() * 8 * 60 * MINUTE);
      if (at > now - 10 * MINUTE) continue;
      const number =
        random() < 0.08
          ? ''
          : `+48${some(['22', '50', '60', '69', '78', '88'])}${String(Math.floor(random() * 1e7)).padStart(7, '0')}`;
      const direction = number !== '' && random() < 0.25 ? 'outbound' : 'inbound';
      const answered = random() < 0.85;
      const talkMs = answered ? 25_000 + Math.floor(random() * random() * 500_000) : 0;
      const end = answered ? 'completed' : some(['no-answer', 'busy', 'cancelled'] as const);
      records.push(recordOf({ at, number, extension: some(handsets).extension, talkMs, direction, end }, random));
    }
  }
  return records;
}

/** The one call of each of those who ask. */
export type Asked = Readonly<Record<Citizen, CallRecord>>;

export function askedCalls(calls: Readonly<Record<Citizen, Omit<Wanted, 'number'>>>): Asked {
  const random = chance(7);
  const names = Object.keys(calls) as Citizen[];
  return Object.fromEntries(
    names.map((name) => [name, recordOf({ ...calls[name], number: e164(citizens[name].number) }, random)]),
  ) as Asked;
}

type Door = Pick<Archive, 'find' | 'search' | 'held' | 'open' | 'hold' | 'release' | 'guards'>;

export class OfficeCalls {
  readonly holds = new HoldBook();

  constructor(
    private readonly records: readonly CallRecord[],
    /** Recordings by call; one of them where a call has none. */
    private readonly sounds: ReadonlyMap<string, Sound>,
  ) {}

  /** As the rooms above take it. */
  get door(): Archive {
    const { holds } = this;
    const door: Door = {
      find: (id) => Promise.resolve(this.#all().find(({ entry }) => entry.id === id)),
      search: (query) => Promise.resolve({ calls: this.#search(query), answeredBy: 'index' }),
      held: () => Promise.resolve(this.#all().filter(({ guards = [] }) => guards.some(({ released }) => !released))),
      open: (id) => Promise.resolve(this.#reader(id)),
      hold: holds.hold.bind(holds),
      release: holds.release.bind(holds),
      guards: holds.guards,
    };
    return door as Archive;
  }

  #all(): CallRecord[] {
    const guardsOf = (id: string) => this.holds.all.filter(({ call }) => call === id);
    return this.records
      .map((record) => ({ ...record, guards: guardsOf(record.entry.id) }))
      .toSorted((a, b) => b.entry.startedAt - a.entry.startedAt);
  }

  #search({
    number,
    numberEnd,
    extension,
    direction,
    phase,
    from = 0,
    to = Infinity,
    limit = 25,
  }: CallQuery): CallRecord[] {
    const fits = ({ entry, state }: CallRecord): boolean =>
      (number === undefined || entry.outside.number === number) &&
      (numberEnd === undefined || (entry.outside.number ?? '').endsWith(numberEnd)) &&
      (extension === undefined || entry.employee?.extension === extension) &&
      (direction === undefined || entry.direction === direction) &&
      (phase === undefined || state.phase === phase) &&
      entry.startedAt >= from &&
      entry.startedAt < to;
    return this.#all().filter(fits).slice(0, limit);
  }

  #reader(id: string): RecordingReader {
    const sound = this.sounds.get(id) ?? [...this.sounds.values()][0];
    if (!sound) throw new Error('no recording at all');
    const { bytes, durationMs, sha256 } = sound;
    return {
      bytes: bytes.length,
      durationMs,
      sha256,
      read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
      close: () => Promise.resolve(),
    };
  }
}

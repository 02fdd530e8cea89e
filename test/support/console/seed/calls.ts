/** The archive's door with two weeks of calls of a small office; one of them has a real recording. */
import type { Archive } from '../../../../src/archive/archive.js';
import type { CallRecord } from '../../../../src/archive/lifecycle.js';
import type { CallQuery } from '../../../../src/archive/search.js';
import type { RecordingReader } from '../../../../src/archive/reader.js';
import { newCallId } from '../../../../src/base/call-id.js';
import type { CallEntry } from '../../../../src/entry/call-entry.js';
import { chance } from '../../audio.js';
import { HoldBook } from '../../request-office.js';
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
}

const hex = (random: () => number): string =>
  Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('');

const NOTICE_SHA = '5f2c9f3f0f6f2f1c8f6d4f3a7b1e0c9d2a4e6b8f1c3d5e7a9b0c2d4e6f8a1b3c';
const NOTICE_MS = 6_400;

function entryOf({ at, number, extension, talkMs, direction = 'inbound', end }: Wanted): CallEntry {
  const handset = handsets.find((one) => one.extension === extension);
  const talked = talkMs > 0;
  const [answeredAt, connectedAt] = [at + 1_200, at + 14_000];
  const outside = { signalled: number, withheld: number === '', ...(number === '' ? {} : { number }) };
  const notice = {
    prompt: 'notice',
    language: 'pl',
    sha256: NOTICE_SHA,
    mode: 'answered' as const,
    beganAt: answeredAt,
    endedAt: answeredAt + NOTICE_MS,
    framesSent: NOTICE_MS / 20,
    framesTotal: NOTICE_MS / 20,
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
    parts: talked ? [{ kind: 'talk', from: 0, to: talkMs, extension }] : [],
    record: { wanted: true },
    end: { at: talked ? connectedAt + talkMs : at + 30_000, by: 'outside', reason: end ?? 'completed', cause: 16 },
  };
}

export function recordOf(wanted: Wanted, random: () => number): CallRecord {
  const entry = entryOf(wanted);
  const units = handsets.filter(({ extension }) => extension === wanted.extension).map(({ unit }) => unit);
  const { talkMs } = wanted;
  const recording = { bytes: bytesOf(talkMs), sha256: hex(random), durationMs: talkMs };
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
    /** The MP3 that is played, whichever call is opened. */
    private readonly sound: { readonly bytes: Buffer; readonly durationMs: number },
  ) {}

  /** As the rooms above take it. */
  get door(): Archive {
    const { holds } = this;
    const door: Door = {
      find: (id) => Promise.resolve(this.#all().find(({ entry }) => entry.id === id)),
      search: (query) => Promise.resolve({ calls: this.#search(query), answeredBy: 'index' }),
      held: () => Promise.resolve(this.#all().filter(({ guards = [] }) => guards.some(({ released }) => !released))),
      open: () => Promise.resolve(this.#reader()),
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

  #reader(): RecordingReader {
    const { bytes, durationMs } = this.sound;
    return {
      bytes: bytes.length,
      durationMs,
      sha256: 'a'.repeat(64),
      read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
      close: () => Promise.resolve(),
    };
  }
}

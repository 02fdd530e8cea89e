/**
 * The facts of a call as they become known, and the entry that they make at any moment. Times in the entry are wall
 * times; everything that is a duration is taken from the monotonic clock, so that a clock that is set in mid-call bends
 * no length. Parts may overlap: `talk` says with whom, `hold` and `stopped` what happened within.
 */
import type { Clock } from '../../base/clock.js';
import type {
  CallEntry,
  CallPart,
  Fax,
  InformationEvidence,
  NotRecordedReason,
  NoticeEvidence,
  TalkReason,
} from '../../entry/call-entry.js';
import type { CallMedia } from '../../entry/call-media.js';
import { causeOf, type Ending } from './ending.js';
import { partyFacts, type Party } from './party.js';

export type By = NonNullable<CallPart['by']>;

/** What is known when the INVITE is accepted for routing. */
export type FirstFacts = Pick<
  CallEntry,
  | 'id'
  | 'direction'
  | 'trunk'
  | 'route'
  | 'outside'
  | 'dialled'
  | 'employee'
  | 'zone'
  | 'record'
  | 'emergency'
  | 'divertedBy'
>;

export class EntryBuilder {
  readonly #clock: Clock;
  #entry: CallEntry;
  /** Monotonic time of the connection. */
  #connected: number | undefined;

  constructor(clock: Clock, facts: FirstFacts) {
    this.#clock = clock;
    this.#entry = { version: 1, ...facts, startedAt: clock.now(), parts: [] };
  }

  /** The entry as it stands. */
  get entry(): CallEntry {
    return this.#entry;
  }

  /** The call goes by this trunk now. */
  trunk(name: string): void {
    if (this.#entry.trunk !== name) this.#set({ trunk: name });
  }

  /** The outside party's leg was answered: from here it pays. */
  answered(): void {
    if (this.#entry.answeredAt === undefined) this.#set({ answeredAt: this.#clock.now() });
  }

  /** Both can talk, since `at` (Unix milliseconds). `party`: who has the inside; `sender`: who sent it there. */
  connected(
    party: Party,
    { why, sender }: { readonly why: TalkReason; readonly sender?: string | undefined },
    at = this.#clock.now(),
  ): void {
    if (this.#connected !== undefined) return;
    this.#connected = this.#monotonic(at);
    const sent = sender === undefined ? {} : { sender };
    const talk: CallPart = { kind: 'talk', from: 0, ...partyFacts(party), why, ...sent };
    this.#set({ connectedAt: at, ...employeeOf(party), parts: [talk] });
  }

  /** Somebody talks with the outside party from now on, in place of whoever did. */
  talk(party: Pick<CallPart, 'extension' | 'number' | 'why' | 'sender'>): void {
    this.#change({ kind: 'talk', ...party });
  }

  /** The outside party waits from now on. */
  wait(part: Pick<CallPart, 'kind' | 'extension' | 'number' | 'sender' | 'orbit'>): void {
    this.finish('hold', 'employee');
    this.#change(part);
  }

  /** Who is with the outside party has changed: what stood until now ends. */
  #change(part: Omit<CallPart, 'from'>): void {
    const from = this.#sinceConnected();
    if (from === undefined) return;
    const parts = this.#entry.parts.map((one) =>
      one.to === undefined && one.kind !== 'hold' && one.kind !== 'stopped' ? { ...one, to: from } : one,
    );
    this.#set({ parts: [...parts, { ...part, from }] });
  }

  notice(evidence: NoticeEvidence): void {
    this.#set({ notice: evidence });
  }

  information(evidence: InformationEvidence): void {
    this.#set({ information: [...(this.#entry.information ?? []), evidence] });
  }

  /** Machines talk; by what that was known first stands. */
  fax({ kind, by }: Omit<Fax, 'at'>): void {
    const { fax } = this.#entry;
    if (!fax) this.#set({ fax: { kind, by, at: this.#clock.now() } });
    else if (kind === 't38') this.#set({ fax: { ...fax, kind } });
  }

  /** Milliseconds since both could talk; 0 before. */
  get talkedMs(): number {
    return this.#sinceConnected() ?? 0;
  }

  outboundNotice(notice: NonNullable<CallEntry['outboundNotice']>): void {
    this.#set({ outboundNotice: notice });
  }

  /** The reminder of the notice is over; `whole`: the employee was played all of it. */
  reminded(whole: boolean): void {
    const notice = this.#entry.outboundNotice;
    if (notice) this.#set({ outboundNotice: { ...notice, reminded: whole } });
  }

  /** The employee confirmed that the notice was given; what was confirmed before stands. */
  confirmed(): void {
    const notice = this.#entry.outboundNotice;
    if (notice && !notice.confirmed)
      this.#set({ outboundNotice: { ...notice, confirmed: true, at: this.#clock.now() } });
  }

  /** The call has no recording, and why; the first reason stands. */
  notRecorded(why: NotRecordedReason): void {
    if (this.#entry.record.wanted) this.#set({ record: { wanted: false, why } });
  }

  quarantined(why: NonNullable<CallEntry['quarantine']>['why']): void {
    this.#set({ quarantine: { why, at: this.#clock.now() } });
  }

  /** A part begins now, unless the same one is open; nothing before the connection is a part. */
  begin(kind: 'hold' | 'stopped', by: By): void {
    const from = this.#sinceConnected();
    if (from === undefined || this.#isOpen(kind, by)) return;
    this.#set({ parts: [...this.#entry.parts, { kind, from, by }] });
  }

  /** The open part of this kind by this party ends now. */
  finish(kind: 'hold' | 'stopped', by: By): void {
    const to = this.#sinceConnected();
    if (to === undefined) return;
    const parts = this.#entry.parts.map((part) =>
      part.kind === kind && part.by === by && part.to === undefined ? { ...part, to } : part,
    );
    this.#set({ parts });
  }

  /** The call is over: open parts end with it. */
  end(ending: Ending): void {
    if (this.#entry.end) return;
    const { by, reason, status, at = this.#clock.now() } = ending;
    const talkMs = this.#sinceConnected(this.#monotonic(at));
    this.#set({
      end: {
        at,
        by,
        reason,
        cause: causeOf(ending),
        ...(status === undefined ? {} : { status }),
      },
      ...(talkMs === undefined
        ? {}
        : { talkMs, parts: this.#entry.parts.map((part) => ({ ...part, to: part.to ?? talkMs })) }),
    });
  }

  /** How its sound was. */
  media(media: CallMedia): void {
    this.#set({ media });
  }

  /** Milliseconds since both could talk; undefined before. */
  #sinceConnected(now = this.#clock.monotonic()): number | undefined {
    return this.#connected === undefined ? undefined : Math.max(0, Math.round(now - this.#connected));
  }

  /** A moment of the wall clock that is not long ago, on the monotonic one. */
  #monotonic(at: number): number {
    return this.#clock.monotonic() - (this.#clock.now() - at);
  }

  #isOpen(kind: CallPart['kind'], by: By): boolean {
    return this.#entry.parts.some((part) => part.kind === kind && part.by === by && part.to === undefined);
  }

  #set(change: Partial<CallEntry>): void {
    this.#entry = { ...this.#entry, ...change };
  }
}

function employeeOf(party: Party): Pick<CallEntry, 'employee'> {
  if (party.kind !== 'handset') return {};
  const { extension, displayName } = party;
  return { employee: { extension, ...(displayName === undefined ? {} : { displayName }) } };
}

/**
 * Listening sessions while they are open: what was served and heard goes to the request's protocol, and a session whose
 * browser is lost, in which nothing happens any more, or whose opener's right is gone is interrupted. What was played
 * is kept in stretches: each report rewrites the request's record, so reports are joined and written once a minute.
 */
import type { Changed } from '../../accounts/accounts.js';
import type { Person } from '../../accounts/judge.js';
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { AccessRequests, Action } from '../../requests/access-requests.js';
import type { Stretch } from '../../requests/machine/state.js';
import type { RequestRecord } from '../../requests/records.js';
import type { Grants } from './grants.js';

type Played = Omit<Stretch, 'at'>;
type Why = Extract<Action, { type: 'interrupt' }>['why'];

interface Pending {
  stretch: Played;
  readonly since: number;
}

export interface ListeningSessionsParts {
  readonly requests: Pick<AccessRequests, 'find' | 'register' | 'bySystem' | 'onGrantsEnd'>;
  readonly grants: Pick<Grants, 'endRequest'>;
  readonly people: (id: string) => Person | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A stretch is written when it was begun this long ago. */
const WRITE_MS = 60_000;
const LOOK_MS = 15_000;
/** Without a sign of the browser. Browsers slow down pages that nobody looks at to one sign a minute. */
const LOST_MS = 180_000;
/** Without a sound. */
const IDLE_MS = 30 * 60_000;
/** Between two stretches that are one. */
const GAP_MS = 1500;

export class ListeningSessions {
  readonly #pending = new Map<string, Pending[]>();
  readonly #sounding = new Map<string, Set<Promise<void>>>();
  readonly #seen = new Map<string, { browser: number; sound: number }>();
  readonly #parts: ListeningSessionsParts;
  /** Runs while a session is open. */
  #timer: Timer | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(parts: ListeningSessionsParts) {
    this.#parts = parts;
    parts.requests.onGrantsEnd(({ request }) => parts.grants.endRequest(request));
  }

  opened({ id }: RequestRecord): void {
    const now = this.#parts.clock.now();
    this.#seen.set(id, { browser: now, sound: now });
    this.#timer ??= this.#parts.clock.setTimer(LOOK_MS, () => this.#look());
  }

  /** A sign of life of a browser session; only the one in which the session was opened counts. */
  seen(request: string, browserSession: string): void {
    const state = this.#parts.requests.find(request)?.request.state;
    const seen = this.#seen.get(request);
    if (state?.phase !== 'in_session' || state.session.browserSession !== browserSession || !seen) return;
    seen.browser = this.#parts.clock.now();
  }

  /** What was served or heard. */
  played(request: string, stretch: Played): void {
    const now = this.#parts.clock.now();
    const seen = this.#seen.get(request);
    if (seen) seen.sound = seen.browser = now;
    if (stretch.toMs <= stretch.fromMs) return;
    const pending = this.#pending.get(request) ?? [];
    this.#pending.set(request, pending);
    const before = pending.findLast(({ stretch: { call, fact } }) => call === stretch.call && fact === stretch.fact);
    if (before && goesOn(before.stretch, stretch)) {
      before.stretch = { ...before.stretch, toMs: Math.max(before.stretch.toMs, stretch.toMs) };
    } else pending.push({ stretch, since: now });
  }

  /** Sound that is being sent: what it came to is waited for before the session ends. */
  sounding(request: string, work: Promise<void>): Promise<void> {
    const all = this.#sounding.get(request) ?? new Set();
    this.#sounding.set(request, all);
    const settled = work.then(
      () => undefined,
      () => undefined, // whoever sends it says so
    );
    all.add(settled);
    void settled.then(() => all.delete(settled));
    return work;
  }

  /** Nothing plays any more, and all that was played is on the request's record. */
  async settle(request: string): Promise<void> {
    this.#parts.grants.endRequest(request);
    await Promise.all(this.#sounding.get(request) ?? new Set<Promise<void>>());
    await this.#write(request, Infinity);
  }

  /** A browser session has ended. */
  browserEnded(browserSession: string): void {
    for (const { id } of this.#open(({ session }) => session.browserSession === browserSession)) {
      this.#interrupt(id, 'browser-lost');
    }
  }

  /** For `Accounts.onChange`: who opened it may not hear any more. */
  changed(account: string, what: Changed): void {
    if (what === 'created') return;
    const person = this.#parts.people(account);
    if (person?.authorisation) return;
    for (const { id } of this.#open(({ session }) => session.openedBy === account)) this.#interrupt(id, 'revoked');
  }

  /** Resolves when all that had to be written is. */
  settled(): Promise<unknown> {
    return this.#work;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#work;
    for (const request of this.#pending.keys()) await this.settle(request);
  }

  #open(which: (state: InSession) => boolean): RequestRecord[] {
    return this.#parts.requests.register().flatMap((one) => {
      if (one.kind !== 'request') return [];
      const { state } = one.request;
      return state.phase === 'in_session' && which(state) ? [one] : [];
    });
  }

  #look(): void {
    const now = this.#parts.clock.now();
    const open = this.#open(() => true);
    for (const { id } of open) {
      const seen = this.#seen.get(id) ?? { browser: now, sound: now };
      this.#seen.set(id, seen);
      if (now - seen.browser >= LOST_MS) this.#interrupt(id, 'browser-lost');
      else if (now - seen.sound >= IDLE_MS) this.#interrupt(id, 'time-out');
    }
    for (const id of this.#pending.keys()) this.#do(id, () => this.#write(id, now - WRITE_MS));
    const more = open.length > 0 || this.#pending.size > 0;
    this.#timer = more ? this.#parts.clock.setTimer(LOOK_MS, () => this.#look()) : undefined;
  }

  #interrupt(id: string, why: Why): void {
    this.#parts.grants.endRequest(id); // at once
    this.#do(id, async () => {
      await this.settle(id);
      if (this.#parts.requests.find(id)?.request.state.phase !== 'in_session') return;
      await this.#parts.requests.bySystem(id, { type: 'interrupt', why });
      this.#seen.delete(id);
    });
  }

  /** One after another. */
  #do(id: string, work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const { log } = this.#parts;
      log.error({ request: id, error: errorMessage(error) }, 'a listening session could not be put on record');
    });
  }

  /** Writes stretches that were begun until then; one that can't be written waits on. */
  async #write(request: string, until: number): Promise<void> {
    const pending = this.#pending.get(request) ?? [];
    for (const one of pending.filter(({ since }) => since <= until)) {
      pending.splice(pending.indexOf(one), 1);
      try {
        if (this.#parts.requests.find(request)?.request.state.phase !== 'in_session') continue;
        await this.#parts.requests.bySystem(request, { type: 'played', stretch: one.stretch });
      } catch (error) {
        pending.push(one);
        throw error;
      }
    }
    if (pending.length === 0) this.#pending.delete(request);
  }
}

type InSession = Extract<RequestRecord['request']['state'], { phase: 'in_session' }>;

/** It was played on from there, maybe with a bit twice. */
const goesOn = (before: Played, next: Played): boolean =>
  next.fromMs >= before.fromMs && next.fromMs <= before.toMs + GAP_MS;

/**
 * The notifier (RFC 6665 § 4.2): handsets subscribe to an extension's dialogs (lamps), presence or missed calls, and hear of
 * each change. One NOTIFY of a subscription is under way at a time; what changed meanwhile is told by the next one, with the
 * state as it then is, so a slow telephone gets fewer messages and never an old one.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { parseUri } from '../../sip/message/uri.js';
import type { IncomingSubscribe, Subscription } from '../sip-port.js';
import { refuse } from '../srf-messages.js';
import { readSubscribe, type EventName, type Wanted } from './subscribe-request.js';

export interface SubscriptionRules {
  /** Subscriptions that one handset may have at once. */
  readonly mostPerHandset: number;
  /** Seconds. */
  readonly longest: number;
}

/** What a watched extension is to be told as. */
export interface Subject {
  readonly event: EventName;
  /** The handset that watches. */
  readonly watcher: string;
  /** The extension that is watched. */
  readonly extension: string;
  /** Request-URI of the SUBSCRIBE. */
  readonly entity: string;
}

export interface SubscriptionsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: () => SubscriptionRules;
  /** The handset that sent a request; undefined where it was dealt with. */
  readonly authenticate: (request: IncomingSubscribe) => string | undefined;
  readonly isHandset: (extension: string) => boolean;
  /** The document of the subject's state now. */
  readonly document: (subject: Subject, version: number) => { readonly type: string; readonly body: string };
}

interface Kept {
  readonly subject: Subject;
  readonly way: Subscription;
  /** Monotonic. */
  endsAt: number;
  timer: Timer;
  version: number;
  notifying: boolean;
  /** Changed since the NOTIFY under way was made. */
  stale: boolean;
}

/** Why a subscription ends (§ 4.1.3). */
type Reason = 'timeout' | 'deactivated' | 'noresource';

/** Responses to NOTIFY by which the watcher says that it knows nothing of the subscription (§ 4.2.2). */
const GONE = new Set([404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #kept = new Map<string, Kept>();
  /** The same by the extension that is watched: each step of each call asks for them. */
  readonly #watchers = new Map<string, Set<Kept>>();

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A SUBSCRIBE came. */
  subscribe(request: IncomingSubscribe): void {
    const watcher = this.#options.authenticate(request);
    if (watcher === undefined) return;
    void this.#take(request, watcher).catch((error: unknown) => {
      this.#options.log.debug({ watcher, error: errorMessage(error) }, 'a SUBSCRIBE could not be answered');
    });
  }

  /** The state of an extension in one of its events, or in all, is another one. */
  changed(extension: string, events?: readonly EventName[]): void {
    for (const kept of this.#watchers.get(extension) ?? [])
      if (events?.includes(kept.subject.event) ?? true) this.#notify(kept);
  }

  /** Ends those whose watcher or watched handset is not there any more. */
  handsetsChanged(): void {
    const { isHandset } = this.#options;
    for (const kept of this.#kept.values())
      if (!isHandset(kept.subject.watcher) || !isHandset(kept.subject.extension)) this.#end(kept, 'noresource');
  }

  /** The SIP server is gone, and with it the dialogs: telephones subscribe again when theirs run out. */
  lost(): void {
    for (const kept of this.#kept.values()) kept.timer.cancel();
    this.#kept.clear();
    this.#watchers.clear();
  }

  /** Tells every watcher that it is over for now, and stops. */
  close(): void {
    for (const kept of this.#kept.values()) this.#end(kept, 'deactivated');
  }

  async #take(request: IncomingSubscribe, watcher: string): Promise<void> {
    const wanted = readSubscribe(request, this.#options.rules().longest);
    if (wanted.kind === 'bad') return refuse(request, wanted.status, wanted.headers ? { headers: wanted.headers } : {});
    if (request.dialogId !== undefined) return this.#refresh(request, request.dialogId, watcher, wanted);
    const extension = parseUri(request.uri)?.user ?? '';
    if (!this.#options.isHandset(extension)) return refuse(request, 404);
    // Who was missed is between the telephone and its owner.
    if (wanted.event === 'message-summary' && extension !== watcher) return refuse(request, 403);
    if (wanted.expires > 0 && this.#countOf(watcher) >= this.#options.rules().mostPerHandset)
      return refuse(request, 503, { headers: { 'Retry-After': '600' } });
    const way = await request.accept(wanted);
    this.#keep(way, { event: wanted.event, watcher, extension, entity: request.uri }, wanted.expires);
  }

  #keep(way: Subscription, subject: Subject, expires: number): void {
    const timer = { cancel: () => {} };
    const kept: Kept = { subject, way, endsAt: 0, timer, version: 0, notifying: false, stale: false };
    this.#kept.set(way.id, kept);
    const watchers = this.#watchers.get(subject.extension) ?? new Set<Kept>();
    this.#watchers.set(subject.extension, watchers.add(kept));
    // Expires 0 outside a dialog asks once (§ 4.4.3).
    if (expires === 0) return this.#end(kept, 'timeout');
    const { watcher, extension, event } = subject;
    this.#options.log.info({ watcher, extension, event }, `a handset subscribed to ${event}`);
    this.#prolong(kept, expires);
    return this.#notify(kept);
  }

  async #refresh(request: IncomingSubscribe, id: string, watcher: string, wanted: Wanted): Promise<void> {
    const kept = this.#kept.get(id);
    if (!kept || kept.subject.watcher !== watcher || kept.subject.event !== wanted.event) return refuse(request, 481);
    await request.accept(wanted);
    if (wanted.expires === 0) return this.#end(kept, 'timeout');
    this.#prolong(kept, wanted.expires);
    return this.#notify(kept);
  }

  #countOf(watcher: string): number {
    return [...this.#kept.values()].filter(({ subject }) => subject.watcher === watcher).length;
  }

  #prolong(kept: Kept, expires: number): void {
    const { clock } = this.#options;
    kept.timer.cancel();
    kept.endsAt = clock.monotonic() + expires * 1000;
    kept.timer = clock.setTimer(expires * 1000, () => this.#end(kept, 'timeout'));
  }

  #notify(kept: Kept): void {
    if (kept.notifying) {
      kept.stale = true;
      return;
    }
    const left = Math.max(0, Math.round((kept.endsAt - this.#options.clock.monotonic()) / 1000));
    kept.notifying = true;
    void this.#send(kept, `active;expires=${left}`).then((stands) => {
      kept.notifying = false;
      if (!stands) return this.#forget(kept);
      if (!kept.stale || !this.#kept.has(kept.way.id)) return undefined;
      kept.stale = false;
      return this.#notify(kept);
    });
  }

  /** The last NOTIFY. */
  #end(kept: Kept, reason: Reason): void {
    if (!this.#kept.has(kept.way.id)) return;
    this.#forget(kept);
    void this.#send(kept, `terminated;reason=${reason}`);
  }

  #forget(kept: Kept): void {
    kept.timer.cancel();
    if (this.#kept.get(kept.way.id) === kept) this.#kept.delete(kept.way.id);
    const watchers = this.#watchers.get(kept.subject.extension);
    watchers?.delete(kept);
    if (watchers?.size === 0) this.#watchers.delete(kept.subject.extension);
  }

  /** Whether the subscription still stands after it. Never rejects. */
  async #send(kept: Kept, state: string): Promise<boolean> {
    const { subject, way } = kept;
    const { document, log } = this.#options;
    const { type, body } = document(subject, kept.version++);
    const headers = { Event: subject.event, 'Subscription-State': state, 'Content-Type': type };
    try {
      const { status } = await way.notify(headers, body);
      return !GONE.has(status);
    } catch (error) {
      const { watcher, extension, event } = subject;
      log.debug({ watcher, extension, event, error: errorMessage(error) }, 'a NOTIFY could not be sent');
      return false;
    }
  }
}

/** Lamps, presence and missed calls put together: what the program starts, and what the call application is given. */
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import { parseUri } from '../../sip/message/uri.js';
import { formatHostPort } from '../../sip/message/grammar.js';
import type { Directory } from '../application.js';
import type { IncomingInvite, IncomingSubscribe, SipPort } from '../sip-port.js';
import { dialogInfo, messageSummary, pidf } from './documents.js';
import { LineBoard } from './lines.js';
import { MissedCalls, type MissedStore } from './missed-calls.js';
import { packages } from './subscribe-request.js';
import { Subscriptions, type Subject } from './subscriptions.js';
import { Watch } from './watched.js';

type Settings = Pick<Config, 'presence' | 'handsets'>;

export interface PresenceOptions {
  readonly config: Settings;
  readonly handsets: Directory;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps missed calls over a restart. */
  readonly missed?: MissedStore;
}

export class Presence {
  readonly lines = new LineBoard();
  readonly missed: MissedCalls;
  readonly #watch = new Watch(this.lines);
  readonly #subscriptions: Subscriptions;
  readonly #handsets: Directory;
  #config: Settings;
  #extensions: ReadonlySet<string>;

  constructor({ config, handsets, clock, log, missed }: PresenceOptions) {
    this.#config = config;
    this.#extensions = extensionsOf(config);
    this.#handsets = handsets;
    this.#subscriptions = new Subscriptions({
      clock,
      log,
      rules: () => ({
        mostPerHandset: this.#config.presence.subscriptions,
        longest: Math.round(this.#config.presence.expires / 1000),
      }),
      authenticate: (request) => handsets.authenticate(request),
      isHandset: (extension) => this.#extensions.has(extension),
      document: (subject, version) => this.#document(subject, version),
    });
    this.lines.observe({
      changed: (extension) => this.#subscriptions.changed(extension, ['dialog', 'presence']),
      missed: () => {},
      called: () => {},
    });
    const changed = (one: string): void => this.#subscriptions.changed(one, ['message-summary']);
    this.missed = new MissedCalls(this.lines, changed, missed);
  }

  /** The port and the handsets for the call application. */
  watched(sip: SipPort): { readonly sip: SipPort; readonly handsets: Directory } {
    return { sip: this.#watch.port(sip), handsets: this.#watch.directory(this.#handsets) };
  }

  /** How many stand. */
  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  incoming(invite: IncomingInvite): IncomingInvite {
    return this.#watch.incoming(invite);
  }

  subscribe(request: IncomingSubscribe): void {
    this.#subscriptions.subscribe(request);
  }

  /** A handset of the extension registered, or is registered no more. */
  registered(extension: string): void {
    this.#subscriptions.changed(extension, ['presence']);
  }

  configure(config: Settings): void {
    this.#config = config;
    this.#extensions = extensionsOf(config);
    this.#subscriptions.handsetsChanged();
  }

  /** The connection to the SIP server broke. */
  lost(): void {
    this.#subscriptions.lost();
  }

  close(): void {
    this.#subscriptions.close();
  }

  #document(subject: Subject, version: number): { type: string; body: string } {
    const { event, extension, entity } = subject;
    return { type: packages[event], body: this.#body(subject, entity, extension, version) };
  }

  #body({ event, watcher }: Subject, entity: string, extension: string, version: number): string {
    switch (event) {
      case 'dialog': {
        const uri = parseUri(entity);
        const domain = uri ? formatHostPort(uri.host, uri.port) : 'invalid';
        const mayShow = (party: string): boolean => this.#mayShow(party, watcher === extension);
        return dialogInfo({ entity, version, uses: this.lines.of(extension), mayShow, domain });
      }
      case 'presence': {
        const registered = this.#handsets.targets(extension).length > 0;
        return pidf(entity, { registered, busy: this.lines.isBusy(extension) });
      }
      case 'message-summary':
        return messageSummary(entity, this.missed.of(extension));
    }
  }

  /** With whom an extension speaks is shown to itself, and to others as far as the office allows it. */
  #mayShow(party: string, own: boolean): boolean {
    const { parties } = this.#config.presence;
    return own || parties === 'all' || (parties === 'internal' && this.#extensions.has(party));
  }
}

const extensionsOf = ({ handsets }: Settings): ReadonlySet<string> =>
  new Set(handsets.map(({ extension }) => extension));

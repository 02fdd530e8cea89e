/**
 * The registrar of the office's handsets (RFC 3261 § 10.3). It knows where each handset can be called, proves who a
 * handset is, and keeps bindings over a restart in the `BindingStore`; those over streams (TCP, TLS, WebSocket) are
 * void then, since only the handset can open its connection again.
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { silentLog, type Log } from '../../base/log.js';
import { Mutex } from '../../base/mutex.js';
import type { Bans } from '../defence/bans.js';
import type { Binding, BindingStore } from '../ports.js';
import type { IncomingRequest, ResponseOptions, SipPort, Source } from '../sip-port.js';
import { refuse } from '../srf-messages.js';
import { Authenticator, type AuthenticationCounters } from './authenticator.js';
import { BindingTable } from './binding-table.js';
import { isStream, targetOf, type WayToHandset } from './flow.js';
import { KeepAlive } from './keep-alive.js';
import {
  addressOfRecord,
  pathOf,
  readRegister,
  sequenceOf,
  type ExpiryLimits,
  type WantedContact,
} from './register-request.js';
import type { ThrottlePolicy } from './throttle.js';

export type BindingChange = 'added' | 'refreshed' | 'removed' | 'expired' | 'unreachable' | 'reachable';

export interface RegistrarOptions {
  readonly clock: Clock;
  readonly sip: Pick<SipPort, 'request'>;
  readonly store: BindingStore;
  /** Password of an extension as configured now; undefined where there is no such handset. */
  readonly password: (extension: string) => string | undefined;
  readonly onChange?: (change: BindingChange, binding: Binding) => void;
  /** Who is shut out, kept over a restart. */
  readonly bans?: Pick<Bans, 'ban' | 'isBanned'>;
  /** Addresses that are never slowed nor banned. */
  readonly isAllowed?: (address: string) => boolean;
  readonly log?: Log;
  readonly limits?: ExpiryLimits;
  readonly policy?: ThrottlePolicy;
  /** Bindings that an extension may have at once; the least recently refreshed goes when one more comes. */
  readonly mostContacts?: number;
  readonly keepAliveMs?: number;
}

/** How to reach one handset of an extension. */
export interface HandsetTarget extends WayToHandset {
  readonly binding: Binding;
}

/** Option tags that a REGISTER may require (RFC 3327, RFC 5626). */
const EXTENSIONS: readonly string[] = ['path', 'outbound'];
const DEFAULT_LIMITS: ExpiryLimits = { shortest: 60, longest: 7200, usual: 3600 };
/** Log messages of changes that people look for; refreshes are too many. */
const MESSAGES: Readonly<Record<BindingChange, string>> = {
  added: 'handset registered',
  refreshed: 'handset registered again',
  removed: 'handset unregistered',
  expired: 'registration of a handset expired',
  unreachable: 'handset unreachable',
  reachable: 'handset reachable again',
};

export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #log: Log;
  readonly #limits: ExpiryLimits;
  readonly #table: BindingTable;
  readonly #keepAlive: KeepAlive;
  readonly #authenticator: Authenticator;
  readonly #storing = new Mutex();
  /** When the last binding of an extension ended. */
  readonly #goneAt = new Map<string, number>();

  constructor(options: RegistrarOptions) {
    const { clock, sip, password, bans, isAllowed, policy, keepAliveMs } = options;
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#table = new BindingTable(clock, (binding) => this.#gone('expired', binding));
    this.#keepAlive = new KeepAlive({
      clock,
      sip,
      onChange: (binding, reachable) => this.#reachability(binding, reachable),
      ...(keepAliveMs === undefined ? {} : { intervalMs: keepAliveMs }),
    });
    this.#authenticator = new Authenticator({
      clock,
      password,
      log: this.#log,
      isKnownAddress: (address) => this.hasAddress(address),
      ...(policy ? { policy } : {}),
      ...(bans ? { bans } : {}),
      ...(isAllowed ? { isAllowed } : {}),
    });
  }

  /** Takes up the bindings of before the restart. */
  async start(): Promise<void> {
    const stored = await this.#options.store.load();
    for (const binding of stored) {
      const over = binding.expiresAt <= this.#options.clock.now();
      if (over || isStream(binding) || this.#options.password(binding.extension) === undefined) this.#forget(binding);
      else this.#keep(binding);
    }
    this.#log.info({ bindings: this.#table.all().length }, 'registrations taken up');
  }

  /** Stops timers, and waits for what is still to be stored. */
  async close(): Promise<void> {
    this.#table.close();
    this.#keepAlive.close();
    this.#authenticator.close();
    await this.#storing.idle();
  }

  /** Where an extension can be called now, the most recently refreshed first. */
  bindings(extension: string): readonly Binding[] {
    return this.#table.of(extension).filter((binding) => this.#keepAlive.isReachable(binding));
  }

  /** The same as requests need it. */
  targets(extension: string): readonly HandsetTarget[] {
    return this.bindings(extension).map((binding) => ({ binding, ...targetOf(binding) }));
  }

  /** When an extension was registered last, of what is known since the program started; Unix milliseconds. */
  goneAt(extension: string): number | undefined {
    return this.#goneAt.get(extension);
  }

  /** All bindings, unreachable ones too. */
  all(): readonly Binding[] {
    return this.#table.all();
  }

  get counters(): Readonly<AuthenticationCounters> {
    return this.#authenticator.counters;
  }

  /** Every address that a handset has registered from. */
  addresses(): readonly string[] {
    return this.#table.addresses();
  }

  /** Whether a handset has registered from this address. */
  hasAddress(address: string): boolean {
    return this.#table.hasAddress(address);
  }

  /** Whether a handset has registered by exactly this flow. */
  hasFlow(source: Source): boolean {
    return this.#table.hasFlow(source);
  }

  /**
   * The handset that sent a request; undefined if the request was challenged or dropped here.
   * @param urgent an emergency call, which no ban and no wait hinders
   */
  authenticate(request: IncomingRequest, urgent = false): string | undefined {
    return this.#authenticator.authenticate(request, urgent);
  }

  /** Whether nothing from this address is answered for now. */
  isBanned(address: string): boolean {
    return this.#authenticator.isBannedAddress(address);
  }

  /** A call found a binding's connection gone: a binding over a stream is void. */
  unreachable(binding: Binding): void {
    if (isStream(binding) && this.#table.remove(binding)) this.#gone('unreachable', binding);
  }

  /** The configuration has changed: handsets that are no longer in it lose their bindings. */
  handsetsChanged(): void {
    for (const binding of this.#table.all()) {
      if (this.#options.password(binding.extension) !== undefined) continue;
      if (this.#table.remove(binding)) this.#gone('removed', binding);
    }
  }

  /** Handles a REGISTER. */
  register(request: IncomingRequest): void {
    const unsupported = (request.header('Require') ?? '')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && !EXTENSIONS.includes(tag.toLowerCase()));
    if (unsupported.length > 0) return answer(request, 420, { headers: { Unsupported: unsupported.join(', ') } });
    const extension = this.#authenticator.authenticate(request);
    if (extension === undefined) return undefined;
    if (addressOfRecord(request) !== extension) return answer(request, 403);
    const wanted = readRegister(request, this.#limits);
    switch (wanted.kind) {
      case 'bad':
        return wanted.status === 423
          ? answer(request, 423, { headers: { 'Min-Expires': String(this.#limits.shortest) } })
          : answer(request, 400, wanted.reason === undefined ? {} : { reason: wanted.reason });
      case 'query':
        return this.#granted(request, extension);
      case 'remove-all':
        return this.#update(request, extension, this.#table.of(extension).map(({ contact: uri }) => ({ uri, expires: 0 }))); // prettier-ignore
      case 'update':
        return this.#update(request, extension, wanted.contacts);
    }
  }

  /** All contacts or none (§ 10.3, step 7). */
  #update(request: IncomingRequest, extension: string, contacts: readonly WantedContact[]): void {
    const cseq = sequenceOf(request);
    if (cseq === undefined) return answer(request, 400, { reason: 'Bad CSeq' });
    const path = pathOf(request);
    if (!path) return answer(request, 400, { reason: 'Bad Path' });
    // RFC 5626 § 6: the same flow of the same device, whatever its contact is called now.
    const known = contacts.map(
      ({ uri, outbound }) =>
        this.#table.find(extension, uri) ?? (outbound && this.#table.findFlow(extension, outbound)),
    );
    const overtaken = known.some((one) => one && one.callId === request.callId && one.cseq >= cseq);
    if (overtaken) return answer(request, 500, { reason: 'CSeq out of order' });
    for (const [index, contact] of contacts.entries()) {
      const old = known[index];
      if (contact.expires > 0) this.#bind(this.#binding(request, extension, cseq, contact, path), old);
      else if (old && this.#table.remove(old)) this.#gone('removed', old);
    }
    return this.#granted(request, extension);
  }

  #binding(
    request: IncomingRequest,
    extension: string,
    cseq: number,
    contact: WantedContact,
    path: readonly string[],
  ): Binding {
    const { protocol, address, port } = request.source;
    const userAgent = request.header('User-Agent')?.slice(0, 128);
    return {
      extension,
      contact: contact.uri,
      protocol,
      sourceAddress: address,
      sourcePort: port,
      callId: request.callId,
      cseq,
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(path.length > 0 ? { path } : {}),
      ...(contact.outbound ? { outbound: contact.outbound } : {}),
      expiresAt: this.#options.clock.now() + contact.expires * 1000,
    };
  }

  #bind(wanted: Binding, old: Binding | undefined): void {
    const since = old ? old.since : this.#options.clock.now();
    const binding = since === undefined ? wanted : { ...wanted, since };
    if (old && old.contact !== binding.contact) this.#drop(old); // The same contact, written otherwise.
    this.#keep(binding);
    this.#store(() => this.#options.store.save(binding));
    this.#tell(old ? 'refreshed' : 'added', binding);
    const tooMany = this.#table.of(binding.extension).slice(this.#options.mostContacts ?? 5);
    for (const one of tooMany) if (this.#table.remove(one)) this.#gone('removed', one);
  }

  #granted(request: IncomingRequest, extension: string): void {
    const bindings = this.#table.of(extension);
    const contacts = bindings.map((one) => `<${one.contact}>;expires=${this.#table.secondsLeft(one)}${device(one)}`);
    const date = new Date(this.#options.clock.now()).toUTCString();
    const mine = bindings.find(({ callId }) => callId === request.callId);
    const supports = (request.header('Supported') ?? '').toLowerCase();
    return answer(request, 200, {
      headers: {
        Contact: contacts.length > 0 ? contacts : undefined,
        Date: date,
        // RFC 5626 § 6: that calls will come by this flow. RFC 3327 § 5.3: the way by which they will.
        Require: mine?.outbound && supports.includes('outbound') ? 'outbound' : undefined,
        Supported: 'path, outbound',
        Path: mine?.path && supports.includes('path') ? mine.path : undefined,
      },
    });
  }

  #keep(binding: Binding): void {
    this.#table.put(binding);
    this.#keepAlive.watch(binding);
  }

  #drop(binding: Binding): void {
    this.#table.remove(binding);
    this.#keepAlive.unwatch(binding);
    this.#forget(binding);
  }

  /** After a binding has left the table. */
  #gone(change: BindingChange, binding: Binding): void {
    this.#goneAt.set(binding.extension, this.#options.clock.now());
    this.#keepAlive.unwatch(binding);
    this.#forget(binding);
    this.#tell(change, binding);
  }

  #reachability(binding: Binding, reachable: boolean): void {
    if (!reachable && isStream(binding)) return this.unreachable(binding);
    return this.#tell(reachable ? 'reachable' : 'unreachable', binding);
  }

  #forget(binding: Binding): void {
    this.#store(() => this.#options.store.remove(binding.extension, binding.contact));
  }

  /** In the order of the changes. A store that fails costs only the survival of a restart, so calls go on. */
  #store(task: () => Promise<void>): void {
    void this.#storing.run(task).catch((error: unknown) => {
      this.#log.warn({ error: errorMessage(error) }, 'registration not stored');
    });
  }

  #tell(change: BindingChange, binding: Binding): void {
    const { extension, contact, sourceAddress, protocol } = binding;
    const facts = { extension, contact, source: sourceAddress, protocol };
    if (change === 'refreshed') this.#log.debug(facts, MESSAGES[change]);
    else this.#log.info(facts, MESSAGES[change]);
    this.#options.onChange?.(change, binding);
  }
}

const device = ({ outbound }: Binding): string =>
  outbound ? `;+sip.instance="<${outbound.instance}>";reg-id=${outbound.regId}` : '';

function answer(request: IncomingRequest, status: number, options: ResponseOptions = {}): void {
  void refuse(request, status, options);
}

/** The office's trunks: who calls from which, what goes out by which, and whether each is registered at its provider. */
import { noAlarms, type AlarmBell } from '../../base/alarms.js';
import type { E164 } from '../../base/brands.js';
import type { Clock } from '../../base/clock.js';
import { silentLog, type Log } from '../../base/log.js';
import { parseUri, uriParameter } from '../../sip/message/uri.js';
import type { Doors } from '../admission.js';
import { readNumber } from '../numbers.js';
import type { Credentials, IncomingRequest, SipPort } from '../sip-port.js';
import type { Way } from './way.js';
import { TrunkHealth } from './health.js';
import { accountUser } from './identity.js';
import { trunkTarget, type OutgoingCall } from './outgoing.js';
import type { SentOn } from './diversion.js';
import { TrunkFlows, type MakeRegistration } from './flows.js';
import { TrunkRegistration, type RegistrationState } from './registration.js';
import { resolveByDns, type ResolveHost } from './resolver.js';
import { TrunkSources, type Trunk } from './sources.js';

export interface TrunksOptions {
  readonly trunks: readonly Trunk[];
  readonly sip: Pick<SipPort, 'request'>;
  readonly clock: Clock;
  /** The text of a secret of the configuration. */
  readonly secret: (secret: NonNullable<Trunk['auth']>['password']) => string;
  readonly resolve?: ResolveHost;
  readonly log?: Log;
  /** Called when the addresses of providers may have changed. */
  readonly onSources?: () => void;
  readonly onRegistration?: (trunk: string, state: RegistrationState) => void;
  /** ISO 3166: by whose rules national numbers are written. */
  readonly country?: string;
  readonly alarms?: AlarmBell;
  /** What names this installation to providers to which several flows lead: the same after every restart. */
  readonly instance?: string;
}

export class Trunks {
  readonly #byName: ReadonlyMap<string, Trunk>;
  readonly #sources: TrunkSources;
  readonly #registrations = new Map<Trunk, TrunkFlows>();
  readonly #credentials = new Map<Trunk, Credentials>();
  readonly #country: string;
  readonly health: TrunkHealth;

  constructor(options: TrunksOptions) {
    const { trunks, sip, clock, secret, onRegistration, country = 'PL', alarms = noAlarms } = options;
    const log = options.log ?? silentLog;
    this.#country = country;
    this.health = new TrunkHealth({ trunks, sip, clock, alarms, log });
    this.#byName = new Map(trunks.map((trunk) => [trunk.name, trunk]));
    this.#sources = new TrunkSources({
      trunks,
      clock,
      resolve: options.resolve ?? resolveByDns(),
      log,
      ...(options.onSources ? { onChange: options.onSources } : {}),
    });
    for (const trunk of trunks) {
      const account = trunk.auth ?? trunk.register;
      if (account) this.#credentials.set(trunk, { username: account.username, password: secret(account.password) });
      if (!trunk.register) continue;
      const { username, password, expires } = trunk.register;
      const credentials = { username, password: secret(password) };
      const make: MakeRegistration = (reached, flow, onChange) =>
        new TrunkRegistration({
          trunk: reached,
          credentials,
          flow,
          expires: Math.round(expires / 1000),
          sip,
          clock,
          log,
          onChange,
        });
      const changed = (state: RegistrationState): void => {
        tellAlarms(alarms, trunk.name, state);
        onRegistration?.(trunk.name, state);
      };
      this.#registrations.set(trunk, new TrunkFlows(trunk, options.instance ?? '', make, changed));
    }
  }

  /** Looks host names up and begins to register. */
  async start(): Promise<void> {
    await this.#sources.start();
    this.registerAll();
    this.health.start();
  }

  /** Registers now, e.g. when the SIP server has been started again. */
  registerAll(): void {
    for (const registration of this.#registrations.values()) registration.start();
  }

  /** A connection with this address is gone. */
  connectionLost(address: string): void {
    for (const trunk of this.#sources.trunksAt(address)) this.#registrations.get(trunk)?.lost(address);
  }

  /** Takes registrations back, and stops. */
  async close(): Promise<void> {
    this.#sources.close();
    this.health.close();
    await Promise.all([...this.#registrations.values()].map((registration) => registration.stop()));
  }

  get(name: string): Trunk | undefined {
    return this.#byName.get(name);
  }

  /** State of each registration, by trunk. */
  registrations(): ReadonlyMap<string, RegistrationState> {
    return new Map([...this.#registrations].map(([trunk, registration]) => [trunk.name, registration.state]));
  }

  /** Whether a provider sends from this address. */
  isTrunkAddress(address: string): boolean {
    return this.#sources.trunksAt(address).length > 0;
  }

  /** Networks (CIDR) of the providers, and the tokens of the Contacts that we registered with them. */
  doors(): Doors {
    const lines = [...this.#registrations.values()].flatMap((flows) => flows.lines);
    const certified = [...this.#byName.values()].flatMap((trunk) =>
      trunk.certificate ? [{ networks: this.#sources.networksOf(trunk), names: trunk.certificate }] : [],
    );
    return { networks: this.#sources.networks(), lines, certified };
  }

  /**
   * The trunk that a request came by: the one whose registered contact it calls, else by its source address. Where two
   * share an address, the one whose account it calls, else the first in the configuration.
   */
  trunkOf(request: Pick<IncomingRequest, 'source' | 'uri'>): Trunk | undefined {
    const uri = parseUri(request.uri);
    const line = uri && uriParameter(uri, 'line');
    const called = [...this.#registrations].find(([, flows]) => line !== undefined && flows.lines.includes(line));
    if (called) return called[0];
    const candidates = this.#sources.trunksAt(request.source.address);
    return candidates.find((trunk) => uri?.user !== undefined && accountUser(trunk) === uri.user) ?? candidates[0];
  }

  /**
   * The ways in which a call can go out, in the order in which they are to be tried: trunks that are down come last.
   * @param names trunks in the order in which they are wanted; those that are not there are left out
   */
  ways(
    names: readonly string[],
    call: Omit<OutgoingCall, 'diverted' | 'caller' | 'hops'>,
    sentOn?: SentOn,
  ): readonly Way[] {
    const trunks = names.flatMap((name) => this.#byName.get(name) ?? []);
    return this.health.sort(trunks).flatMap((trunk) => {
      const callerId = call.callerId ?? this.#callerIdOf(trunk);
      const diverted = (sentOn?.senders ?? []).flatMap(({ by = callerId, reason }) => (by ? [{ by, reason }] : []));
      const whole = { ...call, callerId, diverted, caller: sentOn?.caller, hops: sentOn?.hops };
      const credentials = this.#credentials.get(trunk);
      const reached = this.#registrations.get(trunk)?.ways ?? [{ trunk, line: undefined }];
      return reached.map((by) => {
        const target = trunkTarget(by.trunk, whole, this.#country, by.line);
        return { trunk, target: { ...target, credentials } };
      });
    });
  }

  #callerIdOf({ callerId }: Trunk): E164 | undefined {
    const read = callerId === undefined ? undefined : readNumber(callerId, this.#country);
    return read?.kind === 'e164' ? read.number : undefined;
  }
}

/** A registration that someone must see to. */
function tellAlarms(alarms: AlarmBell, trunk: string, state: RegistrationState): void {
  if (state.kind === 'registered' || state.kind === 'stopped') alarms.clear('TRUNK_NOT_REGISTERED', trunk);
  if (state.kind !== 'failed') return;
  const message = `the trunk ${trunk} is not registered: ${state.reason}`;
  alarms.raise('TRUNK_NOT_REGISTERED', trunk, message, { trunk, status: state.status });
}

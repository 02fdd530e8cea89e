/**
 * Which trunk a request comes from, by its source address. A trunk's sources are the addresses, networks and host names
 * that its configuration lists, and the hosts of its proxies, since what we call may call us. Names are looked up at the
 * start and again from time to time; while a look-up fails, what was found before stays.
 */
import ipaddr from 'ipaddr.js';
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { silentLog, type Log } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import { parseUri } from '../../sip/message/uri.js';
import type { ResolveHost } from './resolver.js';

export type Trunk = Config['trunks'][number];

export interface TrunkSourcesOptions {
  readonly trunks: readonly Trunk[];
  readonly clock: Clock;
  readonly resolve: ResolveHost;
  readonly log?: Log;
  /** Called when names were looked up again. */
  readonly onChange?: () => void;
  /** Milliseconds between look-ups. */
  readonly refreshMs?: number;
}

interface Network {
  readonly base: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
}

export class TrunkSources {
  readonly #options: TrunkSourcesOptions;
  readonly #log: Log;
  /** By trunk: networks as configured. */
  readonly #fixed: ReadonlyMap<Trunk, readonly Network[]>;
  /** By host name: what was found last. */
  readonly #found = new Map<string, readonly Network[]>();
  readonly #names: ReadonlyMap<Trunk, readonly string[]>;
  #timer: Timer | undefined;

  constructor(options: TrunkSourcesOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    const listed = (trunk: Trunk): string[] => {
      const proxies = [trunk.proxy, ...(trunk.register?.flows ?? [])];
      return [...trunk.addresses, ...proxies.map((proxy) => parseUri(proxy)?.host ?? '')].filter(Boolean);
    };
    this.#fixed = new Map(options.trunks.map((trunk) => [trunk, listed(trunk).flatMap((one) => network(one) ?? [])]));
    this.#names = new Map(options.trunks.map((trunk) => [trunk, listed(trunk).filter((one) => !network(one))]));
  }

  /** Looks the names up; a name that is not found now is tried again, and does not hinder the start. */
  async start(): Promise<void> {
    await this.#lookUp();
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** The trunks that this address belongs to, in the order of the configuration. */
  trunksAt(address: string): readonly Trunk[] {
    const source = parsed(address);
    if (!source) return [];
    return this.#options.trunks.filter((trunk) => this.#networks(trunk).some((one) => contains(one, source)));
  }

  /** All that is known to be a provider's, in CIDR form. */
  networks(): string[] {
    return this.#options.trunks.flatMap((trunk) => this.networksOf(trunk));
  }

  /** The same of one trunk. */
  networksOf(trunk: Trunk): string[] {
    return this.#networks(trunk).map(({ base, bits }) => `${base.toString()}/${bits}`);
  }

  #networks(trunk: Trunk): readonly Network[] {
    const found = (this.#names.get(trunk) ?? []).flatMap((name) => this.#found.get(name) ?? []);
    return [...(this.#fixed.get(trunk) ?? []), ...found];
  }

  async #lookUp(): Promise<void> {
    const names = [...new Set([...this.#names.values()].flat())];
    if (names.length === 0) return;
    const failed = await Promise.all(names.map((name) => this.#lookUpName(name)));
    this.#options.onChange?.();
    // What could not be found is wanted sooner.
    const usual = this.#options.refreshMs ?? 300_000;
    const pauseMs = failed.includes(false) ? Math.min(usual, 30_000) : usual;
    this.#timer = this.#options.clock.setTimer(pauseMs, () => void this.#lookUp());
  }

  async #lookUpName(name: string): Promise<boolean> {
    try {
      const addresses = await this.#options.resolve(name);
      this.#found.set(
        name,
        addresses.flatMap((address) => network(address) ?? []),
      );
      return true;
    } catch (error) {
      this.#log.warn({ host: name, error: errorMessage(error) }, 'host name of a trunk not found');
      return false;
    }
  }
}

/** An address or network; undefined for a host name. IPv4 within IPv6 counts as IPv4. */
function network(text: string): Network | undefined {
  try {
    if (text.includes('/')) {
      const [base, bits] = ipaddr.parseCIDR(text);
      return { base, bits };
    }
    const base = ipaddr.process(text);
    return { base, bits: base.kind() === 'ipv4' ? 32 : 128 };
  } catch {
    return undefined;
  }
}

function parsed(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

function contains({ base, bits }: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return base.kind() === address.kind() && address.match(base, bits);
}

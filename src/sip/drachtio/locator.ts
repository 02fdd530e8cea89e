/**
 * Where a URI leads (RFC 3263 in its simplest part: addresses and A/AAAA records; SRV and NAPTR come with the further
 * transports). Answers at once for addresses and names that it knows, so that messages keep their order.
 */
import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { Clock } from '../../base/clock.js';
import { parseUri, uriParameter } from '../message/uri.js';
import { defaultPort } from '../transport/face-ports.js';
import type { Destination, Protocol } from '../transport/types.js';

export type Resolve = (host: string) => Promise<string>;

/** Milliseconds for which a name's address is kept. */
const KEEP = 60_000;

const systemResolve: Resolve = async (host) => (await dns.lookup(host, { family: 4 })).address;

export class LocateError extends HalinaError {
  constructor(code: 'INVALID_URI' | 'NO_TRANSPORT' | 'DNS', message: string, cause?: unknown) {
    super(code, message, cause === undefined ? {} : { cause });
  }
}

export class Locator {
  readonly #known = new Map<string, { address: string; until: number }>();

  constructor(
    private readonly clock: Clock,
    /** Whether any face has a protocol. */
    private readonly has: (protocol: string) => boolean,
    private readonly resolve: Resolve = systemResolve,
  ) {}

  /** The destination of a URI: at once, or when its name is resolved. Throws or rejects with `LocateError`. */
  locate(uri: string): Destination | Promise<Destination> {
    const parsed = parseUri(uri.replace(/^<|>.*$/g, ''));
    if (!parsed) throw new LocateError('INVALID_URI', `invalid request-uri: ${uri}`);
    const named = uriParameter(parsed, 'transport')?.toLowerCase() ?? (parsed.scheme === 'sips' ? 'tls' : 'udp');
    if (!this.has(named)) throw new LocateError('NO_TRANSPORT', 'requested protocol/transport not available');
    const host = uriParameter(parsed, 'maddr') ?? parsed.host;
    const protocol = named as Protocol;
    const at = (address: string): Destination => ({
      protocol,
      address,
      port: parsed.port ?? defaultPort(protocol),
      ...(named === 'tls' ? { serverName: host } : {}),
    });
    if (isIP(host)) return at(host);
    const known = this.#known.get(host);
    if (known && known.until > this.clock.monotonic()) return at(known.address);
    return this.#look(host, uri).then(at);
  }

  async #look(host: string, uri: string): Promise<string> {
    try {
      const address = await this.resolve(host);
      this.#known.set(host, { address, until: this.clock.monotonic() + KEEP });
      return address;
    } catch (error) {
      // A single word that no one knows was hardly meant as a host.
      if (!host.includes('.')) throw new LocateError('INVALID_URI', `invalid request-uri: ${uri}`, error);
      throw new LocateError('DNS', `${host} cannot be resolved: ${errorMessage(error)}`, error);
    }
  }
}

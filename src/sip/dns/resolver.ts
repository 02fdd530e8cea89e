/** DNS comes in through this door, so that tests can have a zone of their own. Behind it is Node's resolver. */
import dns from 'node:dns/promises';

export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

export interface RecordTypes {
  readonly NAPTR: Naptr;
  readonly SRV: Srv;
  /** Addresses. */
  readonly A: string;
  readonly AAAA: string;
}

export type RecordType = keyof RecordTypes;

export interface Answer<T extends RecordType> {
  readonly records: readonly RecordTypes[T][];
  /** Seconds. */
  readonly ttl: number;
}

export interface DnsResolver {
  /** What there is of a name; without records where there is none. Rejects where nobody answers, or not with an answer. */
  query<T extends RecordType>(name: string, type: T): Promise<Answer<T>>;
}

/** Seconds for records whose time to live Node does not tell, and for what is not there. */
const UNTOLD = 60;
const NEGATIVE = 30;
/** Milliseconds for an answer, and how often each server is asked. */
const TIMEOUT = 2000;
const TRIES = 2;

const isNothing = (error: unknown): boolean =>
  ['ENOTFOUND', 'ENODATA'].includes((error as NodeJS.ErrnoException).code ?? '');

const newResolver = (): dns.Resolver => new dns.Resolver({ timeout: TIMEOUT, tries: TRIES });

export class NodeResolver implements DnsResolver {
  #resolver = newResolver();

  /** @param servers `address` or `address:port`; without them the system's, and then its own names (`/etc/hosts`) too */
  constructor(private readonly servers?: readonly string[]) {
    if (servers) this.#resolver.setServers(servers);
  }

  async query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    try {
      return (await this.#ask(name, type)) as Answer<T>;
    } catch (error) {
      const known = (type === 'A' || type === 'AAAA') && !this.servers ? await systemName(name, type) : [];
      if (known.length > 0) return { records: known as unknown as Answer<T>['records'], ttl: UNTOLD };
      if (isNothing(error)) return { records: [], ttl: NEGATIVE };
      // The system's servers are read when a resolver is made, and may be others by now.
      if (!this.servers) this.#resolver = newResolver();
      throw error;
    }
  }

  async #ask(name: string, type: RecordType): Promise<Answer<RecordType>> {
    switch (type) {
      case 'NAPTR':
        return { records: await this.#resolver.resolveNaptr(name), ttl: UNTOLD };
      case 'SRV':
        return { records: await this.#resolver.resolveSrv(name), ttl: UNTOLD };
      case 'A':
        return addresses(await this.#resolver.resolve4(name, { ttl: true }));
      case 'AAAA':
        return addresses(await this.#resolver.resolve6(name, { ttl: true }));
    }
  }
}

function addresses(found: readonly { readonly address: string; readonly ttl: number }[]): Answer<'A'> {
  return { records: found.map(({ address }) => address), ttl: Math.min(...found.map(({ ttl }) => ttl)) };
}

/** What the system knows of a name beside DNS. */
async function systemName(name: string, type: 'A' | 'AAAA'): Promise<string[]> {
  try {
    const found = await dns.lookup(name, { all: true, family: type === 'A' ? 4 : 6 });
    return found.map(({ address }) => address);
  } catch {
    return []; // The answer of DNS counts.
  }
}

/** A DNS zone of a test's own, which can fall silent, and counts what it is asked. */
import type { Answer, DnsResolver, RecordType, RecordTypes } from '../../../src/sip/dns/resolver.js';

type Records = { readonly [T in RecordType]?: readonly RecordTypes[T][] };

export const srv = (priority: number, weight: number, port: number, name: string): RecordTypes['SRV'] => ({ priority, weight, port, name }); // prettier-ignore

export const naptr = (order: number, preference: number, service: string, replacement: string): RecordTypes['NAPTR'] => ({ order, preference, flags: 'S', service, replacement }); // prettier-ignore

export class Zone implements DnsResolver {
  readonly asked: string[] = [];
  /** The code of the error that every question gets. */
  broken: string | undefined;

  constructor(
    public names: Readonly<Record<string, Records>>,
    public ttl = 300,
  ) {}

  async query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    this.asked.push(`${type} ${name}`);
    await Promise.resolve();
    if (this.broken) throw Object.assign(new Error(`query ${this.broken} ${name}`), { code: this.broken });
    const found: Records = this.names[name] ?? {};
    return { records: found[type] ?? [], ttl: this.ttl };
  }
}

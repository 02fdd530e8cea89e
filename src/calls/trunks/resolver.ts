/** Addresses behind a host name, as a provider may send from any of them: SRV targets (RFC 3263) and its own. */
import { isIP } from 'node:net';
import { NodeResolver, type DnsResolver, type RecordType, type RecordTypes } from '../../sip/dns/resolver.js';

/** Gives every address of a host, in no order; rejects if none is found. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const SERVICES = ['_sip._udp', '_sip._tcp', '_sips._tcp'];

/** @param servers DNS servers to ask; the system's where there are none */
export function resolveByDns(
  servers?: readonly string[],
  resolver: DnsResolver = new NodeResolver(servers),
): ResolveHost {
  const records = async <T extends RecordType>(name: string, type: T): Promise<readonly RecordTypes[T][]> => {
    try {
      return (await resolver.query(name, type)).records;
    } catch {
      return []; // What counts is whether any address is found at all.
    }
  };
  return async (host) => {
    if (isIP(host)) return [host];
    const services = await Promise.all(SERVICES.map((service) => records(`${service}.${host}`, 'SRV')));
    const names = [...new Set([host, ...services.flat().map(({ name }) => name)])];
    const found = await Promise.all(names.flatMap((name) => [records(name, 'A'), records(name, 'AAAA')]));
    const addresses = [...new Set(found.flat())];
    if (addresses.length === 0) throw new Error(`no address of ${host} was found`);
    return addresses;
  };
}

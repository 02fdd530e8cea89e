/** Addresses behind a host name, as a provider may send from any of them: SRV targets (RFC 3263) and its own. */
import { resolve4, resolve6, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Gives every address of a host, in no order; rejects if none is found. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export const resolveByDns: ResolveHost = async (host) => {
  if (isIP(host)) return [host];
  const services = await Promise.allSettled(['udp', 'tcp'].map((protocol) => resolveSrv(`_sip._${protocol}.${host}`)));
  const targets = services.flatMap((one) => (one.status === 'fulfilled' ? one.value.map((record) => record.name) : []));
  const names = [...new Set([host, ...targets])];
  const found = await Promise.allSettled(names.flatMap((name) => [resolve4(name), resolve6(name)]));
  const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (addresses.length === 0) throw new Error(`no address of ${host} was found`);
  return [...new Set(addresses)];
};

/** Who counts as one source where tries are counted by address. */
import ipaddr from 'ipaddr.js';

/**
 * An IPv4 address as it is, also where it is written as IPv6; of an IPv6 address its network (RFC 6177 § 2: no end site has
 * less than 64 bits): whoever has one address there has them all. What is no address stays as it is.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}

/** Lists of addresses and networks, as the office writes them. */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether an address lies in any of the networks (IP or CIDR). What is neither is never matched. */
export function inNetworks(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.flatMap((text) => networkOf(text) ?? []);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const source = ipaddr.process(address);
    return parsed.some(({ base, bits }) => base.kind() === source.kind() && source.match(base, bits));
  };
}

function networkOf(text: string): { readonly base: Address; readonly bits: number } | undefined {
  if (ipaddr.isValidCIDR(text)) {
    const [base, bits] = ipaddr.parseCIDR(text);
    return { base, bits };
  }
  if (!ipaddr.isValid(text)) return undefined;
  const base = ipaddr.process(text);
  return { base, bits: base.kind() === 'ipv4' ? 32 : 128 };
}

/** Whom a certificate is for, and whether that is whom we meant (RFC 5922 § 7). */
import type { X509Certificate } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { parseUri } from '../message/uri.js';
import type { Identities } from './types.js';

/** The names in a certificate: those of `subjectAltName`, else the common name. */
export function identitiesOf(certificate: Pick<X509Certificate, 'subjectAltName' | 'subject'>): Identities {
  const names = alternativeNames(certificate.subjectAltName ?? '');
  const of = (kind: string): string[] => names.flatMap(([one, value]) => (one === kind ? [value.toLowerCase()] : []));
  const sip = of('URI').flatMap((text) => {
    const uri = parseUri(text);
    // § 7.1: a URI with a user is an identity of that user, not of the host.
    return uri && uri.user === undefined ? [uri.host] : [];
  });
  const dns = of('DNS');
  const addresses = of('IP Address').flatMap((text) => (ipaddr.isValid(text) ? [ipaddr.process(text).toString()] : []));
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1]?.toLowerCase();
  return { sip, dns: names.length === 0 && common !== undefined ? [common] : dns, addresses };
}

/** `URI:sip:example.com, DNS:"a, b", IP Address:192.0.2.1`, as Node writes them; what holds a comma is in quotes. */
function alternativeNames(text: string): (readonly [kind: string, value: string])[] {
  return [...text.matchAll(/([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].map(([, kind = '', value = '']) => [
    kind,
    value,
  ]);
}

/**
 * Whether these are the names of a host. Names are compared whole: § 7.2 takes no wildcards, unless `wildcards` is set (then
 * `*` stands for one label, RFC 6125 § 6.4.3).
 */
export function isFor(identities: Identities, host: string, wildcards = false): boolean {
  const { sip, dns, addresses } = identities;
  if (ipaddr.isValid(host)) return addresses.includes(ipaddr.process(host).toString());
  const wanted = host.toLowerCase().replace(/\.$/, '');
  return (sip.length > 0 ? sip : dns).some((name) => {
    if (name === wanted) return true;
    return wildcards && name.startsWith('*.') && wanted.slice(wanted.indexOf('.')) === name.slice(1);
  });
}

/** For messages to people. */
export function describeIdentities({ sip, dns, addresses }: Identities): string {
  const names = [...new Set([...(sip.length > 0 ? sip : dns), ...addresses])];
  return names.length === 0 ? 'nobody' : names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
}

/**
 * Fax over UDPTL in a session description (ITU-T T.38 annex D, RFC 3362): the m=image line and its terms. We do not
 * speak T.38 ourselves: the two machines agree on terms with one another, so the terms of one are told to the other as
 * they are, but only those that the recommendation knows, since an attribute can carry anything.
 */
import { reachableAddress } from './address.js';
import type { SocketAddress } from './audio.js';
import type { Attribute, MediaDescription, SessionDescription } from './description.js';
import { malformed } from './errors.js';

/** What the machines agree on, as attributes. */
export type FaxTerms = readonly Attribute[];

export interface PeerFax {
  /** Index of the m= line among all of the description. */
  readonly index: number;
  /** Where the peer wants UDPTL. */
  readonly udptl: SocketAddress | undefined;
  readonly terms: FaxTerms;
}

/** The attributes of T.38 (annex D, § D.2.3), in the spelling that everybody uses. */
const known = new Map(
  [
    'T38FaxVersion',
    'T38MaxBitRate',
    'T38FaxFillBitRemoval',
    'T38FaxTranscodingMMR',
    'T38FaxTranscodingJBIG',
    'T38FaxRateManagement',
    'T38FaxMaxBuffer',
    'T38FaxMaxDatagram',
    'T38FaxUdpEC',
  ].map((name) => [name.toUpperCase(), name]),
);
const LONGEST_VALUE = 32;

/** The fax that a description offers or answers with; undefined where it has none, or refuses it with port 0. */
export function peerFax(description: SessionDescription, local: string): PeerFax | undefined {
  const index = description.media.findIndex(isFax);
  const media = description.media[index];
  if (!media) return undefined;
  const connection = media.connection ?? description.connection;
  if (!connection) throw malformed('the session description has no c= line for its fax');
  const address = reachableAddress(connection, local);
  const udptl = address === undefined ? undefined : { address, port: media.port };
  return { index, udptl, terms: termsOf(media) };
}

const isFax = ({ media, protocol, port, formats }: MediaDescription): boolean =>
  media === 'image' &&
  port !== 0 &&
  protocol.toUpperCase() === 'UDPTL' &&
  formats.some((format) => format.toUpperCase() === 'T38');

function termsOf({ attributes }: MediaDescription): FaxTerms {
  return attributes.flatMap(({ name, value }) => {
    const standard = known.get(name.toUpperCase());
    if (standard === undefined || (value !== undefined && !isPlain(value))) return [];
    return [value === undefined ? { name: standard } : { name: standard, value }];
  });
}

/** Numbers and names like `transferredTCF`. */
const isPlain = (value: string): boolean => value.length <= LONGEST_VALUE && /^[A-Za-z0-9]+$/.test(value);

/** Our own m=image line. */
export const faxLine = (terms: FaxTerms, port: number): MediaDescription => ({
  media: 'image',
  port,
  protocol: 'udptl',
  formats: ['t38'],
  attributes: terms,
});

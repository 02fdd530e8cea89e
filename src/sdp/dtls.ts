/**
 * DTLS-SRTP with ICE-lite in session descriptions: fingerprints (RFC 8122), who begins the handshake (RFC 4145, 5763, 8842), the
 * credentials and the candidate of ICE (RFC 8839), one port for everything (RFC 5761, 9143). Keys are never in it.
 */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type DtlsIdentity, type DtlsRole, type Fingerprint, readFingerprint } from '../dtls/index.js';
import { type Attribute, attribute, type MediaDescription, type SessionDescription } from './description.js';
import { notAcceptable, warnings } from './errors.js';
import { words } from './scan.js';

type Setup = 'active' | 'passive' | 'actpass' | 'holdconn';

/** What a peer's description says of it. */
export interface PeerDtls {
  /** Undefined: it does not say, which means active in an offer and in an answer to ours (RFC 4145 § 4.1). */
  readonly setup: Setup | undefined;
  readonly fingerprints: readonly Fingerprint[];
  readonly tlsId: string | undefined;
  /** Undefined where it does not check ways: it has no ICE, or is lite as we are (RFC 8445 § 2.5). */
  readonly ice: { readonly ufrag: string; readonly password: string } | undefined;
  readonly mid: string | undefined;
  /** It would have this line share one way with others (BUNDLE). */
  readonly isBundled: boolean;
}

/** Credentials of ICE: checks of the peer's name both, and are made with our password. */
export interface IceTerms {
  readonly localUfrag: string;
  readonly localPassword: string;
  readonly remoteUfrag: string;
}

/** What was agreed on; the keys come of it on the way of the sound. */
export interface DtlsTerms {
  readonly kind: 'dtls';
  readonly role: DtlsRole;
  readonly identity: DtlsIdentity;
  readonly fingerprints: readonly Fingerprint[];
  /** Where this changes, a new association has to be made (RFC 8842 § 4). */
  readonly association: string;
  readonly ice: IceTerms | undefined;
}

/** What an audio line says; text: why it cannot be used. */
export function readDtls(description: SessionDescription, media: MediaDescription): PeerDtls | string {
  const fingerprints = fingerprintsOf(description, media);
  if (fingerprints.length === 0) return 'no fingerprint by a hash that is believed (a=fingerprint, sha-256 or better)';
  const has = (name: string): boolean => media.attributes.some((one) => one.name === name);
  if (!has('rtcp-mux') && !has('rtcp-mux-only')) return 'DTLS-SRTP needs one port for sound and reports (a=rtcp-mux)';
  const text = (name: string): string | undefined => attribute(description, media, name)?.value;
  const mid = text('mid');
  return {
    setup: setupOf(text('setup')),
    fingerprints,
    tlsId: text('tls-id'),
    ice: iceOf(description, text('ice-ufrag'), text('ice-pwd')),
    mid,
    isBundled: mid !== undefined && bundled(description).includes(mid),
  };
}

/** Those of the media take the place of those of the session (RFC 8122 § 5). */
function fingerprintsOf({ attributes }: SessionDescription, media: MediaDescription): Fingerprint[] {
  const named = media.attributes.filter(({ name }) => name === 'fingerprint');
  const lines = named.length > 0 ? named : attributes.filter(({ name }) => name === 'fingerprint');
  return lines.flatMap(({ value }) => readFingerprint(value ?? '') ?? []);
}

const setupOf = (text: string | undefined): Setup | undefined =>
  (['active', 'passive', 'actpass', 'holdconn'] as const).find((one) => one === text?.toLowerCase());

function iceOf(
  { attributes }: SessionDescription,
  ufrag: string | undefined,
  password: string | undefined,
): PeerDtls['ice'] {
  if (ufrag === undefined || password === undefined || attributes.some(({ name }) => name === 'ice-lite'))
    return undefined;
  return { ufrag, password };
}

/** The lines that are to share one way. */
const bundled = ({ attributes }: SessionDescription): string[] =>
  attributes
    .filter(({ name }) => name === 'group')
    .map(({ value }) => words(value ?? ''))
    .filter(([semantics]) => semantics?.toUpperCase() === 'BUNDLE')
    .flatMap(([, ...mids]) => mids);

/** Our side of it in one session of SDP: made when it is first needed, and the same as long as the peer lets it be so. */
export class OwnDtls {
  readonly #makeIdentity: () => DtlsIdentity;
  #identity: DtlsIdentity | undefined;
  #credentials = newCredentials();
  #tlsId = token(18);
  /** What was agreed on last. */
  #agreed: { readonly role: DtlsRole; readonly peer: PeerDtls } | undefined;

  constructor(makeIdentity: () => DtlsIdentity) {
    this.#makeIdentity = makeIdentity;
  }

  /** Answers an offer. Throws `SdpError`. */
  answer(peer: PeerDtls): DtlsTerms {
    const before = this.#agreed;
    const isSame = before !== undefined && isSameAssociation(before.peer, peer);
    // A new association has a new name on both sides, and ICE that the peer begins anew begins anew here too (RFC 8839 § 4.4.1.1).
    if (before && !isSame) this.#tlsId = token(18);
    if (before?.peer.ice && peer.ice && !isSameIce(before.peer.ice, peer.ice)) this.#credentials = newCredentials();
    return this.#agree(peer, roleOf(peer.setup, isSame ? before.role : undefined));
  }

  /** Takes the answer to an offer of ours, in which the peer chose. Throws `SdpError`. */
  answered(peer: PeerDtls): DtlsTerms {
    return this.#agree(peer, roleOf(peer.setup, undefined));
  }

  #agree(peer: PeerDtls, role: DtlsRole): DtlsTerms {
    this.#agreed = { role, peer };
    const { ufrag: localUfrag, password: localPassword } = this.#credentials;
    return {
      kind: 'dtls',
      role,
      identity: this.#own,
      fingerprints: peer.fingerprints,
      association: associationOf(this.#tlsId, peer),
      ice: peer.ice && { localUfrag, localPassword, remoteUfrag: peer.ice.ufrag },
    };
  }

  get #own(): DtlsIdentity {
    return (this.#identity ??= this.#makeIdentity());
  }

  /** The lines of our audio in an offer; the peer chooses who begins (RFC 8842 § 5.2). */
  offerAttributes(address: string, port: number, mid: string): Attribute[] {
    return [...this.#ice(address, port), ...this.#dtls('actpass'), { name: 'mid', value: mid }];
  }

  /** The lines of our audio in the answer to what was agreed on just now. */
  answerAttributes(address: string, port: number): Attribute[] {
    const { peer, role } = this.#agreed ?? {};
    return [
      ...(peer?.ice ? this.#ice(address, port) : []),
      ...this.#dtls(role ?? 'passive'),
      ...(peer?.mid === undefined ? [] : [{ name: 'mid', value: peer.mid }]),
    ];
  }

  #dtls(setup: string): Attribute[] {
    const { hash, value } = this.#own.fingerprint;
    return [
      { name: 'fingerprint', value: `${hash} ${value}` },
      { name: 'setup', value: setup },
      { name: 'tls-id', value: this.#tlsId },
      { name: 'rtcp-mux' },
    ];
  }

  /** One component, one candidate, of the highest priority there is (RFC 8445 § 5.1.2.1: host 126, the only address). */
  #ice(address: string, port: number): Attribute[] {
    const { ufrag, password } = this.#credentials;
    const priority = 126 * 2 ** 24 + 65_535 * 2 ** 8 + 255;
    return [
      { name: 'ice-ufrag', value: ufrag },
      { name: 'ice-pwd', value: password },
      { name: 'candidate', value: `${isIP(address) === 6 ? 2 : 1} 1 udp ${priority} ${address} ${port} typ host` },
      { name: 'end-of-candidates' },
    ];
  }
}

/** Lines of the whole session: what kind of agent we are, and, where `mid` is to share a way with others, that it does. */
export const sessionAttributes = (hasIce: boolean, mid: string | undefined): Attribute[] => [
  ...(hasIce ? [{ name: 'ice-lite' }, { name: 'ice-options', value: 'ice2' }] : []),
  ...(mid === undefined ? [] : [{ name: 'group', value: `BUNDLE ${mid}` }]),
];

/** Where the peer leaves it to us we wait for it: who is behind a router has to send first anyway. */
function roleOf(setup: Setup | undefined, kept: DtlsRole | undefined): DtlsRole {
  if (setup === 'holdconn') throw notAcceptable('the peer would have no association now (a=setup:holdconn)', warnings.incompatibleTransport); // prettier-ignore
  if (setup === 'passive') return 'active';
  return setup === 'actpass' ? (kept ?? 'passive') : 'passive';
}

/** What of a peer's side tells an association from the next (RFC 8842 § 4). */
const peerSide = ({ fingerprints, tlsId }: PeerDtls): string =>
  [tlsId ?? '', ...fingerprints.map(({ hash, value }) => `${hash} ${value}`)].join(' ');
const isSameAssociation = (one: PeerDtls, other: PeerDtls): boolean => peerSide(one) === peerSide(other);
const associationOf = (tlsId: string, peer: PeerDtls): string => `${tlsId} ${peerSide(peer)}`;

const isSameIce = (one: NonNullable<PeerDtls['ice']>, other: NonNullable<PeerDtls['ice']>): boolean =>
  one.ufrag === other.ufrag && one.password === other.password;

/** Letters, digits, + and /: what ICE takes (RFC 8839 § 5.4), of so many bytes of chance (a multiple of 3). */
const token = (bytes: number): string => randomBytes(bytes).toString('base64');
const newCredentials = (): { readonly ufrag: string; readonly password: string } => ({
  ufrag: token(6),
  password: token(24),
});

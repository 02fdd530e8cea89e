/**
 * Our half of ICE: a lite agent (RFC 8445 § 2.5), which has its one host candidate and answers the other side's checks. The
 * peer finds out which ways there are and names the one that it takes (USE-CANDIDATE); its later checks, which ask for our
 * consent (RFC 7675), are answered in the same way.
 *
 * Only a check that is made with the password of our description is answered, be it by an error: to anyone else we say
 * nothing, although RFC 8489 § 9.1.3 would have us answer 401, as nobody shall have us send to an address of his choice.
 */
import type { IceTerms } from '../../../sdp/index.js';
import {
  ATTRIBUTE,
  attributeOf,
  BINDING_ERROR,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  errorCode,
  hasFingerprint,
  isAuthentic,
  notUnderstood,
  readStun,
  type StunMessage,
  unknownAttributes,
  writeStun,
  xorMappedAddress,
} from '../../../stun/message.js';

/** Addresses of the peer's that are remembered, the newest: a host has a few. */
const MOST_SOURCES = 16;

/** What a check may have in it (RFC 8445 § 7.1). */
const KNOWN = [ATTRIBUTE.username, ATTRIBUTE.integrity, ATTRIBUTE.priority, ATTRIBUTE.useCandidate];

export interface IceReply {
  readonly bytes: Buffer;
  /** The peer wants us to send to where the check came from. */
  readonly nominates: boolean;
}

export class IceLite {
  #terms: IceTerms;
  /** `address port` from which valid checks came, the newest last. */
  readonly #sources = new Set<string>();

  constructor(terms: IceTerms) {
    this.#terms = terms;
  }

  /** Other credentials hold from now on (RFC 8445 § 9): what was checked before stays. */
  set(terms: IceTerms): void {
    this.#terms = terms;
  }

  /** Whether a valid check came from there. */
  knows(address: string, port: number): boolean {
    return this.#sources.has(`${address} ${port}`);
  }

  /** Takes a STUN datagram; undefined: it is none that is answered. */
  take(bytes: Buffer, address: string, port: number): IceReply | undefined {
    const message = readStun(bytes);
    if (message?.type !== BINDING_REQUEST || !this.#isTrusted(message)) return undefined;
    const { transaction } = message;
    const unknown = notUnderstood(message, KNOWN);
    if (unknown.length > 0) return this.#refuse(message, 420, 'Unknown Attribute', [unknownAttributes(unknown)]);
    // We are lite, so the other side controls (§ 6.1.1): a peer that thinks otherwise is told to change its mind (§ 7.3.1.1).
    if (attributeOf(message, ATTRIBUTE.iceControlled)) return this.#refuse(message, 487, 'Role Conflict');
    const mapped = xorMappedAddress(address, port, transaction);
    this.#note(`${address} ${port}`);
    return {
      bytes: writeStun({ type: BINDING_SUCCESS, transaction }, [mapped], this.#terms.localPassword),
      nominates: attributeOf(message, ATTRIBUTE.useCandidate) !== undefined,
    };
  }

  /** RFC 8445 § 7.3, RFC 8489 § 9.1.3: for us, by the peer that we agreed with, and whole. */
  #isTrusted(message: StunMessage): boolean {
    const { localUfrag, localPassword, remoteUfrag } = this.#terms;
    const username = attributeOf(message, ATTRIBUTE.username)?.value.toString('utf8');
    return (
      username === `${localUfrag}:${remoteUfrag}` && hasFingerprint(message) && isAuthentic(message, localPassword)
    );
  }

  #note(source: string): void {
    this.#sources.delete(source);
    this.#sources.add(source);
    for (const oldest of this.#sources) {
      if (this.#sources.size <= MOST_SOURCES) break;
      this.#sources.delete(oldest);
    }
  }

  #refuse(
    { transaction }: StunMessage,
    code: number,
    reason: string,
    more: readonly { type: number; value: Buffer }[] = [],
  ): IceReply {
    const attributes = [errorCode(code, reason), ...more];
    return {
      bytes: writeStun({ type: BINDING_ERROR, transaction }, attributes, this.#terms.localPassword),
      nominates: false,
    };
  }
}

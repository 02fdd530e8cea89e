/**
 * A session description in memory (RFC 8866), as far as a SIP call has a use for it. What is not understood is kept as
 * it stood where it can be (attributes), and otherwise left out: descriptions are read and written anew, never passed on.
 */

/** `o=` (RFC 8866 § 5.2). The numbers stay text: peers send more than 53 bits. */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly addressType: AddressType;
  readonly address: string;
}

export type AddressType = 'IP4' | 'IP6';

/** `c=` (§ 5.7). `address` without the TTL and count of multicast; it may be a host name. */
export interface Connection {
  readonly addressType: AddressType;
  readonly address: string;
}

/** `a=name` or `a=name:value` (§ 5.13). */
export interface Attribute {
  readonly name: string;
  readonly value?: string;
}

/** `m=` and the lines under it (§ 5.14). */
export interface MediaDescription {
  /** `audio`, `video`, `image`… */
  readonly media: string;
  readonly port: number;
  /** `RTP/AVP`, `RTP/SAVP`, `udptl`… */
  readonly protocol: string;
  /** At least one; payload types as text where the protocol is RTP. */
  readonly formats: readonly string[];
  readonly connection?: Connection;
  readonly attributes: readonly Attribute[];
}

export interface SessionDescription {
  readonly origin: Origin;
  readonly sessionName: string;
  readonly connection?: Connection;
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaDescription[];
}

/** The first value of an attribute: on the media if it stands there, else on the session (`undefined`: nowhere). */
export function attribute(
  description: SessionDescription,
  media: MediaDescription | undefined,
  name: string,
): Attribute | undefined {
  const named = (a: Attribute): boolean => a.name === name;
  return media?.attributes.find(named) ?? description.attributes.find(named);
}

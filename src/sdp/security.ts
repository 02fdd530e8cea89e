/** How sound is encrypted, and what is wanted of a peer's: what we offer to it, and what of its offers and answers we take. */

/** `sdes`: under keys in the description (RFC 4568); `dtls`: under keys that a handshake on the way of the sound agrees on (RFC 5763). */
export type Keying = 'plain' | 'sdes' | 'dtls';

/**
 * - `off`: plain;
 * - `open`: it may be encrypted, but keys in signalling would lie open: plain, or DTLS where the peer asks for it;
 * - `allow`: encrypted where the peer can (RFC 8643: RTP/AVP with keys beside it);
 * - `require`: encrypted or not at all; `refuse`: the same, but keys in signalling would lie open;
 * - `page`: a telephone in a browser, which knows nothing but DTLS as a rule; `dtls`: DTLS or not at all.
 */
export type MediaSecurity = 'off' | 'open' | 'allow' | 'require' | 'refuse' | 'page' | 'dtls';

interface Terms {
  /** `either`: plain with keys beside it; undefined: nothing can be offered. */
  readonly offers: Keying | 'either' | undefined;
  readonly takes: readonly Keying[];
}

export const termsOf: Readonly<Record<MediaSecurity, Terms>> = {
  off: { offers: 'plain', takes: ['plain'] },
  open: { offers: 'plain', takes: ['plain', 'dtls'] },
  allow: { offers: 'either', takes: ['plain', 'sdes', 'dtls'] },
  require: { offers: 'sdes', takes: ['sdes', 'dtls'] },
  refuse: { offers: undefined, takes: ['dtls'] },
  page: { offers: 'dtls', takes: ['plain', 'dtls'] },
  dtls: { offers: 'dtls', takes: ['dtls'] },
};

/** What to offer to a peer whose sound was agreed on so before: the same again, where that is allowed. */
export function offerKeying(security: MediaSecurity, before: Keying | undefined): Terms['offers'] {
  const { offers, takes } = termsOf[security];
  const isUnusual = before === 'dtls' || (before !== undefined && offers === 'dtls');
  return isUnusual && takes.includes(before) ? before : offers;
}

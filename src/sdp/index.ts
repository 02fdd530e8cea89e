/** The room of session descriptions: what others use of it. */
export type { AudioCodec, AudioFormat, Direction, SocketAddress } from './audio.js';
export type { SdesKeys } from './crypto.js';
export type { DtlsTerms, IceTerms } from './dtls.js';
export { SdpError } from './errors.js';
export type { FaxTerms, PeerFax } from './fax.js';
export { LocalDescription, type LocalDescriptionOptions } from './local-description.js';
export { type AgreedAudio, G711 } from './negotiate.js';
export { parseSdp } from './parse.js';
export type { MediaSecurity } from './security.js';
export { serializeSdp } from './serialize.js';

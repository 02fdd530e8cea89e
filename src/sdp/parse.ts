/**
 * The parser of session descriptions (RFC 8866). Strict about what is used (origin, connection, media, attributes),
 * tolerant of what the field sends: bare LF, blank lines, spaces at line ends, missing `s=` and `t=`, lines out of
 * order, unknown types. Sizes are bounded, since anyone may send one.
 */
import type { AddressType, Attribute, Connection, Origin, SessionDescription } from './description.js';
import { malformed } from './errors.js';
import { cut, wholeNumber, words } from './scan.js';

/** Bounds on what is read; more is refused as malformed. */
export const limits = { characters: 65_536, lines: 2_000, media: 32, formats: 128 } as const;

interface MediaDraft {
  media: string;
  port: number;
  protocol: string;
  formats: readonly string[];
  connection?: Connection;
  attributes: Attribute[];
}

interface Draft {
  origin?: Origin;
  sessionName: string;
  connection?: Connection;
  attributes: Attribute[];
  media: MediaDraft[];
}

/** Parses a description. Throws `SdpError` with status 400 where it cannot be understood. */
export function parseSdp(text: string): SessionDescription {
  if (text.length > limits.characters) throw malformed('the session description is too long');
  const draft: Draft = { sessionName: '-', attributes: [], media: [] };
  let versionSeen = false;
  for (const [type, value] of lines(text)) {
    if (!versionSeen) {
      if (type !== 'v' || value !== '0') throw malformed('a session description begins with v=0');
      versionSeen = true;
    } else takeLine(draft, type, value);
  }
  if (!versionSeen) throw malformed('the session description is empty');
  const { origin, ...rest } = draft;
  if (!origin) throw malformed('the session description has no o= line');
  return { origin, ...rest };
}

function* lines(text: string): Generator<[string, string]> {
  let count = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line === '') continue;
    if (++count > limits.lines) throw malformed('the session description has too many lines');
    if (line.includes('\0') || line.includes('\r'))
      throw malformed('a control character stands in the session description');
    if (line.length < 2 || line[1] !== '=') throw malformed(`not a line of a session description: ${excerpt(line)}`);
    yield [line.charAt(0), line.slice(2)];
  }
}

function takeLine(draft: Draft, type: string, value: string): void {
  const media = draft.media.at(-1);
  const level = media ?? draft;
  switch (type) {
    case 'o':
      draft.origin ??= parseOrigin(value);
      break;
    case 's':
      draft.sessionName = value || '-';
      break;
    case 'c':
      level.connection ??= parseConnection(value);
      break;
    case 'a':
      level.attributes.push(parseAttribute(value));
      break;
    case 'm':
      if (draft.media.length === limits.media) throw malformed('the session description has too many m= lines');
      draft.media.push(parseMedia(value));
      break;
    default: // i, u, e, p, b, t, r, z, k and what may come: of no use to a call
  }
}

/** We read nothing from `o=` that a call depends on, so user names with spaces and odd numbers pass. */
function parseOrigin(value: string): Origin {
  const all = words(value);
  const [sessionId, sessionVersion, network, type, address] = all.slice(-5);
  if (all.length < 6 || sessionId === undefined || sessionVersion === undefined || address === undefined)
    throw malformed(`o= is wrong: ${excerpt(value)}`);
  const username = all.slice(0, -5).join('-');
  return { username, sessionId, sessionVersion, addressType: addressType(network, type, value), address };
}

function parseConnection(value: string): Connection {
  const [network, type, address, ...more] = words(value);
  if (address === undefined || more.length > 0) throw malformed(`c= is wrong: ${excerpt(value)}`);
  return { addressType: addressType(network, type, value), address: cut(address, '/')[0] };
}

function addressType(network: string | undefined, type: string | undefined, line: string): AddressType {
  if (network?.toUpperCase() !== 'IN') throw malformed(`only the Internet (IN) is known: ${excerpt(line)}`);
  const upper = type?.toUpperCase();
  if (upper !== 'IP4' && upper !== 'IP6') throw malformed(`neither IP4 nor IP6: ${excerpt(line)}`);
  return upper;
}

function parseAttribute(value: string): Attribute {
  const [name, rest] = cut(value, ':');
  if (name === '') throw malformed('an attribute without a name');
  const trimmed = name.trim();
  return rest === undefined ? { name: trimmed } : { name: trimmed, value: rest.trim() };
}

function parseMedia(value: string): MediaDraft {
  const [media, portText, protocol, ...formats] = words(value);
  const [first, count] = cut(portText ?? '', '/');
  const port = wholeNumber(first, 65_535);
  if (media === undefined || port === undefined || protocol === undefined || formats.length === 0)
    throw malformed(`m= is wrong: ${excerpt(value)}`);
  if (count !== undefined && wholeNumber(count, 65_535) === undefined)
    throw malformed(`m= has a strange number of ports: ${excerpt(value)}`);
  if (formats.length > limits.formats) throw malformed('an m= line has too many formats');
  return { media: media.toLowerCase(), port, protocol, formats, attributes: [] };
}

const excerpt = (line: string): string => JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);

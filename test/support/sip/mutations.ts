/**
 * SIP messages that are wrong, from seeds: those of RFC 4475 and one plain INVITE. Byte-wise, without regard to what the bytes
 * mean, and along the grammar: whole headers, values, parameters, numbers and addresses put where they do not belong.
 */
import { requestText } from './text.js';
import { TORTURE } from './torture.js';

/** A whole number from 0 to `below` - 1. */
export type Random = (below: number) => number;

/** mulberry32: small, good enough, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const SEEDS: readonly Buffer[] = [
  ...TORTURE.map(({ bytes }) => bytes),
  Buffer.from(requestText({ method: 'INVITE', body: 'v=0\r\n' })),
];

const DICTIONARY = [
  '\r\n', '\n', '\r', ' ', '\t', '\0', ':', ';', ',', '=', '"', '\\', '<', '>', '(', ')', '@', '%', '%00', '[', ']', '[::1]', '?', '&', '/',
  'SIP/2.0', 'sip:', 'sips:', 'tel:', 'Via: ', 'v:', 'Content-Length: ', 'l: 99999999999', '-1', 'Digest ', ';rport', ';received=', ';maddr=127.0.0.1',
  '\r\n\r\n', '\xff', '\xc3', '\xa0', '()'.repeat(50), '('.repeat(500), ' '.repeat(3000), '"\\'.repeat(400), ',;'.repeat(400),
].map((text) => Buffer.from(text, 'latin1')); // prettier-ignore

const NUMBERS = ['0', '-1', '1', '69', '70', '255', '256', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296', '1e9', '0x10', '٣', '']; // prettier-ignore
const METHODS = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH', 'invite', 'DANCE']; // prettier-ignore
const NAMES = [
  'Via', 'v', 'From', 'f', 'To', 't', 'Call-ID', 'i', 'CSeq', 'Contact', 'm', 'Route', 'Record-Route', 'Max-Forwards', 'Content-Length', 'l',
  'Content-Type', 'c', 'Require', 'Supported', 'k', 'Proxy-Require', 'RSeq', 'RAck', 'Session-Expires', 'x', 'Min-SE', 'Expires', 'Event', 'o',
  'Refer-To', 'r', 'Referred-By', 'Replaces', 'Reason', 'Authorization', 'WWW-Authenticate', 'Proxy-Authenticate', 'Retry-After', 'Date', 'Warning',
  'P-Asserted-Identity', 'Privacy', 'Diversion', 'History-Info', 'Subscription-State', 'Allow', 'Accept', 'Timestamp', 'Path', 'Service-Route',
]; // prettier-ignore
const VALUES = [
  '<sip:a@b>', 'sip:a@b;tag=1', '<sip:a@[::1]:5060;lr>;q=0.5', '"a \\" b" <sips:c@d?Route=%3Csip:x%3E>', '*', '<tel:+48;ext=1>', 'a;b=c;b=d;;e',
  '1 INVITE', '99 ACK', '100rel', 'timer, , 100rel', 'SIP/2.0/UDP a;branch=z9hG4bK', 'SIP / 2.0 / TCP [::1]:99 ;branch=z9hG4bKx;rport;alias',
  'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256', '90;refresher=uas', '18446744073709551616', '5 (a (b (c)));duration=9',
  'a@b;to-tag=c;from-tag=d', 'active;expires=99', 'Sat, 13 Nov 2010 23:29:00 GMT', '307 isi.edu "x"', 'application/sdp;a="b;c"', '"', '<', '\\', '',
]; // prettier-ignore

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

/** One change of bytes: one flipped, a piece cut out, doubled, moved in from another message, or a word of the grammar put in. */
function mutateBytes(random: Random, bytes: Buffer): Buffer {
  const [at, end] = [random(bytes.length + 1), random(bytes.length + 1)].sort((a, b) => a - b) as [number, number];
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random(6)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random(256)]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, piece, piece, after]).subarray(0, 60_000);
    case 3: {
      const other = pick(random, SEEDS);
      const from = random(other.length);
      return Buffer.concat([before, other.subarray(from, from + random(200)), bytes.subarray(at)]);
    }
    default:
      return Buffer.concat([before, pick(random, DICTIONARY), bytes.subarray(at)]);
  }
}

type LineChange = (random: Random, lines: string[], at: number, line: string) => void;

const valueOf = (line: string): string => line.slice(line.indexOf(':') + 1);
const nameOf = (line: string): string => line.slice(0, Math.max(0, line.indexOf(':')));

/** Changes of one header, or of the start line, that leave the message as a whole in form. */
const LINE_CHANGES: readonly LineChange[] = [
  (_, lines, at) => void lines.splice(at, 1),
  (random, lines, _, line) => void lines.splice(random(lines.length + 1), 0, line),
  (random, lines, at, line) => void (lines[at] = `${pick(random, NAMES)}:${valueOf(line)}`),
  (random, lines, at, line) => void (lines[at] = `${nameOf(line)}: ${pick(random, VALUES)}`),
  (random, lines, at, line) => void (lines[at] = `${line}, ${pick(random, VALUES)}`),
  (random, lines, at, line) => void (lines[at] = `${line};${pick(random, ['tag', 'branch', 'lr', 'received', 'rport', 'expires', 'q', 'x'])}=${pick(random, VALUES)}`),
  (random, lines, at, line) => void (lines[at] = line.replace(/\d+/, pick(random, NUMBERS))),
  (random, lines, at, line) => void (lines[at] = line.replace(/\b[A-Z]{3,}\b/, pick(random, METHODS))),
  (_, lines, at, line) => void (lines[at] = line.replace(/[;,=]/, (found) => `\r\n ${found}\r\n\t`)),
  (random, lines, at, line) => void (lines[at] = line.replace(/sips?:[^>;,\s]*/, pick(random, ['sip:', 'sip:@', 'sip:a@b:99999', 'sip:%@b', 'sip:a:b@c;d=e?f=g', 'tel:+1', 'urn:x', 'sip:[::', 'sip:a@1.2.3.4.5']))),
  (random, lines, at) => void lines.splice(at, 0, ...Array.from({ length: random(300) }, () => `${pick(random, NAMES)}: ${pick(random, VALUES)}`)),
  (random, lines) => void lines.splice(1 + random(lines.length), 0, `${pick(random, NAMES)}: ${pick(random, VALUES)}`),
]; // prettier-ignore

function mutateGrammar(random: Random, bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [head, body] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)];
  const lines = head.split('\r\n');
  const at = random(lines.length);
  pick(random, LINE_CHANGES)(random, lines, at, lines[at] ?? '');
  return Buffer.from(lines.join('\r\n') + body, 'latin1').subarray(0, 60_000);
}

export type Manner = 'byte-wise' | 'along the grammar';

/** A message with one to five changes. */
export function mutant(random: Random, manner: Manner): Buffer {
  const mutate = manner === 'byte-wise' ? mutateBytes : mutateGrammar;
  let bytes = pick(random, SEEDS);
  for (let times = 1 + random(5); times > 0; times--) bytes = mutate(random, bytes);
  return bytes;
}

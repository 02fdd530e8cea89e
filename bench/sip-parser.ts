/**
 * How many SIP messages a second are read and written, on one core:
 *   node dist/bench/sip-parser.js --rounds 9 [--json]
 *
 * `taken` is what the transport does with every datagram: syntax, then the check of what the stack needs. `passed` adds the
 * Via's stamp, the views that the layers above ask for, and writing it out again. `streamed` is the same bytes by TCP in pieces
 * of 1,460. The measure of all: `split` only turns the same datagrams into text and splits them into lines and names, which is
 * the least that any parser does. The rounds are interleaved, figures are medians with their spread.
 */
import { parseArgs } from 'node:util';
import { header, headerValues } from '../src/sip/message/fields.js';
import { callIdOf, contactUri, cseqOf, formatVia, tagOf, topVia } from '../src/sip/message/headers.js';
import { replaceFirst } from '../src/sip/message/fields.js';
import { withParameter } from '../src/sip/message/grammar.js';
import type { SipMessage } from '../src/sip/message/message.js';
import { parseMessage } from '../src/sip/message/parse.js';
import { serialize } from '../src/sip/message/serialize.js';
import { StreamParser } from '../src/sip/message/stream.js';
import { validateMessage } from '../src/sip/message/validate.js';
import { requestText, sipText } from '../test/support/sip/text.js';
import { report, spread } from './lib/figures.js';
import { machineName } from './lib/machine.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
});

const SDP = [
  'v=0', 'o=- 3873 3873 IN IP4 192.0.2.10', 's=-', 'c=IN IP4 192.0.2.10', 't=0 0', 'm=audio 20000 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16', 'a=ptime:20', 'a=sendrecv', '',
].join('\r\n'); // prettier-ignore

const MORE = [
  'Contact: <sip:+48221234567@192.0.2.10:5060;transport=udp>', 'User-Agent: Provider SBC/7.2 (rev 15)',
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK', 'Supported: timer, 100rel, replaces',
  'Session-Expires: 1800;refresher=uac', 'P-Asserted-Identity: "Urząd Gminy" <sip:+48221234567@provider.example>',
  'Record-Route: <sip:sbc1.provider.example;lr>, <sip:sbc2.provider.example;lr>', 'Content-Type: application/sdp',
]; // prettier-ignore

/** What a call brings: INVITE with an offer, its 200, ACK, BYE, and beside them REGISTER and OPTIONS. */
const MESSAGES: readonly Buffer[] = [
  requestText({ method: 'INVITE', more: MORE, body: SDP }),
  requestText({ method: 'INVITE', more: MORE, body: SDP }).replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n'),
  requestText({ method: 'ACK' }),
  requestText({ method: 'BYE', more: ['Reason: Q.850;cause=16;text="Normal call clearing"'] }),
  requestText({
    method: 'REGISTER',
    more: ['Contact: <sip:201@192.0.2.77:5060>;expires=300', 'Authorization: Digest username="201", realm="halina", nonce="abc", uri="sip:halina", response="0123456789abcdef0123456789abcdef", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="xyz"'],
  }),
  sipText(['OPTIONS sip:a@b SIP/2.0', 'v: SIP/2.0/UDP h;branch=z9hG4bK1', 'f: <sip:a@b>;tag=1', 't: <sip:a@b>', 'i: 1', 'CSeq: 1 OPTIONS', 'l: 0']),
].map((text) => Buffer.from(text)); // prettier-ignore

/** Messages in one round of one kind. */
const PER_ROUND = 24_000;

function take(datagram: Buffer): SipMessage {
  const message = parseMessage(datagram);
  const failed = message.kind === 'failure' ? message : validateMessage(message);
  if (message.kind === 'failure' || failed) throw new Error(failed?.reason ?? 'not taken');
  return message;
}

function pass(datagram: Buffer): number {
  const message = take(datagram);
  const via = topVia(message);
  if (via)
    replaceFirst(message, 'via', formatVia({ ...via, parameters: withParameter(via.parameters, 'rport', '5090') }));
  const known = [
    callIdOf(message),
    cseqOf(message)?.method,
    tagOf(message, 'from'),
    tagOf(message, 'to'),
    contactUri(message),
  ];
  return serialize(message).length + known.length + headerValues(message, 'record-route').length;
}

function split(datagram: Buffer): number {
  let names = 0;
  for (const line of datagram.toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    names += line.slice(0, colon).toLowerCase().length + line.slice(colon + 1).trim().length;
  }
  return names;
}

function streamed(): void {
  const stream = Buffer.concat(Array.from({ length: PER_ROUND / MESSAGES.length }, () => MESSAGES).flat());
  const parser = new StreamParser();
  let messages = 0;
  for (let at = 0; at < stream.length; at += 1460) messages += parser.push(stream.subarray(at, at + 1460)).length;
  if (messages !== PER_ROUND) throw new Error(`${messages} of ${PER_ROUND} messages came out of the stream`);
}

const each = (what: (datagram: Buffer) => unknown) => (): void => {
  for (let n = 0; n < PER_ROUND; n += MESSAGES.length) for (const datagram of MESSAGES) what(datagram);
};

const kinds = { split: each(split), taken: each(take), passed: each(pass), streamed } as const;

function usPerMessage(run: () => void): number {
  const began = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / PER_ROUND;
}

const measured: Record<string, number[]> = {};
for (const run of Object.values(kinds)) run(); // Compiled before it counts.
for (let round = 0; round < Number(values.rounds); round++)
  for (const [kind, run] of Object.entries(kinds)) (measured[kind] ??= []).push(usPerMessage(run));

const rows = Object.fromEntries(
  Object.entries(measured).flatMap(([kind, us]) => [
    [`${kind}UsPerMessage`, spread(us)],
    [`${kind}MessagesPerSecond`, spread(us.map((one) => Math.round(1e6 / one)))],
  ]),
);
const ratio = spread((measured.passed ?? []).map((us, n) => us / (measured.split?.[n] ?? NaN))).median;
const bytes = Math.round(MESSAGES.reduce((sum, message) => sum + message.length, 0) / MESSAGES.length);
report('SIP messages read and written, one core', rows, {
  machine: machineName(),
  bytesPerMessage: bytes,
  rounds: Number(values.rounds),
  passedToSplitRatio: Number(ratio.toFixed(2)),
  sample: header(take(MESSAGES[0] ?? Buffer.alloc(0)), 'cseq'),
});

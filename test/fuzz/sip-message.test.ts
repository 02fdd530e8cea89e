/**
 * Mutated SIP messages, a bounded number of them from a seed that is printed when one fails: nothing may throw, hang, or take
 * long, and what was taken must come out of the serializer as a message that is taken again.
 */
import { expect } from 'chai';
import { headerValues } from '../../src/sip/message/fields.js';
import { makeResponse } from '../../src/sip/message/make.js';
import { parseFramed, parseMessage, type ParseFailure } from '../../src/sip/message/parse.js';
import type { SipMessage } from '../../src/sip/message/message.js';
import { serialize } from '../../src/sip/message/serialize.js';
import { StreamParser } from '../../src/sip/message/stream.js';
import { parseTelUri, parseUri, sameUri, uriHeaders } from '../../src/sip/message/uri.js';
import { validateMessage } from '../../src/sip/message/validate.js';
import { HEADER_NAMES, readHeaders } from '../../src/sip/message/views/table.js';
import { refusalOf } from '../../src/sip/transport/refusal.js';
import { responseDestination, stampVia } from '../../src/sip/transport/routing.js';
import type { Flow } from '../../src/sip/transport/types.js';
import { requestText } from '../support/sip/text.js';
import { TORTURE } from '../support/sip/torture.js';

const MESSAGES = 20_000;
/** Milliseconds that the worst message may take: none should need a hundredth of it. */
const SLOWEST = 200;

/** mulberry32: small, good enough, and the same everywhere. */
function randomFrom(seed: number): (below: number) => number {
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

type Random = (below: number) => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] ?? expect.fail('an empty list');

/** One change: a byte flipped, a piece cut out, doubled, moved in from another message, or a word of the grammar put in. */
function mutate(random: Random, bytes: Buffer): Buffer {
  const [at, end] = [random(bytes.length + 1), random(bytes.length + 1)].sort((a, b) => a - b);
  if (at === undefined || end === undefined) return bytes;
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

const FLOW: Flow = {
  protocol: 'udp',
  remoteAddress: '192.0.2.9',
  remotePort: 5062,
  localAddress: '192.0.2.1',
  localPort: 5060,
  face: 'x',
};

/** Everything that the stack does with a message by itself. */
function use(message: SipMessage): void {
  for (const name of HEADER_NAMES) readHeaders(message, name);
  for (const name of ['contact', 'route', 'to']) headerValues(message, name).forEach((value) => parseTelUri(value));
  if (message.kind !== 'request') return;
  const uri = parseUri(message.uri);
  if (uri) expect(sameUri(uri, uri) && uriHeaders(uri)).not.to.equal(false);
  stampVia(message, FLOW);
  const response = makeResponse(message, 486, '', 'tag');
  responseDestination(response, FLOW);
  expect(parseMessage(serialize(response))).to.include({ kind: 'response', status: 486 });
}

function check(bytes: Buffer): void {
  parseFramed(bytes);
  const result = parseMessage(bytes);
  const failed: ParseFailure | undefined = result.kind === 'failure' ? result : validateMessage(result);
  const refusal = failed && refusalOf(failed);
  if (refusal) expect(parseMessage(serialize(refusal))).to.include({ kind: 'response' });
  const parser = new StreamParser();
  for (let at = 0; at < bytes.length && !parser.broken; at += 700) parser.push(bytes.subarray(at, at + 700));
  if (result.kind === 'failure') return;
  const written = serialize(result);
  const again = parseMessage(written);
  if (again.kind === 'failure') return expect.fail(`not taken again: ${again.reason}`);
  expect(serialize(again).equals(written), 'written differently the second time').to.equal(true);
  if (!failed) use(result);
}

describe('mutated SIP messages', () => {
  it('never throw, hang or grow slow, and what is taken is taken again', function () {
    this.timeout(30_000);
    const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
    const random = randomFrom(seed);
    let slowest = 0;
    for (let n = 0; n < MESSAGES; n++) {
      let bytes = pick(random, SEEDS);
      for (let times = 1 + random(5); times > 0; times--) bytes = mutate(random, bytes);
      const began = performance.now();
      try {
        check(bytes);
      } catch (error) {
        throw new Error(`FUZZ_SEED=${seed}, message ${n}: ${JSON.stringify(bytes.toString('latin1'))}`, {
          cause: error,
        });
      }
      slowest = Math.max(slowest, performance.now() - began);
    }
    expect(slowest, `milliseconds of the slowest, FUZZ_SEED=${seed}`).to.be.lessThan(SLOWEST);
  });
});

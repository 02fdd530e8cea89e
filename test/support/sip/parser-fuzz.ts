/**
 * Mutated messages through everything that the stack does with a message by itself: nothing may throw, hang, or take long, and
 * what was taken must come out of the serializer as a message that is taken again.
 */
import { expect } from 'chai';
import { headerValues } from '../../../src/sip/message/fields.js';
import { makeResponse } from '../../../src/sip/message/make.js';
import { parseFramed, parseMessage, type ParseFailure } from '../../../src/sip/message/parse.js';
import type { SipMessage } from '../../../src/sip/message/message.js';
import { serialize } from '../../../src/sip/message/serialize.js';
import { StreamParser } from '../../../src/sip/message/stream.js';
import { parseTelUri, parseUri, sameUri, uriHeaders } from '../../../src/sip/message/uri.js';
import { validateMessage } from '../../../src/sip/message/validate.js';
import { HEADER_NAMES, readHeaders } from '../../../src/sip/message/views/table.js';
import { refusalOf } from '../../../src/sip/transport/refusal.js';
import { responseDestination, stampVia } from '../../../src/sip/transport/routing.js';
import type { Flow } from '../../../src/sip/transport/types.js';
import { mutant, randomFrom, type Manner } from './mutations.js';

const FLOW: Flow = {
  protocol: 'udp',
  remoteAddress: '192.0.2.9',
  remotePort: 5062,
  localAddress: '192.0.2.1',
  localPort: 5060,
  face: 'x',
};

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

/** Milliseconds of the clock that a message takes. */
function timed(bytes: Buffer): number {
  const began = performance.now();
  check(bytes);
  return performance.now() - began;
}

/** The same of a process that may have to wait for its turn: only its own time counts. To ask for that takes longer than most messages. */
function worked(bytes: Buffer): number {
  const [began, used] = [performance.now(), process.cpuUsage()];
  check(bytes);
  const { user, system } = process.cpuUsage(used);
  return Math.min(performance.now() - began, (user + system) / 1000);
}

/** Sends so many mutants through; gives the milliseconds of the slowest. Of a seed that fails the message is told. */
export function fuzzParser(messages: number, manner: Manner, seed: number): number {
  const random = randomFrom(seed);
  let slowest = 0;
  for (let n = 0; n < messages; n++) {
    const bytes = mutant(random, manner);
    try {
      let ms = timed(bytes);
      // The machine may have paused: a message that is slow is so every time.
      for (let again = 0; again < 3 && ms > slowest; again++) ms = Math.min(ms, worked(bytes));
      slowest = Math.max(slowest, ms);
    } catch (error) {
      const what = JSON.stringify(bytes.toString('latin1'));
      throw new Error(`FUZZ_SEED=${seed}, ${manner}, message ${n}: ${what}`, { cause: error });
    }
  }
  return slowest;
}

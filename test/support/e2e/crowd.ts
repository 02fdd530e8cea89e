/** Many calls at once: SIPp on both sides, each leg's sound from a port of its own, so that each leg has its own tone. */
import { rtpPeer, type RtpPeer } from '../peers/rtp-peer.js';
import { address } from './network.js';
import { OFFICE } from './office.js';
import { Scenario } from './scenario.js';
import { sipp, type Sipp } from './sipp.js';

const OUTSIDE_BASE = 9_000;
const HANDSET_BASE = 12_000;

export interface Crowd {
  readonly caller: Sipp;
  readonly callee: Sipp;
  readonly outside: RtpPeer;
  readonly handsets: RtpPeer;
}

/** Caller n's number. */
export const crowdNumber = (n: number): string => `+4822${String(1_000_000 + n)}`;
export const outsideTone = (n: number): number => 400 + 14 * n;
export const handsetTone = (n: number): number => 1300 + 14 * n;

export async function registerHandset(extension = '201', port = 5060): Promise<void> {
  const registration = await sipp({
    scenario: 'handset-registers',
    address: address.handset(0),
    to: `${address.officeFace}:5060`,
    fields: [`${extension};[authentication username=${extension} password=secret-${extension}]`],
    values: { port },
  });
  await registration.done();
}

/**
 * Handset 201 (SIPp) takes every call at once; `calls` callers talk for `talkMs` (or a chance time between two) from the
 * notice's beginning and hang up.
 */
export async function crowd(options: {
  calls: number;
  rate: number;
  limit?: number;
  talkMs: number | readonly [number, number];
  /** Calls that the handset takes in all, where more are made when these are over; default: these. */
  takes?: number;
  /** Those who called before: its handset takes these calls too, and knows what is sent again of the former ones. */
  after?: Crowd;
}): Promise<Crowd> {
  const { calls, rate, talkMs, after } = options;
  const takes = options.takes ?? calls;
  const [from, to] = typeof talkMs === 'number' ? [talkMs, talkMs] : talkMs;
  const limit = options.limit ?? calls;
  // Each call has ports of its own, of which those speak whose call is up.
  const ports = (base: number, count: number): number[] => [...Array(count).keys()].map((n) => base + 2 * n);
  const outside = await rtpPeer({
    address: address.provider,
    base: OUTSIDE_BASE,
    count: calls,
    follow: true,
    tone: 400,
    toneStep: 14,
  });
  const { handsets, callee } = after ?? (await handsetOf(ports(HANDSET_BASE, takes)));
  const caller = await sipp({
    scenario: Scenario.caller().pauseBetween(from, to).hangsUp(),
    address: address.provider,
    to: `${address.trunkFace}:5060`,
    values: { number: OFFICE, caller: '[field1]', media: '[field0]' },
    fields: ports(OUTSIDE_BASE, calls).map((port, n) => `${port};${crowdNumber(n)}`),
    calls,
    rate,
    limit,
    quiet: true,
  });
  return { caller, callee, outside, handsets };
}

/** Handset 201, which takes as many calls as it has ports for their sound. */
async function handsetOf(ports: readonly number[]): Promise<Pick<Crowd, 'handsets' | 'callee'>> {
  const handsets = await rtpPeer({
    address: address.handset(0),
    base: HANDSET_BASE,
    count: ports.length,
    follow: true,
    tone: 1300,
    toneStep: 14,
  });
  await registerHandset();
  const callee = await sipp({
    scenario: 'callee-answers',
    address: address.handset(0),
    values: { media: '[field0]', ring: 200, wait: 600_000 },
    fields: ports.map(String),
    calls: ports.length,
    quiet: true,
  });
  return { handsets, callee };
}

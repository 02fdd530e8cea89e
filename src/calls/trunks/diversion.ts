/**
 * Who sent a call on before it came here, or to where it goes now: Diversion (RFC 5806) and History-Info (RFC 7044).
 * Both are read from trunks that are trusted, and written as a trunk wants them.
 */
import type { E164 } from '../../base/brands.js';
import { parameter, splitOutside } from '../../sip/message/grammar.js';
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri, uriParameter } from '../../sip/message/uri.js';
import { dialString, readNumber } from '../numbers.js';
import type { Headers, ReceivedMessage } from '../sip-port.js';

export type DiversionReason = 'unconditional' | 'user-busy' | 'no-answer' | 'unavailable' | 'deflection' | 'unknown';

export interface Diverted {
  /** The number whose owner sent the call on. */
  readonly by: E164;
  readonly reason: DiversionReason;
}

/** Who sends a call on, as far as that is known before its trunk is: without a number it is the one that the trunk shows. */
export interface Sender {
  readonly by?: E164 | undefined;
  readonly reason: DiversionReason;
}

/** What is told of a call that is sent on to the outside. */
export interface SentOn {
  /** In the order in which that happened. */
  readonly senders: readonly Sender[];
  /** Who called from outside. */
  readonly caller?: { readonly number?: string | undefined; readonly withheld: boolean } | undefined;
  /** How many servers its INVITE may still pass: a call that is sent on in a circle must end (RFC 7332). */
  readonly hops?: number | undefined;
}

/** The hops that an INVITE has left behind us; undefined where it does not say so. */
export function hopsLeft(invite: Pick<ReceivedMessage, 'header'>): number | undefined {
  const hops = /^\s*(\d{1,3})\s*$/.exec(invite.header('Max-Forwards') ?? '')?.[1];
  return hops === undefined ? undefined : Math.max(0, Number(hops) - 1);
}

/** The `cause` of each reason in History-Info (RFC 4458 § 2). */
const CAUSES: Readonly<Record<DiversionReason, number>> = {
  unconditional: 302,
  'user-busy': 486,
  'no-answer': 408,
  unavailable: 503,
  deflection: 480,
  unknown: 404,
};

/** Header fields that name who sent a call on; `diverted` in the order in which that happened, `target` where it goes. */
export function diversionHeaders(
  style: 'none' | 'diversion' | 'history-info' | 'both',
  diverted: readonly Diverted[],
  target: string,
  uriOf: (number: string) => string,
): Headers {
  if (style === 'none' || diverted.length === 0) return {};
  const latestFirst = diverted.toReversed().map(({ by, reason }) => `<${uriOf(by)}>;reason=${reason};counter=1`);
  const history = [
    ...diverted.map(({ by }, n) => ({ uri: uriOf(by), cause: diverted[n - 1]?.reason })),
    { uri: uriOf(target), cause: diverted.at(-1)?.reason },
  ].map(({ uri, cause }, n) => {
    const index = ['1', ...Array<string>(n).fill('1')].join('.');
    return `<${uri}${cause === undefined ? '' : `;cause=${CAUSES[cause]}`}>;index=${index}`;
  });
  return {
    ...(style === 'history-info' ? {} : { Diversion: latestFirst }),
    ...(style === 'diversion' ? {} : { 'History-Info': history }),
  };
}

/** Who sent a call on to us last; undefined where nobody did, or names no number. */
export function divertedBy(message: Pick<ReceivedMessage, 'header'>, country: string): string | undefined {
  const [latest] = listed(message.header('Diversion'));
  if (latest) return numberOf(latest.uri, country);
  // In History-Info the entry before the last is who sent the call on, if the last one says that it was sent on.
  const entries = listed(message.header('History-Info')).filter(({ parameters }) => parameter(parameters, 'index'));
  const last = entries.at(-1);
  const uri = last && parseUri(last.uri);
  const sentOn = last && (parameter(last.parameters, 'mp') ?? parameter(last.parameters, 'rc')) !== undefined;
  const before = entries.at(-2);
  if (!before || !(sentOn || (uri && uriParameter(uri, 'cause') !== undefined))) return undefined;
  return numberOf(before.uri, country);
}

const listed = (value: string | undefined) =>
  (splitOutside(value ?? '', ',') ?? []).flatMap((one) => parseNameAddress(one) ?? []);

function numberOf(uri: string, country: string): string | undefined {
  const read = readNumber(uri, country);
  return read.kind === 'e164' || read.kind === 'short' ? dialString(read) : undefined;
}

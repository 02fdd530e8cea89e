/**
 * What a provider sees of us: OPTIONS goes to each trunk's proxy through the SIP server itself, so the address it leaves by,
 * and what it says of us, are those of real calls. The answer's Via tells both sides of the way: what we said of ourselves
 * (sent-by) and what the provider saw (`received` and `rport`, RFC 3261 § 18.2.1, RFC 3581 § 4).
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { legAddresses } from '../../calls/call/addresses.js';
import type { TrunkProbe } from '../../calls/office-status.js';
import type { IncomingResponse, SipPort } from '../../calls/sip-port.js';
import { accountAddress, domainOf } from '../../calls/trunks/outgoing.js';
import type { ResolveHost } from '../../calls/trunks/resolver.js';
import type { Config } from '../../config/schema.js';
import { splitOutside } from '../../sip/message/grammar.js';
import { parseVia, viaRoute } from '../../sip/message/headers.js';
import { parseUri } from '../../sip/message/uri.js';

type Trunk = Config['trunks'][number];

/** A provider that is there answers in a blink; the transaction itself would wait 32 s. */
const WAIT_MS = 5000;

export interface ProbeParts {
  readonly config: Config;
  readonly sip: Pick<SipPort, 'request'>;
  readonly resolve: ResolveHost;
  readonly clock: Clock;
}

/** Every trunk at once. Never rejects: what fails is part of what was found. */
export function probeTrunks(parts: ProbeParts): Promise<TrunkProbe[]> {
  return Promise.all(parts.config.trunks.map((trunk) => probe(trunk, parts)));
}

async function probe(trunk: Trunk, parts: ProbeParts): Promise<TrunkProbe> {
  const { clock, resolve } = parts;
  const host = parseUri(trunk.proxy)?.host ?? '';
  const [found, answer] = await Promise.all([
    resolve(host).then(
      (addresses) => ({ addresses: [...addresses] }),
      (error: unknown) => ({ addresses: [], resolveError: errorMessage(error) }),
    ),
    options(trunk, parts),
  ]);
  const peer = answer.answeredBy?.address ?? found.addresses[0];
  const { advertised } = legAddresses(parts.config, clock)(peer);
  return { trunk: trunk.name, proxy: trunk.proxy, ...found, ...answer, advertised, at: clock.now() };
}

type Answer = Pick<TrunkProbe, 'status' | 'reason' | 'afterMs' | 'answeredBy' | 'said' | 'seen' | 'failure'>;

async function options(trunk: Trunk, { sip, clock }: ProbeParts): Promise<Answer> {
  const began = clock.monotonic();
  const request = { method: 'OPTIONS', uri: `sip:${domainOf(trunk)}`, nextHop: trunk.proxy };
  const headers = { From: accountAddress(trunk), To: `<sip:${domainOf(trunk)}>`, Accept: 'application/sdp' };
  try {
    const response = await inTime(sip.request({ ...request, headers }), clock);
    if (!response) return { failure: 'no-answer' };
    // The SIP server's own answers for what could not be sent or was not answered have no Via of the provider's.
    const sides = sidesOf(response);
    if (!sides) return { failure: response.status === 408 ? 'no-answer' : `${response.status} ${response.reason}` };
    const { status, reason, source } = response;
    const answeredBy = { address: source.address, port: source.port };
    return { status, reason, afterMs: Math.round(clock.monotonic() - began), answeredBy, ...sides };
  } catch (error) {
    return { failure: errorMessage(error) };
  }
}

/** Undefined when the time is over; what comes later is nobody's. */
async function inTime(response: Promise<IncomingResponse>, clock: Clock): Promise<IncomingResponse | undefined> {
  return await new Promise((resolve, reject) => {
    const timer = clock.setTimer(WAIT_MS, () => resolve(undefined));
    const settled = <T>(settle: (value: T) => void) => {
      return (value: T): void => {
        timer.cancel();
        settle(value);
      };
    };
    response.then(settled(resolve), settled(reject));
  });
}

/** Both sides of the way by the answer's top Via. */
function sidesOf(response: Pick<IncomingResponse, 'header' | 'source'>): Pick<Answer, 'said' | 'seen'> | undefined {
  const via = parseVia(splitOutside(response.header('Via') ?? '', ',')?.[0]?.trim() ?? '');
  if (!via || response.source.address === '') return undefined;
  const { received, rport } = viaRoute(via);
  const said = { address: via.host, port: via.port ?? 5060, protocol: via.transport.toLowerCase() };
  if (received === undefined && typeof rport !== 'number') return { said };
  return {
    said,
    seen: { address: received ?? said.address, ...(typeof rport === 'number' ? { port: rport } : {}) },
  };
}

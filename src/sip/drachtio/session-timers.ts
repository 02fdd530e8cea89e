/**
 * Session timers (RFC 4028), each leg its own: as refresher we refresh at half the interval, silently, with the session as it
 * stands; when the peer should and does not, the call ends at the end of the interval.
 */
import { errorMessage } from '../../base/errors.js';
import { refreshTarget, requestInDialog } from '../dialog/dialog.js';
import { appendHeader, header, headerValues, setHeader } from '../message/fields.js';
import { minSeOf, optionTags, sessionExpiresOf } from '../message/headers.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { ClientHandlers, ClientTransaction } from '../transaction/client-transaction.js';
import type { Destination } from '../transport/types.js';
import { contactFor } from './compose.js';
import { fromNetwork, localContact, type Context } from './context.js';
import type { Hangup } from './hangup.js';
import { changesSession, forgetInvite, newOurInvite, rememberReceived, type Leg } from './legs.js';
import { withDestination } from './route.js';
import { isUnresolved } from './unresolved.js';

/** Seconds after which a name that could not be resolved is tried again. */
const DNS_AGAIN = 10;
const EXPIRED = 'Session timer expired';

/** An offer within a session that has a timer asks for the same again, or there is none from then on (RFC 4028 § 7.4). */
export function askForSession({ session }: Leg, request: SipRequest): void {
  if (!session || header(request, 'session-expires') !== undefined) return;
  setHeader(request, 'session-expires', `${session.seconds};refresher=${session.refresher === 'us' ? 'uac' : 'uas'}`);
  const supported = headerValues(request, 'supported');
  if (!supported.includes('timer')) setHeader(request, 'supported', [...supported, 'timer'].join(', '));
}

export class SessionTimers {
  constructor(
    private readonly context: Context,
    private readonly hangup: Hangup,
  ) {}

  /** What a 2xx to a peer who asked for a session timer must say, where the application says nothing of it (§ 9). */
  propose(request: SipRequest, response: SipResponse): void {
    const asked = sessionExpiresOf(request);
    if (!asked || header(response, 'session-expires') !== undefined) return;
    // Where only a proxy asked, the caller knows nothing of it: then it is for us to refresh (§ 9, table 2).
    const knows = optionTags(request, 'supported').includes('timer');
    const refresher = knows ? (asked.refresher ?? 'uac') : 'uas';
    setHeader(response, 'session-expires', `${asked.seconds};refresher=${refresher}`);
    if (!knows) return;
    const required = headerValues(response, 'require');
    if (!required.includes('timer')) setHeader(response, 'require', [...required, 'timer'].join(', '));
  }

  /** A 2xx to INVITE or UPDATE agreed on an interval, or on none. `role`: ours in that request. */
  agreed(leg: Leg, response: SipResponse, role: 'uac' | 'uas'): void {
    leg.session?.timer.cancel();
    leg.session = undefined;
    const expires = sessionExpiresOf(response);
    if (!expires) {
      leg.localSdp = undefined; // nobody refreshes; what is agreed on later is remembered then
      return;
    }
    const refresher = (expires.refresher ?? 'uac') === role ? 'us' : 'peer';
    const { seconds } = expires;
    const timer = this.#schedule(leg, seconds, refresher);
    leg.session = { seconds, refresher, ends: this.#endOf(seconds), timer };
  }

  #schedule(leg: Leg, seconds: number, refresher: 'us' | 'peer') {
    if (refresher === 'us') return this.context.clock.setTimer(seconds * 500, () => this.#refresh(leg, seconds));
    return this.context.clock.setTimer(seconds * 1000, () => this.hangup.unsolicited(leg, EXPIRED, 'session-expired'));
  }

  /** By UPDATE, which says nothing of the session (§ 7.4), where the peer takes it; else by the INVITE as it was. */
  #refresh(leg: Leg, seconds: number): void {
    if (!this.context.legs.has(leg)) return;
    const method = leg.takesUpdate || leg.localSdp === undefined ? 'UPDATE' : 'INVITE';
    const theirs = leg.theirInvite?.state;
    const busy = leg.ourInvite?.state === 'open' || theirs === 'open' || theirs === 'answered';
    const refresh = (destination: Destination): void => this.#send(leg, method, seconds, destination);
    if (method === 'INVITE' && busy) return this.#again(leg, seconds, 2);
    return withDestination(this.context, leg.dialog, refresh, (error) => this.#unroutable(leg, seconds, error));
  }

  #send(leg: Leg, method: 'UPDATE' | 'INVITE', seconds: number, destination: Destination): void {
    const request = requestInDialog(leg.dialog, method);
    setHeader(request, 'contact', contactFor(localContact(this.context, destination)));
    setHeader(request, 'session-expires', `${seconds};refresher=uac`);
    setHeader(request, 'supported', 'timer');
    if (method === 'INVITE' && leg.localSdp !== undefined) {
      setHeader(request, 'content-type', 'application/sdp');
      request.body = Buffer.from(leg.localSdp, 'latin1');
    }
    const expire = (): void => this.#expire(leg);
    const handlers: ClientHandlers = {
      onResponse: (response) => this.#answered(leg, request, response, seconds),
      onTimeout: expire,
      onUnreachable: expire,
      onEnded: () => forgetInvite(leg, transaction),
    };
    const transaction: ClientTransaction = this.context.transactions.request(request, destination, handlers);
    if (method === 'INVITE') leg.ourInvite = newOurInvite(transaction);
  }

  #answered(leg: Leg, request: SipRequest, response: SipResponse, seconds: number): void {
    const { status } = response;
    if (status < 200) return;
    if (leg.ourInvite?.transaction.request === request) leg.ourInvite.state = status < 300 ? 'answered' : 'failed';
    if (status < 300 && request.method === 'INVITE') this.#acknowledge(leg, request);
    if (!this.context.legs.has(leg)) return;
    if (status < 300) {
      refreshTarget(leg.dialog, response);
      this.#tellChange(leg, response);
    }
    const least = status === 422 ? minSeOf(response) : undefined;
    if (least !== undefined && least > seconds) return this.#again(leg, least, 0);
    if (status === 408 || status === 481) return this.#expire(leg);
    if (status === 491) return this.#again(leg, seconds, 2);
    if (status < 300 && sessionExpiresOf(response)) return this.agreed(leg, response, 'uac');
    if (status === 405 || status === 501) leg.takesUpdate = false;
    // A peer that refuses the refresh, or does not know of timers, is there all the same.
    this.#again(leg, seconds, seconds / 2);
  }

  /** The peer described another session in its answer: the application is told as if the peer had asked for it. */
  #tellChange(leg: Leg, response: SipResponse): void {
    if (!changesSession(leg, response)) return;
    const { flow, localAddress, remoteAddress, callId, remoteCSeq } = leg.dialog;
    const owner = this.context.applications.ownerOf(leg);
    rememberReceived(leg, response);
    if (!flow || !owner) return;
    const cseq = `${(remoteCSeq ?? 0) + 1} INVITE`;
    const names = { from: remoteAddress, to: localAddress, 'call-id': callId, cseq, 'content-type': 'application/sdp' };
    const uri = `sip:${flow.localAddress}:${flow.localPort}`;
    const invite: SipRequest = { kind: 'request', method: 'INVITE', uri, fields: [], body: response.body };
    for (const [name, value] of Object.entries(names)) appendHeader(invite, name, value);
    for (const contact of headerValues(response, 'contact')) appendHeader(invite, 'contact', contact);
    owner.deliver(fromNetwork(invite, flow), this.context.pending.tell(invite), leg.id);
  }

  #acknowledge(leg: Leg, invite: SipRequest): void {
    const ack = requestInDialog(leg.dialog, 'ACK', Number.parseInt(header(invite, 'cseq') ?? '0', 10));
    const send = (destination: Destination): void => {
      this.context.transactions.sendAlone(ack, destination).catch(() => this.#expire(leg));
    };
    withDestination(this.context, leg.dialog, send, () => this.#expire(leg));
  }

  /** The peer's Contact leads nowhere. A name server may be away for a while; the session has time until its end. */
  #unroutable(leg: Leg, seconds: number, error: unknown): void {
    const { clock, log } = this.context;
    log.warn({ callId: leg.dialog.callId, error: errorMessage(error) }, 'a session refresh has nowhere to go');
    const ends = leg.session?.ends ?? 0;
    const inTime = clock.monotonic() + DNS_AGAIN * 1000 < ends;
    if (isUnresolved(error) && inTime) this.#again(leg, seconds, DNS_AGAIN, ends);
    else this.#expire(leg);
  }

  #endOf(seconds: number): number {
    return this.context.clock.monotonic() + seconds * 1000;
  }

  #again(leg: Leg, seconds: number, delay: number, ends = this.#endOf(seconds)): void {
    leg.session?.timer.cancel();
    const timer = this.context.clock.setTimer(delay * 1000, () => this.#refresh(leg, seconds));
    leg.session = { seconds, refresher: 'us', ends, timer };
  }

  #expire(leg: Leg): void {
    if (this.context.legs.has(leg)) this.hangup.unsolicited(leg, EXPIRED, 'session-expired');
  }
}

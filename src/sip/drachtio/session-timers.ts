/**
 * Session timers (RFC 4028), each leg its own: as refresher we refresh at half the interval, silently, with the SDP that
 * stands; when the peer should and does not, the call ends at the end of the interval.
 */
import { requestInDialog } from '../dialog/dialog.js';
import { header, setHeader } from '../message/fields.js';
import { sessionExpiresOf } from '../message/headers.js';
import type { SipResponse } from '../message/message.js';
import { contactFor } from './compose.js';
import { localContact, type Context } from './context.js';
import type { Hangup } from './hangup.js';
import type { Leg } from './legs.js';
import { destinationOf } from './route.js';

export class SessionTimers {
  constructor(
    private readonly context: Context,
    private readonly hangup: Hangup,
  ) {}

  /** A 2xx to INVITE or UPDATE agreed on an interval, or on none. */
  agreed(leg: Leg, response: SipResponse, role: 'uac' | 'uas'): void {
    leg.session?.timer.cancel();
    leg.session = undefined;
    const expires = sessionExpiresOf(response);
    if (!expires) return;
    const refresher = (expires.refresher ?? 'uac') === role ? 'us' : 'peer';
    leg.session = { seconds: expires.seconds, refresher, timer: this.#schedule(leg, expires.seconds, refresher) };
  }

  /** The peer refreshed: the interval begins anew. */
  refreshed(leg: Leg): void {
    const { session } = leg;
    if (!session) return;
    session.timer.cancel();
    session.timer = this.#schedule(leg, session.seconds, session.refresher);
  }

  #schedule(leg: Leg, seconds: number, refresher: 'us' | 'peer') {
    if (refresher === 'us') return this.context.clock.setTimer(seconds * 500, () => this.#refresh(leg));
    return this.context.clock.setTimer(seconds * 1000, () => this.hangup.unsolicited(leg, 'Session timer expired'));
  }

  /** A refresh by UPDATE without SDP: nothing of the session changes (RFC 4028 § 7.4). */
  #refresh(leg: Leg): void {
    const { session } = leg;
    if (!session || this.context.legs.get(leg.dialog.id) !== leg) return;
    const update = requestInDialog(leg.dialog, 'UPDATE');
    setHeader(update, 'session-expires', `${session.seconds};refresher=uac`);
    setHeader(update, 'supported', 'timer');
    const expire = (): void => this.hangup.unsolicited(leg, 'Session timer expired');
    const handlers = {
      onResponse: (response: SipResponse): void => {
        if (response.status < 200) return;
        if (response.status === 408 || response.status === 481) return expire();
        if (response.status < 300 && header(response, 'session-expires')) this.agreed(leg, response, 'uac');
        else this.refreshed(leg);
      },
      onTimeout: expire,
      onUnreachable: expire,
    };
    void Promise.resolve(destinationOf(this.context, leg.dialog)).then((destination) => {
      setHeader(update, 'contact', contactFor(localContact(this.context, destination)));
      this.context.transactions.request(update, destination, handlers);
    }, expire);
  }
}

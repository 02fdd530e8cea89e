/** Ending calls that the server itself must end: no ACK, a session that expired, an application that is gone. */
import { requestInDialog } from '../dialog/dialog.js';
import type { SipRequest } from '../message/message.js';
import { sentTo, withReason, type Context } from './context.js';
import type { Leg } from './legs.js';
import { destinationOf } from './route.js';

export class Hangup {
  constructor(private readonly context: Context) {}

  /** The peer's BYE is with the application: nothing of ours is due in this dialog any more. */
  ending(leg: Leg): void {
    leg.session?.timer.cancel();
    leg.session = undefined;
    leg.theirInvite?.repeat?.stop();
  }

  /** Sends BYE and tells the application by an `unsolicited` message; the dialog is gone at once. */
  unsolicited(leg: Leg, why: string): void {
    const bye = withReason(requestInDialog(leg.dialog, 'BYE'), why);
    this.context.legs.remove(leg);
    const owner = this.context.applications.ownerOf(leg);
    void this.#send(leg, bye).then((destination) => {
      if (destination) owner?.deliver(sentTo(this.context, bye, destination), 'unsolicited', leg.dialog.id);
    });
  }

  /** A BYE that nobody waits for. */
  async #send(leg: Leg, bye: SipRequest) {
    try {
      const destination = await destinationOf(this.context, leg.dialog);
      this.context.transactions.request(bye, destination, { onResponse() {}, onTimeout() {}, onUnreachable() {} });
      return destination;
    } catch (error) {
      this.context.log.warn({ error: String(error), callId: leg.dialog.callId }, 'a BYE could not be sent');
      return undefined;
    }
  }
}

/** Ending calls that the server itself must end: no ACK, a session that expired, an application that is gone. */
import { errorMessage } from '../../base/errors.js';
import { requestInDialog, type Dialog } from '../dialog/dialog.js';
import type { SipRequest } from '../message/message.js';
import { nobody } from '../transaction/client-transaction.js';
import type { Destination } from '../transport/types.js';
import type { CdrReason } from './cdr.js';
import { fromNowhere, sentTo, withReason, type Context } from './context.js';
import type { Leg } from './legs.js';
import { withDestination } from './route.js';

export class Hangup {
  constructor(private readonly context: Context) {}

  /** A BYE is under way: nothing of ours is due in this dialog any more. */
  ending(leg: Leg): void {
    leg.session?.timer.cancel();
    leg.session = undefined;
    leg.theirInvite?.repetition?.stop();
  }

  /** Sends BYE and tells the application by an `unsolicited` message; the dialog is gone at once. */
  unsolicited(leg: Leg, why: string, reason: CdrReason): void {
    const bye = withReason(requestInDialog(leg.dialog, 'BYE'), why);
    const { applications, legs, cdrs } = this.context;
    legs.remove(leg);
    cdrs.stop('application', bye, reason);
    this.#send(leg.dialog, bye, (to) => {
      const sent = to ? sentTo(this.context, bye, to) : fromNowhere('application', bye);
      applications.ownerOf(leg)?.deliver(sent, 'unsolicited', leg.id);
    });
  }

  /** Sends BYE in a dialog that no application knows. */
  quietly(dialog: Dialog, why: string): void {
    this.#send(dialog, withReason(requestInDialog(dialog, 'BYE'), why), () => {});
  }

  /** A BYE that nobody waits for. `sent`: called once, without a destination where the peer is out of reach. */
  #send(dialog: Dialog, bye: SipRequest, sent: (destination: Destination | undefined) => void): void {
    const send = (destination: Destination): void => {
      this.context.transactions.request(bye, destination, nobody);
      sent(destination);
    };
    const failed = (error: unknown): void => {
      this.context.log.warn({ error: errorMessage(error), callId: dialog.callId }, 'a BYE could not be sent');
      sent(undefined);
    };
    withDestination(this.context, dialog, send, failed);
  }
}

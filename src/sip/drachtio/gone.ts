/**
 * An application that is gone. What it had not answered is refused, what it called and was not answered is cancelled; its calls
 * live on for a while, and end if nobody with the same tags came back by then.
 */
import type { Application } from './application.js';
import type { Context } from './context.js';
import type { Hangup } from './hangup.js';
import { makesSubscription } from './subscriptions.js';
import type { OurInvites } from './our-invites.js';

export class Bereavement {
  constructor(
    private readonly context: Context,
    private readonly invites: OurInvites,
    private readonly hangup: Hangup,
    /** Milliseconds for which calls live on. */
    private readonly grace: number,
  ) {}

  gone(application: Application): void {
    const { pending, legs, clock } = this.context;
    for (const { transaction, leg } of pending.of(application)) {
      pending.remove(transaction.id);
      transaction.refuse(503, leg ? { toTag: leg.dialog.localTag } : {});
      if (leg?.theirInvite?.transaction === transaction) leg.theirInvite.state = 'done';
      if (leg?.dialog.state === 'early') legs.remove(leg);
    }
    for (const leg of this.invites.of(application)) this.invites.abandon(leg);
    if (!legs.all().some((leg) => leg.owner === application)) return;
    clock.setTimer(this.grace, () => this.#end(application));
  }

  #end(application: Application): void {
    const { legs, applications } = this.context;
    for (const leg of legs.all()) {
      if (leg.owner !== application || applications.ownerOf(leg)) continue;
      if (makesSubscription(leg.method)) legs.remove(leg);
      else if (leg.dialog.state === 'confirmed') this.hangup.unsolicited(leg, 'Application gone', 'system-initiated');
    }
  }
}

/**
 * A dialog that goes on in another call gets an offer from there (re-INVITE). While it is open the peer's own offers
 * are glare (RFC 3261 § 14.2); one that crosses ours is tried again after a chance time.
 */
import type { Clock } from '../../base/clock.js';
import { HalinaError } from '../../base/errors.js';
import type { LegPeer } from '../../media/engine.js';
import type { Dialog } from '../sip-port.js';

const MOST_CROSSINGS = 5;

/** Resolves when the peer has agreed. Rejects with `HalinaError` `PEER_REFUSED`, `PEER_GONE`, or `SdpError`. */
export async function reoffer(dialog: Dialog, peer: LegPeer, clock: Clock, random = Math.random): Promise<void> {
  for (let crossings = 0; ; crossings++) {
    const { status, body, source } = await dialog.request('INVITE', { body: peer.createOffer() });
    if (status >= 200 && status < 300) return peer.acceptAnswer(body, source.address);
    if (status === 408 || status === 481 || dialog.ended)
      throw new HalinaError('PEER_GONE', `the party that was to be taken over is gone (${status})`);
    if (status !== 491 || crossings === MOST_CROSSINGS)
      throw new HalinaError('PEER_REFUSED', `the party that was to be taken over refused it (${status})`);
    const [least, most] = dialog.role === 'uac' ? [210, 400] : [0, 200];
    const delayMs = (least + Math.floor(random() * (most - least + 1))) * 10;
    await new Promise<void>((resolve) => void clock.setTimer(delayMs, resolve));
  }
}

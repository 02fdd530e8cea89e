/** Where a request within a dialog goes. */
import ipaddr from 'ipaddr.js';
import { nextHopUri, type Dialog } from '../dialog/dialog.js';
import { remember } from '../../base/remember.js';
import { guardPromise } from '../guard.js';
import type { Destination } from '../transport/types.js';
import { wayBack, type Context } from './context.js';

/** The kind of an address, as `ipaddr.js` names them; empty for what is none. */
const rangeOf = remember((address) => (ipaddr.isValid(address) ? ipaddr.process(address).range() : ''));

const isPrivate = (address: string): boolean =>
  ['private', 'carrierGradeNat', 'uniqueLocal', 'linkLocal'].includes(rangeOf(address));

/**
 * By the route set or the remote target; rejects where that leads nowhere, and never throws. Where there is no route set, a
 * stream that the peer has open is used; and a Contact with a private address, from a peer that itself came from a public
 * one, is behind NAT: then the way by which it came. Where both are private (a router within the office, a VPN), its own word
 * tells (`Dialog.believes`): a provider may well have signalling come from one machine and go to another.
 */
export function destinationOf(context: Context, dialog: Dialog): Destination | Promise<Destination> {
  const { flow } = dialog;
  if (!flow || dialog.routeSet.length > 0) return locate(context, nextHopUri(dialog));
  // A browser's Contact names no host that there is (RFC 7118 § 5).
  if (flow.protocol === 'ws' || flow.protocol === 'wss') return wayBack(flow);
  const choose = (target: Destination): Destination => {
    if (flow.protocol !== 'udp')
      return { ...wayBack(flow), connectPort: target.port, ...(target.serverName ? { serverName: target.serverName } : {}) }; // prettier-ignore
    if (!isPrivate(target.address) || target.address === flow.remoteAddress) return target;
    const natted = isPrivate(flow.remoteAddress)
      ? target.address === dialog.believes
      : rangeOf(flow.remoteAddress) === 'unicast';
    return natted ? wayBack(flow) : target;
  };
  const located = locate(context, nextHopUri(dialog));
  return located instanceof Promise ? located.then(choose) : choose(located);
}

/** Calls `then` with the destination, at once where it is known; `failed` where there is none, or `then` finds no way there. */
export function withDestination(
  context: Context,
  dialog: Dialog,
  then: (destination: Destination) => void,
  failed: (error: unknown) => void,
): void {
  const go = (destination: Destination): void => {
    try {
      then(destination);
    } catch (error) {
      failed(error);
    }
  };
  const found = destinationOf(context, dialog);
  if (found instanceof Promise) guardPromise(context.log, 'a request of ours in a dialog', found.then(go, failed));
  else go(found);
}

/** A peer's Contact or Record-Route may be anything: what is wrong with it comes one way only, by the promise. */
function locate(context: Context, uri: string): Destination | Promise<Destination> {
  try {
    return context.locator.locate(uri);
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

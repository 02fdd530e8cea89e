/** Where a request within a dialog goes. */
import ipaddr from 'ipaddr.js';
import { nextHopUri, type Dialog } from '../dialog/dialog.js';
import type { Destination } from '../transport/types.js';
import { wayBack, type Context } from './context.js';

const isPrivate = (address: string): boolean =>
  ipaddr.isValid(address) &&
  ['private', 'carrierGradeNat', 'uniqueLocal', 'linkLocal'].includes(ipaddr.process(address).range());

/**
 * By the route set or the remote target. Where there is no route set, a stream that the peer has open is used; and a Contact
 * with a private address, from a peer that itself came from a public one, is behind NAT: then the way by which it came.
 */
export function destinationOf(context: Context, dialog: Dialog): Destination | Promise<Destination> {
  const { flow } = dialog;
  const located = context.locator.locate(nextHopUri(dialog));
  if (!flow || dialog.routeSet.length > 0) return located;
  const choose = (target: Destination): Destination => {
    if (flow.protocol === 'tcp') return { ...wayBack(flow), connectPort: target.port };
    const natted = isPrivate(target.address) && !isPrivate(flow.remoteAddress) && target.address !== flow.remoteAddress;
    return natted && ipaddr.process(flow.remoteAddress).range() === 'unicast' ? wayBack(flow) : target;
  };
  return located instanceof Promise ? located.then(choose) : choose(located);
}

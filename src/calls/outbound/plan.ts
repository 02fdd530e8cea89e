/** Where a call of a handset goes, what the configuration wants of it, and how its entry begins. */
import type { CallId } from '../../base/brands.js';
import type { Config } from '../../config/schema.js';
import type { Leg } from '../../media/engine.js';
import { addressOfTrunk } from '../call/addresses.js';
import type { CallContext, LiveCall, Outside } from '../call/context.js';
import { EntryBuilder } from '../call/entry-builder.js';
import type { Party } from '../call/party.js';
import type { DialStep } from '../steps/way.js';
import type { SentOut } from '../transfer/switchboard.js';
import type { IncomingInvite } from '../sip-port.js';
import type { Trunk } from '../trunks/sources.js';
import type { Destination } from './destination.js';
export type { Destination } from './destination.js';
import type { Plan } from './transition.js';

export interface DialledFacts {
  /** By its INVITE, or out of a call within the house, whose other party sent it on. */
  readonly from:
    | { readonly kind: 'invite'; readonly invite: IncomingInvite }
    | { readonly kind: 'sent'; readonly party: SentOut };
  /** The handset that calls. */
  readonly extension: string;
  readonly displayName: string | undefined;
  readonly destination: Destination;
  /** A call within the house goes on outside, as another call of the same caller, who is this one's no more. */
  readonly leave?: (to: DialStep) => void;
}

/** An emergency call waits for nothing, so nothing is played to who takes it. */
export function planOf(config: Config, destination: Destination): Plan {
  const { onFailure } = config.notice;
  const without = destination.kind === 'internal' || destination.record === 'never' || destination.emergency;
  return { notice: without ? 'none' : config.outbound.notice, onFailure };
}

/** The entry of a call to the outside, as it begins. */
export function entryOf(
  { clock, config }: CallContext,
  id: CallId,
  { extension, displayName }: DialledFacts,
  destination: Destination & { kind: 'external' },
): EntryBuilder {
  const { number, trunk, record, emergency } = destination;
  const outside: Outside = { ...(number.startsWith('+') ? { number } : {}), signalled: number, withheld: false };
  const facts = new EntryBuilder(clock, {
    id,
    direction: 'outbound',
    trunk: trunk.name,
    outside,
    dialled: number,
    employee: { extension, ...(displayName === undefined ? {} : { displayName }) },
    zone: config.office.zone,
    ...(emergency ? { emergency } : {}),
    record: record === 'never' ? { wanted: false, why: 'route-never' } : { wanted: true },
  });
  if (planOf(config, destination).notice === 'employee') facts.outboundNotice({ mode: 'employee', confirmed: false });
  return facts;
}

/** Who has which leg: within the house the caller has the one that else is the outside party's. */
export function legsOf({ kind }: Destination): { readonly caller: Leg; readonly callee: Leg } {
  return kind === 'external' ? { caller: 'inside', callee: 'outside' } : { caller: 'outside', callee: 'inside' };
}

/** Where the signalling of whoever is called comes from, as far as that is known before it answers. */
export function addressOf(destination: Destination, { handsets }: Pick<CallContext, 'handsets'>): string | undefined {
  if (destination.kind === 'external') return addressOfTrunk(destination.trunk);
  return handsets.targets(destination.extension)[0]?.binding.sourceAddress;
}

/** Whom the number is of. `trunk`: by which the call goes now. */
export function dialledParty(destination: Destination, trunk: Trunk | undefined): Party {
  if (destination.kind === 'internal') return { kind: 'handset', extension: destination.extension };
  return { kind: 'outside', number: destination.number, trunk: trunk ?? destination.trunk };
}

/** What is shown of where a running call goes. */
export function shownAs(
  destination: Destination,
  trunk: Trunk | undefined,
): Pick<LiveCall, 'direction' | 'trunk' | 'outside' | 'dialled'> {
  if (destination.kind === 'internal') return { direction: 'internal', dialled: destination.extension };
  const { number } = destination;
  return { direction: 'outbound', trunk: (trunk ?? destination.trunk).name, outside: number, dialled: number };
}

/** What a call from outside begins with: what the configuration wants of it, its entry, and who it comes from. */
import type { CallId, E164 } from '../../base/brands.js';
import type { Config } from '../../config/schema.js';
import type { CallContext, Outside } from '../call/context.js';
import { EntryBuilder } from '../call/entry-builder.js';
import type { HandsetTarget } from '../registrar/registrar.js';
import type { IncomingInvite } from '../sip-port.js';
import type { Itinerary } from '../steps/step.js';
import type { SentOn } from '../trunks/diversion.js';
import type { Trunk } from '../trunks/sources.js';
import type { Plan } from './transition.js';

export interface InboundFacts {
  readonly invite: IncomingInvite;
  readonly trunk: Trunk;
  readonly route: Config['routes'][number];
  /** The dialled number as the routing understood it. */
  readonly dialled: string;
  readonly outside: Outside;
  /** What the call goes through after its notice. */
  readonly itinerary: Itinerary;
  /** The number whose owner sent the call on to the office. */
  readonly divertedBy?: string | undefined;
  /** An emergency centre calls back. */
  readonly emergency?: boolean | undefined;
}

/**
 * A route that is never recorded has no notice: its words would not be true. A choice needs an answered call, since
 * providers let no sound and no keys of the caller pass before (`halina check` says so for the configuration).
 */
export function planOf(config: Config, route: Config['routes'][number], itinerary: Itinerary): Plan {
  const { mode, order, onFailure } = config.notice;
  const choice = config.notice.choice !== 'none';
  const notice = choice ? 'answered' : mode;
  return { notice: route.record === 'never' ? 'none' : notice, order, onFailure, choice, itinerary };
}

/** The entry as it begins. */
export function entryOf({ clock, config }: CallContext, id: CallId, facts: InboundFacts): EntryBuilder {
  const { trunk, route, dialled, outside, divertedBy, emergency } = facts;
  return new EntryBuilder(clock, {
    id,
    direction: 'inbound',
    trunk: trunk.name,
    route: route.name,
    outside,
    dialled,
    ...(divertedBy === undefined ? {} : { divertedBy }),
    ...(emergency ? { emergency: true as const } : {}),
    zone: config.office.zone,
    record: route.record === 'never' ? { wanted: false, why: 'route-never' } : { wanted: true },
  });
}

/** The number that was called sends the call on, where it is forwarded; somebody before it may have done so too. */
export function sentOnBy({ outside, dialled, divertedBy }: Omit<InboundFacts, 'invite'>): SentOn {
  const before = divertedBy?.startsWith('+') ? [{ by: divertedBy as E164, reason: 'unknown' as const }] : [];
  const by = dialled.startsWith('+') ? (dialled as E164) : undefined;
  return { senders: [...before, { by, reason: 'unknown' }], caller: outside };
}

/** A handset that is registered, of the route's if there is one: as a rule all of an office's are on one network. */
export function anyHandset(
  { config, handsets }: Pick<CallContext, 'config' | 'handsets'>,
  route: Config['routes'][number],
): HandsetTarget | undefined {
  for (const extension of route.handsets) {
    const [target] = handsets.targets(extension);
    if (target) return target;
  }
  for (const { extension } of config.handsets) {
    const [target] = handsets.targets(extension);
    if (target) return target;
  }
  return undefined;
}

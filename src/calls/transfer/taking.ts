/**
 * Handsets that take a call: by a code (pick-up, a parked call) or by INVITE with Replaces (RFC 3891). Only handsets
 * that have proved who they are come here, and each may take only what is meant for it.
 */
import type { Config } from '../../config/schema.js';
import type { Call } from '../call/context.js';
import { readFeature } from './features.js';
import { parseReplaces } from './refer.js';
import type { Switchboard, Taker } from './switchboard.js';

export type Taking =
  /** The INVITE wants no call that is there already. */
  | { readonly kind: 'no' }
  /** It will be answered. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

const refused = (status: number, reason: string): Taking => ({ kind: 'refused', status, reason });
const taken: Taking = { kind: 'taken' };

export function takeCall(taker: Taker, switchboard: Switchboard, calls: Iterable<Call>, config: Config): Taking {
  const replaces = taker.invite.header('Replaces');
  if (replaces !== undefined) return replace(taker, replaces, switchboard, config);
  const feature = readFeature(config.features, taker.invite.uri);
  switch (feature?.kind) {
    case undefined:
      return { kind: 'no' };
    case 'park':
      return switchboard.orbits.take(feature.orbit, taker) ? taken : refused(480, 'nothing is parked there');
    case 'pick-up':
      return pickUp(taker, feature.extension, calls, config);
  }
}

/** Of several calls that ring, the one that rings longest. */
function pickUp(taker: Taker, at: string | undefined, calls: Iterable<Call>, config: Config): Taking {
  const { extension } = taker.party;
  const mayTake = (from: string): boolean =>
    from !== extension && (at === undefined || from === at) && mayPickUp(config, extension, from);
  for (const call of calls) if (call.rings.some(mayTake) && call.pickUp(taker)) return taken;
  return refused(480, 'nothing rings that could be picked up');
}

/** Handsets of one pick-up group take one another's calls; where there are no groups, all of them do. */
function mayPickUp(config: Config, extension: string, from: string): boolean {
  const groupOf = (of: string): string | undefined => config.handsets.find((one) => one.extension === of)?.pickUpGroup;
  return groupOf(extension) === groupOf(from);
}

function replace(taker: Taker, value: string, switchboard: Switchboard, config: Config): Taking {
  const name = value.includes(',') ? undefined : parseReplaces(value);
  if (!name) return refused(400, 'the Replaces header cannot be understood');
  const placed = switchboard.find(name);
  if (!placed) return refused(481, 'the dialog to replace is not there');
  const { party } = placed;
  if (party.kind !== 'handset') return refused(403, 'the place of a party outside cannot be taken');
  const { extension } = taker.party;
  const isOwn = party.extension === extension;
  if (placed.early) {
    if (!isOwn && !mayPickUp(config, extension, party.extension)) return refused(403, 'not of the same pick-up group');
  } else {
    if (name.earlyOnly) return refused(486, 'the call was answered'); // RFC 3891 § 3
    if (!isOwn) return refused(403, 'only a call of one’s own can be taken over');
  }
  return placed.replace(taker) ? taken : refused(481, 'the call cannot be taken now');
}

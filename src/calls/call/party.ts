/** Who has a place in a call. */
import type { Config } from '../../config/schema.js';
import type { CallPart, TalkReason } from '../../entry/call-entry.js';
import type { SpoolParty } from '../../media/engine.js';
import type { Trunk } from '../trunks/sources.js';

export type Party =
  | { readonly kind: 'handset'; readonly extension: string; readonly displayName?: string | undefined }
  /** Someone behind a trunk, by the number that was called or that calls. */
  | { readonly kind: 'outside'; readonly number: string; readonly trunk: Trunk };

/** Who has come into a call: how, and since when it can talk, Unix milliseconds. */
export interface Joined {
  readonly party: Party;
  readonly why: TalkReason;
  readonly at: number;
}

/** A handset with its name, as the configuration has it. */
export function named(party: Party, config: Pick<Config, 'handsets'>): Party {
  if (party.kind !== 'handset') return party;
  const handset = config.handsets.find(({ extension }) => extension === party.extension);
  return { kind: 'handset', extension: party.extension, displayName: handset?.displayName };
}

/** A party as entries name it. */
export const partyFacts = (party: Party): Pick<CallPart, 'extension' | 'number'> & SpoolParty =>
  party.kind === 'handset' ? { extension: party.extension } : { number: party.number };

/** A party in the log. */
export const partyName = (party: Party): string => (party.kind === 'handset' ? party.extension : party.number);

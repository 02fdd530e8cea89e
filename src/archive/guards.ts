/**
 * What stands between a recording and its end: holds (no eviction, no erasure) and restrictions (GDPR art. 18: no
 * playback either). A call may have several, each with who placed it, why and until when; the recording is free again
 * only when every one of them is released. Released ones stay in the record, so that it tells the whole story. Who
 * places and releases them is in `guard-keeper.ts`.
 */
import type { CallId } from '../base/brands.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';

/** Who does something, for the audit log. */
export interface Doer {
  /** The id of an account, `cli:NAME` from the command line, or `halina` itself. */
  readonly by: string;
  /** At the command line: the user id of the operating system. */
  readonly uid?: number;
  /** The role in which it is done. */
  readonly role?: string;
  /** The address that it came from. */
  readonly source?: string;
}

export type GuardEffect = 'hold' | 'restriction';
export const guardKinds = ['request', 'administrator', 'authority'] as const;
/** Whose wish it is. */
export type GuardKind = (typeof guardKinds)[number];

export interface GuardWish extends Doer {
  readonly kind: GuardKind;
  readonly reason: string;
  /** Unix milliseconds; without it, until it is released. */
  readonly until?: number;
  /** The id of a request, a case sign. */
  readonly reference?: string;
}

export interface ReleaseWish extends Doer {
  readonly reason: string;
}

/** Times in Unix milliseconds. */
export interface Guard {
  readonly id: string;
  readonly effect: GuardEffect;
  readonly kind: GuardKind;
  readonly by: string;
  readonly reason: string;
  readonly reference?: string;
  readonly at: number;
  readonly until?: number;
  readonly released?: { readonly at: number; readonly by: string; readonly reason: string };
}

interface Guarded {
  readonly guards?: readonly Guard[];
}

/** Those that stand. */
export const standing = ({ guards = [] }: Guarded): readonly Guard[] => guards.filter(({ released }) => !released);
/** Neither eviction nor erasure may take it. */
export const isHeld = (record: Guarded): boolean => standing(record).length > 0;
/** Nobody may hear it. */
export const isRestricted = (record: Guarded): boolean =>
  standing(record).some(({ effect }) => effect === 'restriction');

/** When the first of those that stand is over by itself. */
export function nextEnd(record: Guarded): number | undefined {
  const ends = standing(record).flatMap(({ until }) => (until === undefined ? [] : [until]));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** For a message: who holds a recording, and why. */
export const describeGuards = (record: Guarded): string =>
  standing(record)
    .map(({ id, effect, by, reason }) => `${effect} ${id} by ${by} (${reason})`)
    .join(', ');

export function heldError(id: CallId, record: Guarded): HalinaError {
  const hint = 'release what holds it first; each release is recorded';
  return new HalinaError('ARCHIVE_HELD', `call ${id} is held: ${describeGuards(record)}`, { hint });
}

/** Only who does it, of a wish. */
export const doerOf = ({ by, uid, role, source }: Doer): Doer => defined({ by, uid, role, source });

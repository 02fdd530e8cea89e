/**
 * The states of an access request (`ordinance`: § 2 of the ordinance, to listen; `art15`: art. 15 GDPR, a copy), each
 * with what is known in it and nothing else. How one becomes another stands in `table.ts` and `transition.ts`.
 */
import type { Role } from '../../accounts/roles.js';
import type { Gap, MatchedCall, RequestForm } from './form.js';

export const kinds = ['ordinance', 'art15'] as const;
export type Kind = (typeof kinds)[number];

/** Who did it. `authorisation`: the Mayor's, in force at that time (§ 6.2). */
export interface Mover {
  /** The account's id, or `system`. */
  readonly account: string;
  readonly roles: readonly Role[];
  readonly units: readonly string[];
  readonly extensions: readonly string[];
  readonly authorisation?: string;
}

/** Whose opinion is asked: the data-protection officer's, or that of the head of a unit. */
export type OpinionOf = { readonly of: 'dpo' } | { readonly of: 'unit'; readonly unit: string };
export interface Opinion {
  readonly on: OpinionOf;
  readonly verdict: 'for' | 'against';
  readonly reasons: string;
  readonly by: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** What a request has from matching on. */
export interface Case {
  readonly calls: readonly MatchedCall[];
  readonly asked: readonly OpinionOf[];
  /** The day on which the opinions are due. */
  readonly due: string;
  readonly opinions: readonly Opinion[];
  /** Why the Secretary went on without some. */
  readonly wentOn?: string;
}

export interface Appointment {
  /** Unix milliseconds. */
  readonly at: number;
  readonly place: string;
  /** Accounts named to be present (§ 2.6), at least one. */
  readonly present: readonly string[];
}

/** A stretch of a recording: `served` by the server, or `heard` as the player told it. Two facts. */
export interface Stretch {
  readonly call: string;
  readonly fact: 'served' | 'heard';
  /** Milliseconds of the recording. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface Session {
  readonly openedAt: number;
  readonly openedBy: string;
  readonly authorisation: string;
  /** The one browser session in which it is played. */
  readonly browserSession: string;
  readonly identity: string;
  readonly played: readonly Stretch[];
  readonly confirmed: readonly { readonly account: string; readonly at: number }[];
}
/** A session that is over; `ended` says how. */
export interface Run extends Session {
  readonly endedAt: number;
  readonly ended: 'closed' | 'time-out' | 'browser-lost' | 'restart' | 'stopped' | 'revoked';
}

export interface Approval {
  readonly by: string;
  readonly at: number;
  readonly appointment: Appointment;
  readonly runs: readonly Run[];
}

export interface Protocol {
  readonly remarks: string;
  /** Those present that did not confirm it, and why. */
  readonly unconfirmed: readonly { readonly account: string; readonly reason: string }[];
  readonly closedBy: string;
  readonly closedAt: number;
}

export type RejectedBecause = 'number-withheld' | 'not-a-participant' | 'not-completed';
export type AnsweredBecause = 'evicted' | 'not-recorded' | 'none-found';

/** A part of the copy that is left out since it is of somebody else. Milliseconds of the recording. */
export interface Cut {
  readonly call: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export type RequestState =
  | { readonly phase: 'received' }
  | {
      readonly phase: 'awaiting_completion';
      readonly gaps: readonly Gap[];
      readonly note: string;
      readonly until: string;
    }
  | { readonly phase: 'matched'; readonly calls: readonly MatchedCall[] }
  | { readonly phase: 'opinions'; readonly case: Case }
  | { readonly phase: 'decision'; readonly case: Case }
  | { readonly phase: 'approved'; readonly case: Case; readonly approval: Approval }
  | { readonly phase: 'in_session'; readonly case: Case; readonly approval: Approval; readonly session: Session }
  | { readonly phase: 'no_show'; readonly case: Case; readonly approval: Approval }
  | { readonly phase: 'completed'; readonly case: Case; readonly approval: Approval; readonly protocol: Protocol }
  | {
      readonly phase: 'copy_issued';
      readonly case: Case;
      readonly by: string;
      readonly at: number;
      readonly cuts: readonly Cut[];
      readonly handedOver?: { readonly at: number; readonly by: string; readonly how: string; readonly sha256: string };
    }
  | {
      readonly phase: 'refused';
      readonly case: Case;
      readonly reasons: string;
      readonly by: string;
      readonly at: number;
      /** The day until which the recordings are held for a complaint. */
      readonly holdUntil: string;
    }
  | { readonly phase: 'rejected_formally'; readonly why: RejectedBecause; readonly note: string }
  | { readonly phase: 'answered'; readonly why: AnsweredBecause; readonly facts: string }
  | { readonly phase: 'closed'; readonly case: Case; readonly approval: Approval; readonly note: string }
  | { readonly phase: 'withdrawn'; readonly how: string };

export type Phase = RequestState['phase'];

/** From these nothing goes on by itself; `refused`, `rejected_formally` and `answered` can be reopened. */
export const finalPhases: readonly Phase[] = [
  'rejected_formally',
  'answered',
  'refused',
  'copy_issued',
  'completed',
  'closed',
  'withdrawn',
];

/** A request as it stands. What happened to it is the list of its events, and is never edited. */
export interface AccessRequest {
  readonly id: string;
  /** The number in the office's register, e.g. `17/2026`. */
  readonly number: string;
  readonly kind: Kind;
  /** The day on which the office received it: terms run from it. */
  readonly receivedOn: string;
  readonly filedBy: string;
  readonly filedAt: number;
  /** Znak sprawy (JRWA), as soon as it is known. */
  readonly caseSign?: string;
  readonly form: RequestForm;
  /** Art. 12(3) GDPR: the term was extended by two months, with the reason told in time. */
  readonly extended?: { readonly reason: string; readonly at: number };
  readonly state: RequestState;
}

/** The calls that the request is about, in the states that have them. */
export function callsOf(state: RequestState): readonly MatchedCall[] {
  if (state.phase === 'matched') return state.calls;
  return 'case' in state ? state.case.calls : [];
}

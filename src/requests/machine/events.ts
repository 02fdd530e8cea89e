/** What can happen to an access request. Every event has who did it (`by`) and when (`at`, Unix milliseconds). */
import type { Gap, MatchedCall, RequestForm } from './form.js';
import type { AccessRequest, AnsweredBecause, Appointment, Cut, Mover, OpinionOf, Run, Stretch } from './state.js';

interface Done {
  readonly by: Mover;
  readonly at: number;
}

export type RequestEvent = Done &
  (
    | { readonly type: 'ask-completion'; readonly gaps: readonly Gap[]; readonly note: string; readonly until: string }
    | { readonly type: 'complete'; readonly form: RequestForm }
    | { readonly type: 'term-passed' }
    /** `participation`: how the office made sure that the requester took part; logged, not believed from the number. */
    | { readonly type: 'match'; readonly calls: readonly MatchedCall[]; readonly participation: string }
    | { readonly type: 'reject'; readonly why: 'number-withheld' | 'not-a-participant'; readonly note: string }
    | { readonly type: 'answer'; readonly why: AnsweredBecause; readonly facts: string }
    | { readonly type: 'ask-opinions' }
    | {
        readonly type: 'give-opinion';
        readonly on: OpinionOf;
        readonly verdict: 'for' | 'against';
        readonly reasons: string;
      }
    | { readonly type: 'go-on'; readonly reason: string }
    | { readonly type: 'approve'; readonly appointment: Appointment }
    | { readonly type: 'approve-copy'; readonly cuts: readonly Cut[] }
    | { readonly type: 'hand-over-copy'; readonly how: string; readonly sha256: string }
    | { readonly type: 'refuse'; readonly reasons: string }
    | { readonly type: 'change-date'; readonly appointment: Appointment }
    | { readonly type: 'revoke'; readonly reasons: string }
    | { readonly type: 'open-session'; readonly browserSession: string; readonly identity: string }
    | { readonly type: 'played'; readonly stretch: Omit<Stretch, 'at'> }
    | { readonly type: 'confirm-protocol' }
    | { readonly type: 'interrupt'; readonly why: Exclude<Run['ended'], 'closed'> }
    | {
        readonly type: 'close-session';
        readonly remarks: string;
        readonly unconfirmed: readonly { readonly account: string; readonly reason: string }[];
      }
    | { readonly type: 'no-show' }
    | { readonly type: 'new-date'; readonly appointment: Appointment }
    | { readonly type: 'close'; readonly note: string }
    | {
        readonly type: 'reopen';
        readonly to: 'received' | 'decision';
        readonly ground: 'complaint' | 'authority' | 'court';
        readonly document: string;
      }
    | { readonly type: 'withdraw'; readonly how: string }
    | { readonly type: 'extend-term'; readonly reason: string }
    | { readonly type: 'enter-case-sign'; readonly caseSign: string }
  );

export type EventType = RequestEvent['type'];
export type EventOf<T extends EventType> = Extract<RequestEvent, { type: T }>;

/** Papers that a step makes; their texts are templates of the office. */
export const papers = [
  'receipt', // potwierdzenie złożenia wniosku
  'completion', // wezwanie do uzupełnienia
  'left-without-consideration', // pozostawienie bez rozpoznania
  'no-recording', // informacja o braku nagrania
  'notice-of-date', // zawiadomienie o terminie odsłuchu
  'changed-date', // zawiadomienie o zmianie terminu
  'revocation', // zawiadomienie o cofnięciu zgody
  'refusal', // odmowa udostępnienia
  'refusal-art15', // odmowa, with the supervisory authority and the court
  'copy-letter', // pismo przewodnie do kopii nagrania
  'protocol', // protokół odsłuchu
  'no-show-closed', // zakończenie sprawy
  'withdrawal', // potwierdzenie wycofania
  'extension', // przedłużenie terminu
  'opinion', // opinia
] as const;
export type Paper = (typeof papers)[number];

/** Papers of a disclosure to an authority. */
export const disclosurePapers = [
  'handover-protocol', // protokół przekazania
  'disclosure-refusal', // odmowa udostępnienia organowi
] as const;
export type DisclosurePaper = (typeof disclosurePapers)[number];

/** What is to be done after a step, beside keeping the state. Holds follow from the state alone (`holdOf`). */
export type Effect =
  | { readonly do: 'make-paper'; readonly paper: Paper }
  | { readonly do: 'make-calendar-file' }
  /** Nothing of this request may be played from here on. */
  | { readonly do: 'end-grants' };

/** Why a step is not taken: a stable code and a sentence for the person. */
export interface Refused {
  readonly code: RefusalCode;
  readonly message: string;
}
export type RefusalCode =
  | 'out-of-order'
  | 'not-yours'
  | 'own-request'
  | 'took-part'
  | 'four-eyes'
  | 'kind'
  | 'incomplete'
  | 'number-withheld'
  | 'number-differs'
  | 'term-too-short'
  | 'not-due'
  | 'already-given'
  | 'not-designated'
  | 'no-authorisation'
  | 'wrong-time'
  | 'outside-recording'
  | 'unconfirmed';

export type Step =
  | { readonly request: AccessRequest; readonly effects: readonly Effect[] }
  | { readonly refused: Refused };

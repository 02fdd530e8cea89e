/**
 * Disclosure to an authority, as a machine of states:
 *
 *     requested ─check─▶ checked ─approve─▶ approved ─seal─▶ approved (sealed) ─hand-over─▶ handed_over
 *         └────────────────┴────refuse────────┴────────────────────┴──▶ refused
 *
 * The administrator prepares, the Secretary approves or refuses with reasons; the data-protection officer's opinion is asked
 * and noted, and its lack does not stop a binding order.
 */
import { dayAt, termEnd } from '../../config/calendar.js';
import type { RefusalCode, Refused } from './events.js';
import type { MatchedCall } from './form.js';
import { tookPart } from './guards.js';
import type { Rules, WantedHold } from './rules.js';
import type { Mover } from './state.js';

export interface DisclosureForm {
  readonly authority: string;
  /** The authority's own number, and what it came by. */
  readonly reference: string;
  readonly legalBasis: string;
  readonly scope: string;
  readonly calls: readonly MatchedCall[];
  /** Seen only by those who act in it. */
  readonly confidential: boolean;
  /** A binding order: it may not be refused for want of an opinion. */
  readonly binding: boolean;
}

/** The file that the authority gets. */
export interface Sealed {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly at: number;
}

export type DisclosureState =
  | { readonly phase: 'requested' }
  | { readonly phase: 'checked'; readonly findings: string }
  | {
      readonly phase: 'approved';
      readonly findings: string;
      readonly by: string;
      readonly at: number;
      /** The export as it waits to be handed over. */
      readonly sealed?: Sealed;
    }
  | {
      readonly phase: 'handed_over';
      readonly findings: string;
      readonly by: string;
      readonly at: number;
      readonly to: string;
      readonly receipt: string;
      readonly sealed: Sealed;
      readonly approved: { readonly by: string; readonly at: number };
    }
  | { readonly phase: 'refused'; readonly reasons: string; readonly by: string; readonly at: number };

export interface Disclosure {
  readonly id: string;
  readonly number: string;
  readonly receivedOn: string;
  readonly filedBy: string;
  readonly filedAt: number;
  readonly form: DisclosureForm;
  readonly opinion?: {
    readonly text: string;
    readonly verdict: 'for' | 'against';
    readonly by: string;
    readonly at: number;
  };
  readonly state: DisclosureState;
}

interface Done {
  readonly by: Mover;
  readonly at: number;
}
export type DisclosureEvent = Done &
  (
    | { readonly type: 'check'; readonly findings: string; readonly complete: boolean }
    | { readonly type: 'give-opinion'; readonly verdict: 'for' | 'against'; readonly text: string }
    | { readonly type: 'approve' }
    | { readonly type: 'seal'; readonly sha256: string; readonly bytes: number }
    | { readonly type: 'hand-over'; readonly to: string; readonly receipt: string }
    | { readonly type: 'refuse'; readonly reasons: string }
  );

export type DisclosureStep = { readonly disclosure: Disclosure } | { readonly refused: Refused };

const no = (code: RefusalCode, message: string): DisclosureStep => ({ refused: { code, message } });

const table = {
  check: { from: ['requested'], by: 'administrator' },
  'give-opinion': { from: ['requested', 'checked'], by: 'dpo' },
  approve: { from: ['checked'], by: 'secretary' },
  seal: { from: ['approved'], by: 'administrator' },
  'hand-over': { from: ['approved'], by: 'administrator' },
  refuse: { from: ['requested', 'checked', 'approved'], by: 'secretary' },
} as const;

/** What this person may do in it now. */
export const openSteps = (disclosure: Disclosure, by: Mover): DisclosureEvent['type'][] =>
  (Object.keys(table) as DisclosureEvent['type'][]).filter(
    (type) =>
      (table[type].from as readonly string[]).includes(disclosure.state.phase) &&
      by.roles.includes(table[type].by) &&
      !tookPart(by, disclosure.form.calls) &&
      fits(disclosure, type, by),
  );

function fits({ state, opinion, filedBy }: Disclosure, type: DisclosureEvent['type'], by: Mover): boolean {
  if (type === 'give-opinion') return !opinion;
  if (type === 'approve') return by.account !== filedBy;
  const isSealed = state.phase === 'approved' && state.sealed !== undefined;
  if (type === 'seal') return !isSealed;
  return type !== 'hand-over' || isSealed;
}

/** Nothing goes on from here. */
export const isOver = ({ state }: Disclosure): boolean => state.phase === 'handed_over' || state.phase === 'refused';

/** What the archive must hold for it; of one that was refused as long as somebody may complain. */
export function holdOfDisclosure({ state, form }: Disclosure, rules: Rules): WantedHold | undefined {
  if (state.phase === 'handed_over') return undefined;
  const calls = form.calls.map(({ id }) => id);
  if (state.phase !== 'refused') return { calls };
  return { calls, until: termEnd(dayAt(state.at, rules.zone), { days: rules.complaintHoldDays }) };
}

export type DisclosureFiling = Omit<Disclosure, 'filedBy' | 'filedAt' | 'opinion' | 'state'> & Done;

/** The letter of an authority is entered. */
export function fileDisclosure({ by, at, ...filed }: DisclosureFiling): DisclosureStep {
  if (!by.roles.includes('administrator')) return no('not-yours', 'udostępnienie przygotowuje administrator');
  if (filed.form.calls.length === 0) return no('incomplete', 'nie wskazano żadnej rozmowy');
  const disclosure: Disclosure = { ...filed, filedBy: by.account, filedAt: at, state: { phase: 'requested' } };
  return tookPart(by, filed.form.calls) ? no('took-part', TOOK_PART) : { disclosure };
}

const TOOK_PART = 'nie można działać w sprawie rozmowy, w której się uczestniczyło';

/** Who may know of a confidential one: who filed it, who acted in it, and those whose step is next. */
export function maySee(disclosure: Disclosure, events: readonly DisclosureEvent[], by: Mover): boolean {
  const acted = disclosure.filedBy === by.account || events.some((event) => event.by.account === by.account);
  return acted || !disclosure.form.confidential || openSteps(disclosure, by).length > 0;
}

export function stepDisclosure(disclosure: Disclosure, event: DisclosureEvent): DisclosureStep {
  const { by, at } = event;
  const { state, form } = disclosure;
  if (!(table[event.type].from as readonly string[]).includes(state.phase)) {
    return no(
      'out-of-order',
      `udostępnienie nr ${disclosure.number} jest już na innym etapie i tego kroku nie można teraz wykonać; odśwież stronę`,
    );
  }
  if (!by.roles.includes(table[event.type].by)) return no('not-yours', 'ta czynność nie należy do Twojej roli');
  if (tookPart(by, form.calls)) return no('took-part', TOOK_PART);
  const next = (after: DisclosureState): DisclosureStep => ({ disclosure: { ...disclosure, state: after } });
  switch (event.type) {
    case 'check': {
      const gaps = [form.authority, form.legalBasis, form.scope].some((text) => text.trim() === '');
      if (gaps || !event.complete) return no('incomplete', 'sprawdź organ, podstawę prawną, zakres i poufność');
      return next({ phase: 'checked', findings: event.findings });
    }
    case 'give-opinion': {
      if (disclosure.opinion) return no('already-given', 'opinia została już wydana');
      const { verdict, text } = event;
      return { disclosure: { ...disclosure, opinion: { verdict, text, by: by.account, at } } };
    }
    case 'approve':
      if (by.account === disclosure.filedBy) return no('four-eyes', 'zgodę wyraża inna osoba niż przygotowująca');
      return next({ phase: 'approved', findings: state.phase === 'checked' ? state.findings : '', by: by.account, at });
    case 'seal': {
      if (state.phase !== 'approved' || state.sealed) return no('already-given', 'nagrania są już zapieczętowane');
      return next({ ...state, sealed: { sha256: event.sha256, bytes: event.bytes, at } });
    }
    case 'hand-over': {
      const { to, receipt } = event;
      if (to.trim() === '' || receipt.trim() === '') return no('incomplete', 'podaj, komu i za jakim pokwitowaniem');
      if (state.phase !== 'approved' || !state.sealed) return no('incomplete', 'najpierw zapieczętuj nagrania');
      const approved = { by: state.by, at: state.at };
      const { findings, sealed } = state;
      return next({ phase: 'handed_over', findings, by: by.account, at, to, receipt, sealed, approved });
    }
    case 'refuse':
      if (event.reasons.trim() === '') return no('incomplete', 'odmowa wymaga uzasadnienia');
      return next({ phase: 'refused', reasons: event.reasons, by: by.account, at });
  }
}

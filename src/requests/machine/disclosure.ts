/**
 * Disclosure to an authority, as a machine of states:
 *
 *     requested ─check─▶ checked ─approve─▶ approved ─hand-over─▶ handed_over
 *         └────────────────┴────refuse────────┴──▶ refused
 *
 * The administrator prepares, the Secretary approves or refuses with reasons; the data-protection officer's opinion is asked
 * and noted, and its lack does not stop a binding order.
 */
import type { Mover } from './state.js';

export interface DisclosureForm {
  readonly authority: string;
  /** The authority's own number, and what it came by. */
  readonly reference: string;
  readonly legalBasis: string;
  readonly scope: string;
  readonly calls: readonly string[];
  readonly extensions: readonly string[];
  /** Seen only by those who act in it. */
  readonly confidential: boolean;
  /** A binding order: it may not be refused for want of an opinion. */
  readonly binding: boolean;
}

export type DisclosureState =
  | { readonly phase: 'requested' }
  | { readonly phase: 'checked'; readonly findings: string }
  | { readonly phase: 'approved'; readonly findings: string; readonly by: string; readonly at: number }
  | {
      readonly phase: 'handed_over';
      readonly by: string;
      readonly at: number;
      readonly to: string;
      readonly receipt: string;
      /** Of the sealed export, hex. */
      readonly sha256: string;
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
    | { readonly type: 'hand-over'; readonly to: string; readonly receipt: string; readonly sha256: string }
    | { readonly type: 'refuse'; readonly reasons: string }
  );

export type DisclosureStep =
  | { readonly disclosure: Disclosure }
  | { readonly refused: { code: string; message: string } };

const no = (code: string, message: string): DisclosureStep => ({ refused: { code, message } });

const table = {
  check: { from: ['requested'], by: 'administrator' },
  'give-opinion': { from: ['requested', 'checked'], by: 'dpo' },
  approve: { from: ['checked'], by: 'secretary' },
  'hand-over': { from: ['approved'], by: 'administrator' },
  refuse: { from: ['requested', 'checked', 'approved'], by: 'secretary' },
} as const;

/** What this person may do in it now. */
export const openSteps = ({ state }: Disclosure, by: Mover): DisclosureEvent['type'][] =>
  (Object.keys(table) as DisclosureEvent['type'][]).filter(
    (type) => (table[type].from as readonly string[]).includes(state.phase) && by.roles.includes(table[type].by),
  );

/** Who may know of a confidential one: who filed it, who acted in it, and those whose step is next. */
export function maySee(disclosure: Disclosure, events: readonly DisclosureEvent[], by: Mover): boolean {
  const acted = disclosure.filedBy === by.account || events.some((event) => event.by.account === by.account);
  return acted || !disclosure.form.confidential || openSteps(disclosure, by).length > 0;
}

export function stepDisclosure(disclosure: Disclosure, event: DisclosureEvent): DisclosureStep {
  const { by, at } = event;
  const { state, form } = disclosure;
  if (!(table[event.type].from as readonly string[]).includes(state.phase)) {
    return no('out-of-order', `udostępnienie ${disclosure.number} jest w stanie „${state.phase}”`);
  }
  if (!by.roles.includes(table[event.type].by)) return no('not-yours', 'ta czynność nie należy do Twojej roli');
  if (form.extensions.some((extension) => by.extensions.includes(extension))) {
    return no('took-part', 'nie można działać w sprawie rozmowy, w której się uczestniczyło');
  }
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
    case 'hand-over': {
      const { to, receipt, sha256 } = event;
      if (to.trim() === '' || receipt.trim() === '') return no('incomplete', 'podaj, komu i za jakim pokwitowaniem');
      return next({ phase: 'handed_over', by: by.account, at, to, receipt, sha256 });
    }
    case 'refuse':
      if (event.reasons.trim() === '') return no('incomplete', 'odmowa wymaga uzasadnienia');
      return next({ phase: 'refused', reasons: event.reasons, by: by.account, at });
  }
}

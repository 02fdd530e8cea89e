/**
 * From where each event may come and who may do it: the first two columns of the workflow, as data. The rest (guards,
 * the next state, papers) stands in `transition.ts`.
 */
import type { Role } from '../../accounts/roles.js';
import type { EventType } from './events.js';
import type { Phase } from './state.js';

export type MoverKind = Role | 'system' | 'designated';

export interface Row {
  readonly from: readonly Phase[];
  readonly by: readonly MoverKind[];
}

const clerks = ['front_office', 'staff'] as const;
const unfinished = [
  'received',
  'awaiting_completion',
  'matched',
  'opinions',
  'decision',
  'approved',
  'no_show',
] as const;

export const filers: readonly Role[] = ['front_office', 'staff', 'secretary'];

export const table: Readonly<Record<EventType, Row>> = {
  'ask-completion': { from: ['received'], by: clerks },
  complete: { from: ['awaiting_completion'], by: clerks },
  'term-passed': { from: ['awaiting_completion'], by: ['system'] },
  match: { from: ['received', 'opinions', 'decision'], by: clerks },
  reject: { from: ['received'], by: clerks },
  answer: { from: ['received'], by: clerks },
  'ask-opinions': { from: ['matched'], by: ['system'] },
  'give-opinion': { from: ['opinions'], by: ['dpo', 'unit_head'] },
  'go-on': { from: ['opinions'], by: ['secretary'] },
  approve: { from: ['decision'], by: ['secretary'] },
  'approve-copy': { from: ['decision'], by: ['secretary'] },
  'hand-over-copy': { from: ['copy_issued'], by: ['front_office', 'staff', 'secretary'] },
  refuse: { from: ['decision'], by: ['secretary'] },
  'change-date': { from: ['approved'], by: ['secretary'] },
  revoke: { from: ['approved'], by: ['secretary'] },
  'open-session': { from: ['approved'], by: ['designated'] },
  played: { from: ['in_session'], by: ['system'] },
  'confirm-protocol': { from: ['in_session'], by: ['designated'] },
  interrupt: { from: ['in_session'], by: ['system', 'designated'] },
  'close-session': { from: ['in_session'], by: ['designated'] },
  'no-show': { from: ['approved'], by: ['designated'] },
  'new-date': { from: ['no_show'], by: ['secretary'] },
  close: { from: ['no_show'], by: ['secretary'] },
  reopen: { from: ['refused', 'rejected_formally', 'answered'], by: ['secretary'] },
  withdraw: { from: unfinished, by: ['front_office'] },
  'extend-term': { from: unfinished, by: ['secretary'] },
  'enter-case-sign': {
    from: [
      ...unfinished,
      ...(['in_session', 'refused', 'rejected_formally', 'answered', 'copy_issued'] as const),
      ...(['completed', 'closed', 'withdrawn'] as const),
    ],
    by: ['front_office', 'staff', 'secretary'],
  },
};

/** Disclosure to an authority: its states, who takes which step, and who may know of a confidential one. */
import { expect } from 'chai';
import { maySee, openSteps, stepDisclosure } from '../../../src/requests/machine/disclosure.js';
import type { Disclosure, DisclosureEvent } from '../../../src/requests/machine/disclosure.js';
import type { Mover } from '../../../src/requests/machine/state.js';
import { call, people } from '../../support/requests.js';
import type { Who } from '../../support/requests.js';

type Action = DisclosureEvent extends infer E ? (E extends DisclosureEvent ? Omit<E, 'by' | 'at'> : never) : never;

const form = {
  authority: 'Prokuratura Rejonowa',
  reference: 'PR 1 Ds. 7.2026',
  legalBasis: 'art. 217 kpk',
  scope: 'jedna rozmowa',
  calls: [call()],
  confidential: true,
  binding: true,
};
const asked: Disclosure = {
  id: 'd1',
  number: '1/2026',
  receivedOn: '2026-03-02',
  filedBy: 'admin',
  filedAt: 0,
  form,
  state: { phase: 'requested' },
};

/** The phase after the steps, or the code of the first that is refused. */
function go(...steps: readonly (readonly [Who, Action])[]): string {
  let disclosure = asked;
  for (const [who, action] of steps) {
    const step = stepDisclosure(disclosure, { ...action, by: people[who], at: 1 });
    if ('refused' in step) return step.refused.code;
    disclosure = step.disclosure;
  }
  return disclosure.state.phase;
}

const check = ['admin', { type: 'check', findings: 'zgodne', complete: true }] as const;
const approve = ['secretary', { type: 'approve' }] as const;
const seal = ['admin', { type: 'seal', sha256: 'ab', bytes: 9 }] as const;
const handOver = ['admin', { type: 'hand-over', to: 'asp. Kos', receipt: 'pokwitowanie 3' }] as const;

describe('a disclosure to an authority', () => {
  it('is checked, approved and handed over, with the opinion noted or without it', () => {
    const opinion = ['dpo', { type: 'give-opinion', verdict: 'against', text: 'za szeroko' }] as const;
    expect(go(check, approve, seal, handOver)).to.equal('handed_over');
    expect(go(check, opinion, approve, seal, handOver)).to.equal('handed_over');
    expect(go(opinion, opinion)).to.equal('already-given');
  });

  it('takes no step before its turn, by another role, or with gaps', () => {
    expect(go(approve)).to.equal('out-of-order');
    expect(go(check, handOver)).to.equal('out-of-order');
    expect(go(check, ['admin', { type: 'approve' }])).to.equal('not-yours');
    expect(go(['admin', { type: 'check', findings: '', complete: false }])).to.equal('incomplete');
    expect(go(check, approve, seal, ['admin', { type: 'hand-over', to: 'x', receipt: ' ' }])).to.equal('incomplete');
    expect(go(check, approve, handOver)).to.equal('incomplete');
    expect(go(check, seal)).to.equal('out-of-order');
    expect(go(check, approve, seal, seal)).to.equal('already-given');
  });

  it('is refused with reasons at any time before the hand-over', () => {
    const refuse = ['secretary', { type: 'refuse', reasons: 'brak podstawy' }] as const;
    expect(go(refuse)).to.equal('refused');
    expect(go(check, approve, refuse)).to.equal('refused');
    expect(go(check, approve, seal, handOver, refuse)).to.equal('out-of-order');
    expect(go(['secretary', { type: 'refuse', reasons: '' }])).to.equal('incomplete');
  });

  it('is approved by another person than who prepared it, and by none who was in the call', () => {
    const both = { ...people.secretary, account: 'admin' };
    const checked: Disclosure = { ...asked, state: { phase: 'checked', findings: '' } };
    const code = (by: Mover): unknown => {
      const step = stepDisclosure(checked, { type: 'approve', by, at: 1 });
      return 'refused' in step ? step.refused.code : step.disclosure.state.phase;
    };
    expect(code(both)).to.equal('four-eyes');
    expect(code({ ...people.secretary, extensions: ['201'] })).to.equal('took-part');
    expect(code(people.secretary)).to.equal('approved');
  });

  it('a confidential one is seen by those who act in it', () => {
    const sees = (['admin', 'secretary', 'dpo', 'staff', 'front', 'auditor', 'head'] as const).filter((who) =>
      maySee(asked, [], people[who]),
    );
    expect(sees).to.deep.equal(['admin', 'secretary', 'dpo']);
    expect(openSteps(asked, people.admin)).to.deep.equal(['check']);
    expect(maySee({ ...asked, form: { ...form, confidential: false } }, [], people.staff)).to.equal(true);
  });
});

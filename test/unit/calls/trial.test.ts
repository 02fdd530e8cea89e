/** A trunk that somebody tries by a call: a handset of the office first, then outside by exactly this trunk. */
import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import type { TrialView, TrialWish } from '../../../src/calls/outbound/trial-call.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';

const NUMBER = '+48501502503';
const two: Partial<ConfigInput> = {
  trunks: [
    { name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10' },
    { name: 'second', addresses: ['192.0.2.20'], proxy: 'sip:192.0.2.20' },
  ],
  outbound: { routes: [{ prefix: '0', strip: 1, trunks: ['provider', 'second'] }], notice: 'automatic' },
};

async function tried(office: Office, wish: Partial<TrialWish> = {}): Promise<() => TrialView> {
  const { id } = office.calls.trials.begin({ trunk: 'second', number: '501 502 503', extension: '201', ...wish });
  await settled();
  return () => {
    const view = office.calls.trials.view(id);
    if (!view) throw new Error('the trial is not known');
    return view;
  };
}
const outsideOf = ({ sip }: Office) => sip.invites.filter(({ options }) => options.uri.includes('501502503'));
const steps = (view: TrialView): string[] => view.steps.map(({ is }) => is);

function refusal(office: Office, wish: Partial<TrialWish>): string | undefined {
  try {
    office.calls.trials.begin({ trunk: 'provider', number: NUMBER, extension: '201', ...wish });
  } catch (error) {
    if (error instanceof HalinaError && error.code === 'TRIAL_REFUSED') return error.hint;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a trial of a trunk', () => {
  it('rings the handset, calls out by exactly this trunk, plays the notice and connects the two', async () => {
    const office = new Office(two);
    const view = await tried(office);
    expect(office.sip.to('201').options.headers?.['From']).to.include('Halina: second');
    office.sip.to('201').progress();
    await settled();
    expect(steps(view())).to.deep.equal(['handset-rings']);
    expect(office.sip.invites, 'nobody outside is called yet').to.have.length(1);
    const handset = await office.answer('201');
    handset.answerBody = 'v=0 answer';
    expect(steps(view())).to.deep.equal(['handset-rings', 'handset-answered', 'outside-called']);
    expect(office.sip.to(NUMBER).options.nextHop).to.equal('sip:192.0.2.20');
    office.sip.to(NUMBER).progress();
    await settled();
    expect(steps(view()).at(-1)).to.equal('outside-rings');
    const outside = await office.answer(NUMBER);
    await office.pass(PROMPT_MS);
    expect(steps(view()).at(-1)).to.equal('outside-answered');
    expect(
      handset.requests.map(({ method }) => method),
      'the handset goes over',
    ).to.deep.equal(['INVITE']);
    expect(office.calls.calls.map(({ id, direction, state }) => [id, direction, state])).to.deep.equal([
      [view().call, 'outbound', 'talking'],
    ]);
    await office.pass(3000);
    handset.hangUp();
    await settled();
    expect(outside.byes).to.have.length(1);
    expect(office.entry).to.deep.include({ trunk: 'second', dialled: NUMBER, direction: 'outbound' });
    expect(office.entry.outboundNotice).to.include({ mode: 'automatic', confirmed: true });
    expect(office.entry.end).to.include({ reason: 'completed' });
    expect(view().over).to.equal(undefined);
    expect(office.media.sessions.every(({ closed }) => closed)).to.equal(true);
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('tells what the provider said, and lets the handset go', async () => {
    const office = new Office(two);
    const view = await tried(office);
    const handset = await office.answer('201');
    office.sip.to(NUMBER).refuse(404);
    await settled();
    expect(view().over).to.include({ side: 'outside', status: 404 });
    expect(outsideOf(office), 'no other trunk').to.have.length(1);
    expect(handset.byes).to.have.length(1);
    expect(office.entry.end).to.include({ by: 'outside', cause: 1 });
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('says that the handset is not there, or that nobody picked it up, and calls nobody', async () => {
    const office = new Office(two);
    office.registered.delete('202');
    const away = await tried(office, { extension: '202' });
    expect(away().over).to.include({ side: 'handset', reason: 'unreachable' });
    const busy = await tried(office);
    office.sip.to('201').refuse(486);
    await settled();
    expect(busy().over).to.include({ side: 'handset', reason: 'busy' });
    expect(outsideOf(office)).to.deep.equal([]);
    expect(office.media.sessions.every(({ closed }) => closed)).to.equal(true);
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('gives the call outside up where the handset is hung up meanwhile', async () => {
    const office = new Office(two);
    const view = await tried(office);
    const handset = await office.answer('201');
    handset.hangUp();
    await settled();
    expect(office.sip.to(NUMBER).cancelled).to.not.equal(undefined);
    expect(view().over).to.include({ side: 'handset', reason: 'cancelled' });
    expect(office.calls.calls).to.deep.equal([]);
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('is refused to emergency numbers, to what is no number, and to what the handset may not call', () => {
    const barred = new Office({
      ...two,
      handsets: [{ extension: '201', password: 'secret', external: false }],
      routes: [],
    });
    const office = new Office(two);
    for (const number of ['112', '0112', '999']) expect(refusal(office, { number }), number).to.equal('emergency');
    expect(refusal(office, { number: 'Urząd' })).to.equal('not-a-number');
    expect(refusal(office, { extension: '299' })).to.equal('unknown-handset');
    expect(refusal(barred, {})).to.equal('not-allowed');
    expect([...office.sip.invites, ...barred.sip.invites]).to.deep.equal([]);
  });

  it('is over where the program takes no calls any more', async () => {
    const office = new Office(two);
    await office.calls.drain(0);
    expect(refusal(office, {})).to.equal('restart');
  });
});

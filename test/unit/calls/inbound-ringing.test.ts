import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, routeTo, settled } from '../../support/calls/office.js';

/** A call whose caller has heard the notice. */
async function greeted(office: Office) {
  const caller = await office.callerCalls();
  await office.hearNotice(caller);
  return caller;
}

const early = { notice: { mode: 'early-media' } } as const;

describe('handsets that ring together', () => {
  it('all get the same offer; the first that answers is connected, the others are given up', async () => {
    const office = new Office(routeTo(['201', '202', '203']));
    await greeted(office);
    expect(office.sip.invites.map(({ options }) => options.sdp)).to.deep.equal(Array(3).fill('v=0 offer inside'));
    for (const { options } of office.sip.invites) {
      expect(options.headers?.['Supported'], 'without it telephones offer no attended transfer').to.include('replaces');
      expect(options.headers?.['Allow']).to.include('REFER');
    }
    await office.answer('202');
    for (const loser of ['201', '203'])
      expect(office.sip.to(loser).cancelled).to.deep.equal({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
    expect(office.session.done.filter((one) => one === 'take answer inside')).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
  });

  it('of which two answer in the same moment: the second is hung up on, its SDP never applied', async () => {
    const office = new Office(routeTo(['201', '202']));
    const caller = await greeted(office);
    office.sip.to('201').answer();
    const second = office.sip.to('202').answer();
    await settled();
    expect(second.byes).to.have.length(1);
    expect(office.session.done.filter((one) => one === 'take answer inside')).to.have.length(1);
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.employee?.extension).to.equal('201');
  });

  it('do not ring where nothing can be offered to them, and the call ends in good order', async () => {
    const office = new Office({ ...early, ...routeTo(['201', '202']) });
    const caller = await office.callerCalls();
    office.session.cannotOffer = 'inside';
    await office.pass(PROMPT_MS);
    await settled();
    expect(office.sip.invites).to.have.length(0);
    expect(caller.final?.status).to.equal(480);
  });

  it('go on ringing when one of them declines', async () => {
    const office = new Office(routeTo(['201', '202']));
    await greeted(office);
    office.sip.to('201').refuse(603);
    await settled();
    expect(office.sip.to('202').cancelled).to.equal(undefined);
    await office.answer('202');
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });

  it('one busy and one that nobody answers make a call that nobody answered', async () => {
    const office = new Office({ ...early, ...routeTo(['201', '202']) });
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').refuse(486);
    office.sip.to('202').progress(180);
    await office.pass(20_000);
    expect(caller.final?.status).to.equal(480);
    expect(office.entry.end?.reason).to.equal('no-answer');
  });

  it('that are off or not there make an unreachable call', async () => {
    const office = new Office({ ...early, ...routeTo(['201', '202']) });
    office.registered.delete('202');
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    await office.pass(20_000); // 201 does not say a word
    expect(caller.final?.status).to.equal(480);
    expect(office.entry.end?.reason).to.equal('unreachable');
  });

  it('none of which is registered end the call at once', async () => {
    const office = new Office(early);
    office.registered.clear();
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    expect(caller.final?.status).to.equal(480);
    expect(office.entry.end?.reason).to.equal('unreachable');
  });

  it('with an SDP in the answer that is of no use have not been reached', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    const handset = office.sip.to('201').answer('bad');
    await settled();
    expect(handset.byes).to.have.length(1);
    expect(caller.final?.status).to.equal(488);
    expect(office.entry.end?.reason).to.equal('unreachable');
  });

  it('and answer with what is of no use are no reason for silence: a caller who was answered is told', async () => {
    const office = new Office();
    await greeted(office);
    const handset = office.sip.to('201').answer('bad');
    await settled();
    expect(handset.byes).to.have.length(1);
    expect(office.session.done).to.include('play outside unavailable');
    await office.pass(PROMPT_MS);
    expect(office.entry.end?.reason).to.equal('unreachable');
  });

  it('whose connection is gone are told to the registrar', async () => {
    const office = new Office(early);
    await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').refuse(503);
    await settled();
    expect(office.unreachable.map(({ extension }) => extension)).to.deep.equal(['201']);
  });

  it('that the SIP server cannot reach at all end the call', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').fail('SIP_NOT_SENT');
    await settled();
    expect(caller.final?.status).to.equal(480);
    expect(office.entry.end?.reason).to.equal('unreachable');
  });

  it('see who calls, or that the number is withheld', async () => {
    const office = new Office();
    await greeted(office);
    expect(office.sip.to('201').options.headers).to.include({ From: '<sip:+48601234567@localhost>' });
  });
});

describe('handsets that ring in turn', () => {
  const inTurn = routeTo(['201', '202'], { strategy: 'in-turn', ring: '10s' });

  it('ring one after the other, each for its time', async () => {
    const office = new Office(inTurn);
    await greeted(office);
    expect(office.sip.invites).to.have.length(1);
    office.sip.to('201').progress(180);
    await office.pass(10_000);
    expect(office.sip.to('201').cancelled).to.deep.equal({ Reason: 'Q.850;cause=19;text="No answer from user"' });
    expect(office.sip.invites).to.have.length(2);
    await office.answer('202');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
  });

  it('go to the next at once when one is busy or not registered', async () => {
    const office = new Office(inTurn);
    office.registered.delete('201');
    await greeted(office);
    expect(office.sip.invites.map(({ options }) => options.uri)).to.deep.equal(['sip:202@192.0.2.202:5060']);
  });
});

describe('the other targets of a route', () => {
  it('onBusy: other handsets ring, once', async () => {
    const office = new Office({ ...early, ...routeTo(['201'], { onBusy: { handsets: ['202'] } }) });
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').refuse(486);
    await settled();
    expect(caller.answered).to.equal(false);
    office.sip.to('202').refuse(486);
    await settled();
    expect(office.sip.invites).to.have.length(2);
    expect(caller.final?.status).to.equal(486);
  });

  it('onNoAnswer: an announcement to a caller who was not answered is early media, then the status', async () => {
    const office = new Office({ ...early, ...routeTo(['201'], { onNoAnswer: { announce: 'no-answer' } }) });
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').progress(180);
    await office.pass(20_000);
    expect(office.session.done).to.include('play outside no-answer');
    expect(caller.answered).to.equal(false);
    await office.pass(PROMPT_MS);
    expect(caller.final?.status).to.equal(480);
  });

  it('onNoAnswer: the announcement of a route without notice has its 183 first', async () => {
    const office = new Office(routeTo(['201'], { record: 'never', onNoAnswer: { announce: 'unavailable' } }));
    office.registered.clear();
    const caller = await office.callerCalls();
    expect(caller.responses).to.deep.equal([{ status: 183, body: 'v=0 answer outside' }]);
    expect(office.session.done).to.include('play outside unavailable');
  });
});

describe('a caller who was answered for the notice and whom nobody answers', () => {
  for (const { name, status, prompt, tone, cause } of [
    { name: 'is busy', status: 486, prompt: 'busy', tone: 'busy', cause: 17 },
    { name: 'declines', status: 603, prompt: 'busy', tone: 'busy', cause: 21 },
    { name: 'has no answer', status: 480, prompt: 'no-answer', tone: undefined, cause: 19 },
    { name: 'is not there', status: 404, prompt: 'unavailable', tone: undefined, cause: 20 },
  ])
    it(`hears so when the handset ${name}, and is hung up on with a Reason`, async () => {
      const office = new Office();
      const caller = await greeted(office);
      office.sip.to('201').refuse(status);
      await settled();
      expect(office.session.done).to.include(`play outside ${prompt}`);
      expect(caller.dialog?.byes).to.have.length(0);
      await office.pass(PROMPT_MS);
      expect(office.session.tones.outside === 'busy').to.equal(tone === 'busy');
      await office.pass(4_000);
      expect(caller.dialog?.byes[0]?.['Reason']).to.match(new RegExp(`^Q\\.850;cause=${cause};`));
      expect(office.entry.end).to.include({ cause });
      expect(office.entry.answeredAt).to.not.equal(undefined);
      expect(office.entry.connectedAt).to.equal(undefined);
      expect(office.clock.pendingTimers).to.equal(0);
    });

  it('is hung up on all the same where there is no such announcement', async () => {
    const office = new Office();
    office.media.missing.add('no-answer');
    const caller = await greeted(office);
    office.sip.to('201').refuse(480);
    await settled();
    expect(caller.dialog?.byes).to.have.length(1);
    expect(office.entry.end?.reason).to.equal('no-answer');
  });
});

describe('a handset that redirects', () => {
  it('to another handset of the office: that one rings', async () => {
    const office = new Office();
    await greeted(office);
    office.sip.to('201').refuse(302, { Contact: '<sip:203@192.0.2.1>' });
    await settled();
    await office.answer('203');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '203' });
  });

  it('in a circle rings each handset once', async () => {
    const office = new Office(early);
    await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').refuse(302, { Contact: '<sip:202@192.0.2.1>' });
    await settled();
    office.sip.to('202').refuse(302, { Contact: '<sip:201@192.0.2.1>' });
    await settled();
    office.sip.to('201').refuse(302, { Contact: '<sip:202@192.0.2.1>' });
    await settled();
    expect(office.sip.invites).to.have.length(3);
    expect(office.entry.end?.reason).to.equal('unreachable');
  });

  for (const contact of ['<sip:+1900555@evil.example>', '<tel:+48601234567>', 'nonsense <', ''])
    it(`to ${contact || 'nowhere'} is as if it were not there`, async () => {
      const office = new Office(early);
      const caller = await office.callerCalls();
      await office.pass(PROMPT_MS);
      office.sip.to('201').refuse(302, { Contact: contact });
      await settled();
      expect(office.sip.invites).to.have.length(1);
      expect(caller.final?.status).to.equal(480);
    });
});

describe('the dialogs of a call', () => {
  it('are saved as each leg is confirmed', async () => {
    const office = new Office();
    const caller = await greeted(office);
    expect(office.ledger.dialogs.map((saved) => saved.length)).to.deep.equal([1]);
    const handset = await office.answer('201');
    await settled();
    const last = office.ledger.dialogs.at(-1);
    expect(last?.map(({ callId }) => callId)).to.deep.equal([caller.dialog?.callId, handset.callId]);
    expect(last?.[0]).to.deep.equal({
      callId: caller.dialog?.callId,
      localUri: 'sip:halina@192.0.2.1',
      localTag: 'local',
      remoteUri: 'sip:peer@192.0.2.10',
      remoteTag: caller.dialog?.remoteTag,
      remoteTarget: 'sip:peer@192.0.2.10:5060',
      routeSet: [],
      localCSeq: 1,
      nextHop: 'sip:192.0.2.10:5060;transport=udp',
    });
  });
});

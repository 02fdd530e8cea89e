/** A call within the house that one of the two sends to the outside (docs/decisions/trunk-to-trunk.md). */
import { expect } from 'chai';
import type { ConfigInput } from '../../../src/config/schema.js';
import { Office, settled } from '../../support/calls/office.js';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import type { FakeDialog } from '../../support/calls/scripted-sip.js';
import { consult, refers, told } from '../../support/calls/talk.js';

const NUMBER = '+48501502503';
const OUTSIDE = '<sip:0501502503@192.0.2.1>';

interface House {
  readonly office: Office;
  readonly stays: FakeDialog;
  readonly sender: FakeDialog;
}

/** 201 and 202 talk; 202 sends the other one out, whoever of the two had called. */
async function sentOut(changes: Partial<ConfigInput> = {}, sender: 'from' | 'to' = 'to'): Promise<House> {
  const office = new Office(changes);
  const pair = await consult(office, sender === 'to' ? '201' : '202', sender === 'to' ? '202' : '201');
  const house = { office, sender: pair[sender], stays: pair[sender === 'to' ? 'from' : 'to'] };
  expect(await refers(house.sender, OUTSIDE)).to.equal(202);
  return house;
}

async function answered({ office }: House): Promise<FakeDialog> {
  office.sip.to(NUMBER).progress();
  await settled();
  return office.answer(NUMBER);
}

describe('a call within the house that is sent to the outside', () => {
  for (const who of ['from', 'to'] as const)
    it(`by ${who === 'from' ? 'its caller' : 'who was called'}: the other one has a call with the outside, recorded as its own`, async () => {
      const house = await sentOut({}, who);
      const { office, stays, sender } = house;
      expect(office.media.sessions[0]?.bridged, 'the house while it rings').to.equal(false);
      expect(Object.values(office.media.sessions[0]?.tones ?? {})).to.deep.equal(['ringback']);
      const outside = await answered(house);
      expect(told(sender)).to.deep.equal(['100 active', '180 active', '200 terminated']);
      expect(sender.byes).to.have.length(1);
      expect(stays.requests.map(({ method, body }) => [method, body])).to.deep.equal([
        ['INVITE', 'v=0 offer inside#1'],
      ]);
      expect(office.session.done.find((one) => one.startsWith('continue inside#1'))).to.not.equal(undefined);
      expect(office.session.bridged).to.equal(true);
      expect(office.session.spool).to.not.equal(undefined);
      expect(office.media.sessions[0]?.closed).to.equal(true);
      expect(office.calls.calls.map(({ direction, state }) => [direction, state])).to.deep.equal([
        ['outbound', 'talking'],
      ]);
      await office.pass(5_000);
      stays.hangUp();
      await settled();
      expect(outside.byes).to.have.length(1);
      expect(office.entry).to.deep.include({
        direction: 'outbound',
        dialled: NUMBER,
        employee: { extension: '201' },
        outboundNotice: { mode: 'employee', confirmed: false },
        parts: [{ kind: 'talk', from: 0, extension: '201', why: 'transferred', sender: '202', to: 5_000 }],
      });
      expect(office.clock.pendingTimers, 'timers left').to.equal(0);
    });

  it('gives the call back to the sender where nobody answers there', async () => {
    const house = await sentOut();
    const { office, sender, stays } = house;
    office.sip.to(NUMBER).refuse(486);
    await settled();
    expect(told(sender)).to.deep.equal(['100 active', '486 terminated']);
    expect([...sender.byes, ...stays.byes, ...stays.requests]).to.deep.equal([]);
    expect(office.media.sessions[0]?.bridged).to.equal(true);
    expect(office.entry.end).to.include({ reason: 'busy' });
    expect(office.calls.calls.map(({ state }) => state)).to.deep.equal(['talking']);
  });

  it('rings the sender where nobody answers there and it has hung up', async () => {
    const house = await sentOut();
    const { office, sender, stays } = house;
    sender.hangUp();
    office.sip.to(NUMBER).refuse(480);
    await settled();
    await office.answer('202');
    expect(office.media.sessions[0]?.bridged).to.equal(true);
    expect(stays.byes).to.have.length(0);
  });

  it('goes on where the sender hangs up at once', async () => {
    const house = await sentOut();
    house.sender.hangUp();
    await answered(house);
    expect(house.office.calls.calls).to.have.length(1);
    expect(house.office.session.bridged).to.equal(true);
  });

  it('is given up outside when the one who stays hangs up', async () => {
    const { office, stays, sender } = await sentOut();
    stays.hangUp();
    await settled();
    expect(office.sip.to(NUMBER).cancelled).to.not.equal(undefined);
    expect(sender.byes).to.have.length(1);
    expect(office.calls.calls).to.have.length(0);
    expect(office.entry.end).to.include({ by: 'employee', reason: 'cancelled' });
  });

  it('lets the outside go where the one who was sent refuses to come, and gives it back', async () => {
    const house = await sentOut();
    const { office, stays, sender } = house;
    stays.answers = [488, 200];
    const outside = await answered(house);
    expect(outside.byes).to.have.length(1);
    expect(told(sender).at(-1)).to.equal('480 terminated');
    expect(office.media.sessions[0]?.bridged).to.equal(true);
    expect(office.calls.calls.map(({ direction, state }) => [direction, state])).to.deep.equal([
      ['internal', 'talking'],
    ]);
  });

  it('gives it back where the outside hangs up while it comes', async () => {
    const house = await sentOut();
    const { office, stays, sender } = house;
    let arrive = (status: number): void => void status;
    stays.answers = [new Promise((resolve) => (arrive = resolve))];
    const outside = await answered(house);
    outside.hangUp();
    await settled();
    arrive(200);
    await settled();
    expect(told(sender).at(-1)).to.equal('480 terminated');
    expect(office.media.sessions[0]?.bridged).to.equal(true);
    expect(office.calls.calls).to.have.length(1);
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('plays the automatic notice to the outside before the other one comes', async () => {
    const house = await sentOut({
      outbound: { notice: 'automatic', routes: [{ prefix: '0', strip: 1, trunk: 'provider' }] },
    });
    await answered(house);
    expect(house.stays.requests).to.have.length(0);
    await house.office.pass(PROMPT_MS);
    expect(house.office.session.bridged).to.equal(true);
    expect(house.office.session.done).to.include('play outside notice');
  });

  it('goes by the sender’s rules: one that may not call outside sends nobody there, though the other one may', async () => {
    const handsets = [
      { extension: '201', password: 'x' },
      { extension: '202', password: 'x', external: false },
    ];
    const office = new Office({ handsets });
    const pair = await consult(office, '201', '202');
    expect(await refers(pair.to, OUTSIDE)).to.equal(403);
    expect(office.media.sessions[0]?.bridged).to.equal(true);
    expect(await refers(pair.from, OUTSIDE)).to.equal(202);
    expect(office.sip.to(NUMBER).cancelled, 'it rings there').to.equal(undefined);
  });

  it('is counted by the guard against fraud as a call of the sender', async () => {
    const classes = [{ name: 'standard', foreign: true }];
    const routes = [{ prefix: '0', strip: 1, trunk: 'provider' }];
    const night = { from: '00:00', to: '00:00' };
    const office = new Office({ outbound: { routes, classes, guard: { perHourOfHandset: 1, night } } });
    const abroad = '<sip:00049301234567@192.0.2.1>';
    const pair = await consult(office, '201', '202');
    expect(await refers(pair.to, abroad)).to.equal(202);
    office.sip.to('+49301234567').refuse(486);
    await settled();
    expect(await refers(pair.to, abroad)).to.equal(202);
    await settled();
    expect(told(pair.to).at(-1)).to.equal('603 terminated');
    expect(office.sip.invites.filter(({ options }) => options.uri.includes('+49301234567'))).to.have.length(1);
    expect(await refers(pair.from, abroad)).to.equal(202);
    expect(office.sip.invites.filter(({ options }) => options.uri.includes('+49301234567'))).to.have.length(2);
  });
});

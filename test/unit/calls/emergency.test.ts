import { expect } from 'chai';
import { FraudGuard, type GuardPolicy } from '../../../src/calls/defence/fraud-guard.js';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { CALLER, Office, OFFICE, routeTo, settled } from '../../support/calls/office.js';
import { FakeInvite, sdpOf } from '../../support/calls/scripted-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const trunk = { name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10', callerId: '+48227836000' };
const full = (maxCalls: number, more = {}): Office => new Office({ trunks: [{ ...trunk, maxCalls }], ...more });

describe('an emergency call', () => {
  it('goes out at once, without reminder or notice, is recorded and marked', async () => {
    const office = new Office({ trunks: [trunk], outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider', record: 'never' }], notice: 'automatic', unconfirmed: 'erase' } }); // prettier-ignore
    const handset = await office.dials('201', '112');
    const { options } = office.sip.to('112');
    expect(options.headers).to.include({ From: '<sip:+48227836000@192.0.2.10>', Priority: 'emergency' });
    expect(office.session.done).not.to.include('play inside reminder');
    await office.answer('112');
    expect(handset.final?.status).to.equal(200);
    expect(office.session.bridged, 'no notice to the centre').to.equal(true);
    expect(office.session.spool).to.not.equal(undefined);
    await office.pass(5_000);
    handset.dialog?.hangUp();
    await settled();
    expect(office.entry).to.deep.include({ emergency: true, dialled: '112', record: { wanted: true } });
    expect(office.entry.quarantine).to.equal(undefined);
  });

  it('shows the number of the site whatever the handset shows otherwise', async () => {
    const handsets = [{ extension: '201', password: 'x', callerId: '+48601000000', withhold: true, external: false }];
    const office = new Office({ trunks: [trunk], handsets, emergency: { callerId: '+48227836099' } });
    await office.dials('201', '0112');
    const { headers } = office.sip.to('112').options;
    expect(headers).to.include({ From: '<sip:+48227836099@192.0.2.10>' });
    expect(headers).not.to.have.property('Privacy');
  });

  it('ends the youngest call that is none where all channels are taken', async () => {
    const office = full(2);
    const eldest = await office.callerCalls();
    const youngest = await office.dials('202', '0601234567');
    await office.answer('+48601234567');
    const urgent = await office.dials('201', '112');
    expect(office.sip.to('112').options.nextHop).to.equal('sip:192.0.2.10');
    expect(youngest.dialog?.byes[0]).to.deep.equal({ Reason: 'Q.850;cause=34;text="No circuit available"' });
    expect(eldest.dialog?.byes).to.deep.equal([]);
    await office.answer('112');
    expect(urgent.final?.status).to.equal(200);
  });

  it('never ends another one: where there are only those, it is tried all the same', async () => {
    const office = full(1);
    const one = await office.dials('201', '112');
    await office.answer('112');
    await office.dials('202', '999');
    expect(one.dialog?.byes).to.deep.equal([]);
    expect(office.sip.to('999').options.nextHop).to.equal('sip:192.0.2.10');
  });

  it('makes room where the provider says that there is none, and tries once more', async () => {
    const office = full(9);
    const other = await office.dials('202', '0601234567');
    await office.answer('+48601234567');
    const urgent = await office.dials('201', '112');
    office.sip.to('112').refuse(503);
    await settled();
    expect(other.dialog?.byes).to.have.length(1);
    expect(office.sip.invites.filter(({ options }) => options.uri.startsWith('sip:112@'))).to.have.length(2);
    office.sip.to('112').refuse(503);
    await settled();
    expect(urgent.final?.status, 'once only').to.equal(503);
  });

  it('tries every trunk that there is', async () => {
    const mobile = { name: 'mobile', addresses: ['192.0.2.20'], proxy: 'sip:192.0.2.20' };
    const office = new Office({ trunks: [trunk, mobile] });
    await office.dials('201', '112');
    office.sip.to('112').refuse(500);
    await settled();
    expect(office.sip.to('112').options.nextHop).to.equal('sip:192.0.2.20');
  });

  it('goes on unrecorded where there is no room for the recording, and waits for no disk', async () => {
    const office = full(2);
    office.ledger.begin = () => new Promise(() => undefined);
    office.ledger.openSpool = () => Promise.resolve({ refused: 'no-room' });
    const handset = await office.dials('201', '112');
    await office.answer('112');
    expect(handset.final?.status).to.equal(200);
    expect(office.session.bridged).to.equal(true);
  });

  it('goes out above sip.maxCalls too', async () => {
    const faces = [{ name: 'office', address: '192.0.2.1' }];
    const office = new Office({ sip: { maxCalls: 1, faces }, trunks: [trunk] });
    const caller = await office.callerCalls();
    await office.dials('201', '112');
    expect(office.sip.to('112')).to.not.equal(undefined);
    expect(caller.dialog?.byes).to.have.length(1);
  });
});

describe('the call back of an emergency centre', () => {
  const back = (headers: Record<string, string>): FakeInvite => new FakeInvite(OFFICE, sdpOf('centre'), headers);
  const made = async (changes = {}): Promise<Office> => {
    const office = full(1, { ...routeTo(['202']), ...changes });
    const handset = await office.dials('203', '112');
    await office.answer('112');
    handset.dialog?.hangUp();
    await settled();
    return office;
  };
  const rings = (office: Office): string[] =>
    office
      .ringing()
      .map(({ options }) => /sip:(\d+)@/.exec(options.uri)?.[1] ?? '')
      .sort();

  it('rings who had called it, beside those of the route, above every limit', async () => {
    const office = await made();
    await office.callerCalls();
    const centre = await office.callerCalls(back({ From: '<sip:112@192.0.2.10>;tag=1' }));
    await office.hearNotice(centre);
    expect(rings(office)).to.deep.equal(['202', '203']);
    expect(office.ledger.begun.at(-1)).to.include({ emergency: true });
  });

  it('is known by its configured number and by the mark of RFC 7090, but only after an emergency call', async () => {
    const numbers = { emergency: { callBack: { numbers: ['22 112 00 00'] } } };
    for (const headers of [{ From: '<sip:+48221120000@x>;tag=1' }, { From: CALLER, Priority: 'psap-callback' }]) {
      const office = await made(numbers);
      const centre = await office.callerCalls(back(headers));
      await office.hearNotice(centre);
      expect(rings(office), JSON.stringify(headers)).to.deep.equal(['202', '203']);
      await office.pass(2 * 3_600_000);
      await office.calls.stop();
    }
    const untouched = full(1, { ...routeTo(['202']), ...numbers });
    const caller = await untouched.callerCalls(back({ From: CALLER, Priority: 'psap-callback' }));
    await untouched.hearNotice(caller);
    expect(rings(untouched)).to.deep.equal(['202']);
  });

  it('is a call like others hours later, and from a trunk that is not trusted by its mark', async () => {
    const office = await made();
    await office.pass(2 * 3_600_000);
    const late = await office.callerCalls(back({ From: '<sip:112@192.0.2.10>;tag=1' }));
    await office.hearNotice(late);
    expect(rings(office)).to.deep.equal(['202']);
    const distrustful = await made({ trunks: [{ ...trunk, trusted: false }] });
    const marked = await distrustful.callerCalls(back({ From: CALLER, Priority: 'psap-callback' }));
    await distrustful.hearNotice(marked);
    expect(rings(distrustful)).to.deep.equal(['202']);
  });
});

describe('the guard against fraud', () => {
  const policy: GuardPolicy = { perHour: 5, perHourOfHandset: 3, atOnce: 2, night: { from: '22:00', to: '06:00' } };
  function scene(changes: Partial<GuardPolicy> = {}, epoch = Date.UTC(2026, 0, 5, 8)) {
    const clock = new VirtualClock(epoch);
    const alarms = new Alarms(clock, silentLog);
    const guard = new FraudGuard({ clock, alarms, policy: { ...policy, ...changes }, zone: 'Europe/Warsaw' });
    const call = (extension: string): string => {
      const begun = guard.begin(extension);
      if ('stopped' in begun) return begun.stopped;
      begun.ended();
      begun.ended();
      return 'goes';
    };
    return { clock, alarms, guard, call };
  }

  it('stops a handset that calls abroad too often, and lets it again when the hour is over', () => {
    const { clock, alarms, call } = scene();
    expect([1, 2, 3, 4].map(() => call('201'))).to.deep.equal(['goes', 'goes', 'goes', 'handset-per-hour']);
    expect(alarms.list()).to.have.length(1);
    expect(alarms.list()[0]).to.include({ code: 'FRAUD_GUARD', subject: '201' });
    expect(call('202'), 'another handset').to.equal('goes');
    expect([call('203'), call('204')], 'the whole office').to.deep.equal(['office-per-hour', 'office-per-hour']);
    clock.advance(3_600_000);
    expect(call('201')).to.equal('goes');
    expect(alarms.list()).to.deep.equal([]);
  });

  it('stops more than so many at once, and counts those that ended', () => {
    const { guard } = scene();
    const first = guard.begin('201');
    guard.begin('202');
    expect(guard.begin('203')).to.deep.equal({ stopped: 'at-once' });
    if ('ended' in first) first.ended();
    expect(guard.begin('203')).to.have.property('ended');
  });

  it("stops calls in the night of the office's zone", () => {
    const at = (hour: number, minute = 0): string => scene({}, Date.UTC(2026, 0, 5, hour - 1, minute)).call('201');
    expect([at(22), at(23, 59), at(5, 59), at(6), at(21, 59)]).to.deep.equal([
      'night',
      'night',
      'night',
      'goes',
      'goes',
    ]);
    expect(scene({ night: { from: '00:00', to: '00:00' } }, Date.UTC(2026, 0, 5, 2)).call('201')).to.equal('goes');
  });

  it('stands before calls of handsets: the call is refused, has its entry, and an alarm says why', async () => {
    const classes = [{ name: 'standard', foreign: true }];
    const office = new Office({
      trunks: [trunk],
      outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], classes, guard: { perHourOfHandset: 1 } },
    });
    const first = await office.dials('201', '0004930901820');
    first.cancel();
    await settled();
    const refused = await office.dials('201', '0004930901820');
    expect(refused.final?.status).to.equal(603);
    expect(office.ledger.ended.at(-1)?.entry.end).to.include({ by: 'halina', reason: 'refused' });
    expect(office.alarms.list()[0]).to.include({ code: 'FRAUD_GUARD' });
    const urgent = await office.dials('201', '112');
    expect(urgent.final?.status).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { TrunkHealth } from '../../../src/calls/trunks/health.js';
import type { RequestOptions } from '../../../src/calls/sip-port.js';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import { office as parsed } from '../../support/calls/config.js';
import { Office, settled } from '../../support/calls/office.js';
import { response, ScriptedSip } from '../../support/calls/scripted-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const NUMBER = '+48601234567';
const first = { name: 'first', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10' };
const second = { name: 'second', addresses: ['192.0.2.11'], proxy: 'sip:192.0.2.11', callerId: '+48227836000' };
type TrunkInput = NonNullable<ConfigInput['trunks']>[number];

const two = (changes: Partial<TrunkInput> = {}, more: Partial<ConfigInput> = {}): Office =>
  new Office({
    trunks: [{ ...first, ...changes }, second],
    outbound: { routes: [{ prefix: '0', strip: 1, trunks: ['first', 'second'] }] },
    ...more,
  });

describe('a call that several trunks could take', () => {
  for (const status of [408, 500, 502, 503, 504, 401, 403])
    it(`goes by the second where the first answers ${status}; the entry names the one that took it`, async () => {
      const office = two();
      const handset = await office.dials('201', '0601234567');
      expect(office.sip.to(NUMBER).options.nextHop).to.equal('sip:192.0.2.10');
      office.sip.to(NUMBER).refuse(status);
      await settled();
      expect(office.sip.invites).to.have.length(2);
      expect(office.sip.to(NUMBER).options.nextHop).to.equal('sip:192.0.2.11');
      expect(office.sip.to(NUMBER).options.sdp, 'the same offer').to.equal(office.sip.invites[0]?.options.sdp);
      await office.answer(NUMBER);
      expect(handset.final?.status).to.equal(200);
      expect(office.calls.calls[0]).to.include({ trunk: 'second' });
      handset.dialog?.hangUp();
      await settled();
      expect(office.entry).to.include({ trunk: 'second' });
    });

  for (const status of [404, 480, 486, 487, 603])
    it(`ends where the callee answered ${status}`, async () => {
      const office = two();
      const handset = await office.dials('201', '0601234567');
      office.sip.to(NUMBER).refuse(status);
      await settled();
      expect(office.sip.invites).to.have.length(1);
      expect(handset.final?.status).to.be.within(400, 699);
    });

  it('takes a channel of the trunk that took it, while the two talk too', async () => {
    const office = new Office({
      trunks: [first, { ...second, maxCalls: 1 }],
      outbound: { routes: [{ prefix: '0', strip: 1, trunks: ['first', 'second'] }] },
    });
    for (const extension of ['201', '202']) {
      await office.dials(extension, '0601234567');
      office.sip.to(NUMBER).refuse(503);
      await settled();
      if (extension === '201') await office.answer(NUMBER);
    }
    expect(office.sip.invites.map(({ options }) => options.nextHop)).to.deep.equal([
      'sip:192.0.2.10',
      'sip:192.0.2.11',
      'sip:192.0.2.10',
    ]);
  });

  it('stays with a trunk by which the callee rang', async () => {
    const office = two();
    const handset = await office.dials('201', '0601234567');
    office.sip.to(NUMBER).progress(180);
    office.sip.to(NUMBER).refuse(503);
    await settled();
    expect(office.sip.invites).to.have.length(1);
    expect(handset.final?.status).to.equal(503);
  });

  it('ends with the refusal of the last', async () => {
    const office = two();
    const handset = await office.dials('201', '0601234567');
    office.sip.to(NUMBER).refuse(500);
    await settled();
    office.sip.to(NUMBER).refuse(504);
    await settled();
    expect(handset.final?.status).to.equal(504);
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('leaves a provider that is silent within seconds, if it does not answer OPTIONS either', async () => {
    const office = two();
    await office.dials('201', '0601234567');
    office.sip.answer = () => new Promise(() => undefined);
    await office.pass(4_000);
    expect(office.sip.requests.at(-1)).to.include({ method: 'OPTIONS', nextHop: 'sip:192.0.2.10' });
    expect(office.sip.invites, 'it is asked first').to.have.length(1);
    await office.pass(4_000);
    expect(office.sip.invites[0]?.cancelled).to.not.equal(undefined);
    expect(office.sip.to(NUMBER).options.nextHop).to.equal('sip:192.0.2.11');
  });

  it('waits for a provider that only takes its time', async () => {
    const office = two();
    await office.dials('201', '0601234567');
    for (let n = 0; n < 20; n++) await office.pass(1_000);
    expect(office.sip.invites).to.have.length(1);
    await office.answer(NUMBER);
    expect(office.calls.calls[0]).to.include({ trunk: 'first' });
  });

  it('is not sent on when its caller gave up', async () => {
    const office = two();
    const handset = await office.dials('201', '0601234567');
    handset.cancel();
    await settled();
    office.sip.to(NUMBER).refuse(503);
    await settled();
    expect(office.sip.invites).to.have.length(1);
  });

  it('goes by the next trunk where the first has no channel left, and is refused where none has', async () => {
    const office = two({ maxCalls: 1 });
    await office.dials('201', '0601234567');
    await office.dials('202', '0601234568');
    expect(office.sip.to('+48601234568').options.nextHop).to.equal('sip:192.0.2.11');
    const full = two({ maxCalls: 1 }, { trunks: [{ ...first, maxCalls: 1, aboveLimit: 'unavailable' }] , outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'first' }] } }); // prettier-ignore
    await full.dials('201', '0601234567');
    const refused = await full.dials('202', '0601234568');
    expect(refused.final).to.deep.include({ status: 503 });
    expect(refused.final?.headers).to.include({ 'Retry-After': '30' });
    expect(full.entry).to.include({ trunk: 'first' });
    const caller = await full.callerCalls();
    expect(caller.final?.status, 'from outside').to.equal(503);
  });

  it('hides the number where the handset says so, by its own INVITE too', async () => {
    const office = two({}, { handsets: [{ extension: '201', password: 'secret', withhold: true, callerId: '+48227836001' }] }); // prettier-ignore
    await office.dials('201', '0601234567');
    const { headers } = office.sip.to(NUMBER).options;
    expect(headers).to.include({ Privacy: 'id', From: '"Anonymous" <sip:anonymous@anonymous.invalid>' });
    expect(headers?.['P-Asserted-Identity']).to.contain('+48227836001');
  });
});

describe('the health of trunks', () => {
  function scene(every: string) {
    const clock = new VirtualClock();
    const sip = new ScriptedSip();
    const alarms = new Alarms(clock, silentLog);
    const config = parsed({ trunks: [{ ...first, health: { every } }, second], outbound: {} });
    const health = new TrunkHealth({ trunks: config.trunks, sip, clock, alarms });
    const answer = (status: number | undefined): void => {
      sip.answer = (_options: RequestOptions) =>
        status === undefined ? new Promise(() => undefined) : Promise.resolve(response(status));
    };
    const pass = async (ms: number): Promise<void> => {
      clock.advance(ms);
      await settled();
    };
    const [one, other] = config.trunks;
    if (!one || !other) throw new Error('two trunks');
    return { clock, sip, alarms, health, answer, pass, one, other };
  }

  it('is asked by OPTIONS; three without an answer mark it down, one with marks it up', async () => {
    const { sip, alarms, health, answer, pass, one, other } = scene('30s');
    answer(405);
    health.start();
    await settled();
    expect(health.of(one), 'a refusal is an answer').to.include({ state: 'up' });
    answer(undefined);
    for (let n = 0; n < 3; n++) {
      expect(health.of(one).state).to.equal('up');
      await pass(30_000);
      await pass(4_000);
    }
    expect(health.of(one)).to.include({ state: 'down', failures: 3 });
    expect(alarms.list()).to.have.length(1);
    expect(alarms.list()[0]).to.include({ code: 'TRUNK_DOWN', subject: 'first' });
    expect(health.sort([one, other]).map(({ name }) => name)).to.deep.equal(['second', 'first']);
    const asked = sip.requests.length;
    answer(200);
    await pass(10_000);
    expect(sip.requests).to.have.length(asked + 1);
    expect(health.of(one)).to.include({ state: 'up', failures: 0 });
    expect(alarms.list()).to.deep.equal([]);
    health.close();
  });

  it('follows from calls too, and who is never asked otherwise is asked while it is down', async () => {
    const { clock, sip, health, answer, pass, one } = scene('0s');
    health.start();
    expect(clock.pendingTimers).to.equal(0);
    answer(503);
    for (let n = 0; n < 3; n++) health.failed(one);
    expect(health.of(one).state).to.equal('down');
    await pass(10_000);
    expect(sip.requests).to.have.length(1);
    answer(200);
    await pass(10_000);
    expect(health.of(one).state).to.equal('up');
    await pass(100_000);
    expect(sip.requests).to.have.length(2);
    expect(clock.pendingTimers).to.equal(0);
  });
});

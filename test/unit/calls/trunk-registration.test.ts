import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import { parseAuthFields } from '../../../src/calls/digest/field.js';
import { nextStep, type Outcome, type Progress } from '../../../src/calls/trunks/registration-steps.js';
import { TrunkRegistration } from '../../../src/calls/trunks/registration.js';
import { Trunks } from '../../../src/calls/trunks/trunks.js';
import type { Headers } from '../../../src/calls/sip-port.js';
import { office } from '../../support/calls/config.js';
import { FakeSip, settled } from '../../support/calls/fake-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const CHALLENGE = { 'WWW-Authenticate': 'Digest realm="p", nonce="n1", algorithm=MD5, qop="auth"' };

interface Scene {
  readonly clock: VirtualClock;
  readonly sip: FakeSip;
  readonly registration: TrunkRegistration;
  readonly states: string[];
  /** Answers the open REGISTER. */
  reply(status: number, headers?: Record<string, string>): Promise<void>;
  /** Value of a header of the last REGISTER. */
  sent(name: string): string | undefined;
}

function scene(): Scene {
  const clock = new VirtualClock();
  const sip = new FakeSip();
  const [trunk] = office({
    trunks: [{ name: 'p', proxy: 'sip:192.0.2.1', domain: 'provider.example', register: { username: '4822', password: 'x' } }],
    outbound: {},
  }).trunks; // prettier-ignore
  if (!trunk) throw new Error('no trunk');
  const states: string[] = [];
  const registration = new TrunkRegistration({
    trunk,
    credentials: { username: '4822', password: 'geheim' },
    expires: 3600,
    sip,
    clock,
    random: () => 0.5,
    onChange: (state) => states.push(state.kind),
  });
  const reply = (status: number, headers: Record<string, string> = {}): Promise<void> => sip.reply({ status, headers });
  const sent = (name: string): string | undefined => {
    const value = sip.last?.headers?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { clock, sip, registration, states, reply, sent };
}

describe('the registration at a provider', () => {
  it('is asked for, proved, and kept up at about 80 % of its time with the same Call-ID and rising CSeq', async () => {
    const one = scene();
    one.registration.start();
    expect(one.sip.last).to.include({ method: 'REGISTER', uri: 'sip:provider.example', nextHop: 'sip:192.0.2.1' });
    expect(one.sent('Expires')).to.equal('3600');
    expect(one.sent('CSeq')).to.equal('1 REGISTER');
    expect(one.sent('To')).to.equal('<sip:4822@provider.example>');
    const callId = one.sent('Call-ID');
    await one.reply(401, CHALLENGE);
    const credentials = parseAuthFields(one.sent('Authorization'))[0]?.parameters;
    expect(credentials?.get('username')).to.equal('4822');
    expect(credentials?.get('uri')).to.equal('sip:provider.example');
    expect(credentials?.get('nc')).to.equal('00000001');
    const contact = one.sent('Contact') ?? '';
    await one.reply(200, { Contact: `<sip:other@192.0.2.9>;expires=60, ${contact};expires=1000` });
    expect(one.registration.state).to.deep.equal({ kind: 'registered', until: one.clock.now() + 1_000_000 });
    one.clock.advance(759_999);
    expect(one.sip.sent).to.have.length(2);
    one.clock.advance(1);
    expect(one.sip.sent).to.have.length(3);
    expect(one.sent('CSeq')).to.equal('3 REGISTER');
    expect(one.sent('Call-ID')).to.equal(callId);
    await one.reply(200, { Expires: '100' });
    expect(one.states).to.deep.equal(['registering', 'registered', 'registered']);
  });

  it('asks for longer when the provider wants it', async () => {
    const one = scene();
    one.registration.start();
    await one.reply(423, { 'Min-Expires': '7200' });
    expect(one.sent('Expires')).to.equal('7200');
    await one.reply(200);
    expect(one.registration.state).to.deep.equal({ kind: 'registered', until: one.clock.now() + 7_200_000 });
  });

  it('takes a new nonce when the old was too old, but not for ever', async () => {
    const one = scene();
    const stale = { 'WWW-Authenticate': 'Digest realm="p", nonce="n2", stale=true' };
    one.registration.start();
    for (let i = 0; i < 4; i++) await one.reply(401, stale);
    expect(one.sip.sent).to.have.length(4);
    expect(one.registration.state.kind).to.equal('failed');
  });

  it('with wrong credentials is tried again ever more rarely', async () => {
    const one = scene();
    one.registration.start();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      await one.reply(401, CHALLENGE);
      await one.reply(403);
      const { state } = one.registration;
      expect(state.kind === 'failed' && state.status).to.equal(403);
      const [before, count] = [one.clock.monotonic(), one.sip.sent.length];
      while (one.sip.sent.length === count) one.clock.advance(60_000);
      waits.push((one.clock.monotonic() - before) / 60_000);
      await settled();
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('is tried again soon when the provider is away, and holds meanwhile what it has', async () => {
    const one = scene();
    one.registration.start();
    await one.reply(200);
    const until = one.clock.now() + 3_600_000;
    one.clock.advance(3_000_000);
    await one.sip.reply(new HalinaError('SIP_SERVER_LOST', 'gone'));
    expect(one.registration.state).to.include({ kind: 'failed', until, status: undefined });
    one.clock.advance(5_000);
    await one.reply(503, { 'Retry-After': '120 (maintenance)' });
    one.clock.advance(119_999);
    const count = one.sip.sent.length;
    one.clock.advance(1);
    expect(one.sip.sent).to.have.length(count + 1);
    one.clock.advance(3_600_000);
    await one.reply(408);
    expect(one.registration.state).to.include({ kind: 'failed', until: undefined, status: 408 });
  });

  it('is taken back at the stop', async () => {
    const one = scene();
    one.registration.start();
    await one.reply(200);
    const stopped = one.registration.stop();
    expect(one.sent('Expires')).to.equal('0');
    await one.reply(401, CHALLENGE);
    expect(one.sent('Expires')).to.equal('0');
    expect(one.sent('Authorization')).to.contain('nc=00000001');
    await one.reply(200);
    await stopped;
    expect(one.registration.state).to.deep.equal({ kind: 'stopped' });
    expect(one.clock.pendingTimers).to.equal(0);
  });

  it('does not hold up the stop when the provider is silent', async () => {
    const one = scene();
    one.registration.start();
    const stopped = one.registration.stop();
    one.clock.advance(2_000);
    await stopped;
    await one.reply(200);
    expect(one.registration.state, 'an answer that comes too late').to.deep.equal({ kind: 'stopped' });
  });

  it('is asked for at once when the SIP server is back', async () => {
    const one = scene();
    one.registration.start();
    await one.sip.reply(new HalinaError('SIP_SERVER_LOST', 'gone'));
    one.registration.start();
    expect(one.sip.sent).to.have.length(2);
    await one.reply(200);
    expect(one.clock.pendingTimers, 'one refresh, no second try').to.equal(1);
  });
});

describe('the next step of a registration', () => {
  const fresh: Progress = { expires: 3600, answered: 0, failures: 0 };
  const answer = (status: number, more: Partial<Outcome & { kind: 'response' }> = {}): Outcome => ({
    kind: 'response',
    status,
    granted: undefined,
    minExpires: undefined,
    retryAfter: undefined,
    challenge: 'none',
    ...more,
  });
  const table: [string, Progress, Outcome, object][] = [
    ['a short time granted', fresh, answer(200, { granted: 30 }), { kind: 'registered', refreshMs: 24_000 }],
    ['no time granted', fresh, answer(200, { granted: 0 }), { kind: 'failed', retryMs: 5_000, permanent: false }],
    ['a challenge', fresh, answer(407, { challenge: 'answerable' }), { kind: 'repeat', withCredentials: true }],
    ['a challenge of an unknown kind', fresh, answer(401), { kind: 'failed', permanent: true, retryMs: 60_000 }],
    ['a second challenge', { ...fresh, answered: 1 }, answer(401, { challenge: 'answerable' }), { kind: 'failed', permanent: true }],
    ['423 with less than we asked', fresh, answer(423, { minExpires: 60 }), { kind: 'failed', permanent: true }],
    ['423 with nonsense', fresh, answer(423, { minExpires: 999_999_999 }), { kind: 'failed', permanent: true }],
    ['404', fresh, answer(404), { kind: 'failed', permanent: true, retryMs: 60_000 }],
    ['302', fresh, answer(302), { kind: 'failed', permanent: true }],
    ['500 after three failures', { ...fresh, failures: 3 }, answer(500), { kind: 'failed', permanent: false, retryMs: 40_000 }],
    ['500 after a hundred failures', { ...fresh, failures: 100 }, answer(500), { kind: 'failed', retryMs: 300_000 }],
    ['503 that wants a day', fresh, answer(503, { retryAfter: 86_400 }), { kind: 'failed', retryMs: 3_600_000 }],
    ['no server', fresh, { kind: 'error', message: 'gone' }, { kind: 'failed', permanent: false, reason: 'gone' }],
  ]; // prettier-ignore
  for (const [name, progress, outcome, expected] of table) {
    it(`after ${name}`, () => expect(nextStep(progress, outcome)).to.include(expected));
  }
});

const proxies = ['sip:192.0.2.1;transport=tcp', 'sip:192.0.2.2;transport=tcp'];

function flows() {
  const clock = new VirtualClock();
  const sip = new FakeSip();
  const states: string[] = [];
  const [proxy = '', ...others] = proxies;
  const { trunks } = office({
    trunks: [{ name: 'p', proxy, domain: 'provider.example', register: { username: '4822', password: 'x', flows: others } }],
    outbound: {},
  }); // prettier-ignore
  const trunksOf = (instance: string): Trunks =>
    new Trunks({
      trunks,
      sip,
      clock,
      secret: String,
      instance,
      onRegistration: (_, state) => states.push(state.kind),
    });
  return { clock, sip, states, trunksOf };
}

describe('a trunk with several flows to its provider (RFC 5626)', () => {
  const contact = (headers: Headers | undefined): string => String(headers?.['Contact']);

  it('is registered by each, as one instance, the same after a restart', async () => {
    const { sip, trunksOf, states } = flows();
    const made = trunksOf('here');
    await made.start();
    const sent = sip.sent.map(({ nextHop, headers }) => ({ nextHop, contact: contact(headers), headers }));
    expect(sent.map(({ nextHop }) => nextHop)).to.deep.equal(proxies);
    expect(sent.map((one) => /;reg-id=(\d)$/.exec(one.contact)?.[1])).to.deep.equal(['1', '2']);
    const instances = new Set(sent.map((one) => /\+sip\.instance="<(urn:uuid:[0-9a-f-]{36})>"/.exec(one.contact)?.[1]));
    expect(instances.size).to.equal(1);
    expect(sent[0]?.headers).to.include({ Supported: 'path, outbound' });
    await sip.reply({ status: 200, headers: { Expires: '3600' } });
    expect(made.registrations().get('p')?.kind).to.equal('registered');
    expect(states.at(-1)).to.equal('registered');

    const again = flows();
    await again.trunksOf('here').start();
    expect(contact(again.sip.sent[0]?.headers)).to.include([...instances][0]);
    const elsewhere = flows();
    await elsewhere.trunksOf('there').start();
    expect(contact(elsewhere.sip.sent[0]?.headers)).to.not.include([...instances][0]);
  });

  it('knows calls by either, and sends its own by the one that stands', async () => {
    const { sip, trunksOf } = flows();
    const made = trunksOf('here');
    await made.start();
    expect(made.doors().lines).to.have.length(2);
    const uris = sip.sent.map(({ headers }) => /<([^>]+)>/.exec(contact(headers))?.[1] ?? '');
    const source = { protocol: 'tcp', address: '198.51.100.7', port: 5060 } as const;
    for (const uri of uris) expect(made.trunkOf({ uri, source })?.name).to.equal('p');
    expect(made.trunkOf({ uri: 'sip:4822@192.0.2.9', source })).to.equal(undefined);
    await sip.reply({ status: 503 });
    await sip.reply({ status: 200, headers: { Expires: '3600' } });
    const ways = made.ways(['p'], { number: '+48601234567', callerId: undefined });
    expect(ways.map(({ target }) => target.nextHop)).to.deep.equal(proxies.toReversed());
    expect(new Set(ways.map(({ trunk }) => trunk.name))).to.deep.equal(new Set(['p']));
    expect(ways.map(({ target }) => target.uri)).to.deep.equal(Array(2).fill('sip:+48601234567@provider.example'));
  });
});

describe('a registration whose connection is gone', () => {
  it('is that of the flow by whose proxy it went, and of no other (RFC 5626 § 4.5)', async () => {
    const { clock, sip, trunksOf } = flows();
    const made = trunksOf('here');
    await made.start();
    for (const _ of proxies) await sip.reply({ status: 200, headers: { Expires: '3600' } });
    made.connectionLost('192.0.2.2');
    clock.advance(31_000);
    expect(sip.sent.slice(proxies.length).map(({ nextHop }) => nextHop)).to.deep.equal([proxies[1]]);
  });

  it('is made again soon, though not at once after it was made', async () => {
    const one = scene();
    one.registration.start();
    await one.reply(200, { Expires: '3600' });
    one.registration.lost();
    one.registration.lost();
    one.clock.advance(30_499);
    expect(one.sip.sent).to.have.length(1);
    one.clock.advance(1);
    expect(one.sip.sent).to.have.length(2);
    await one.reply(200, { Expires: '3600' });
    one.clock.advance(600_000);
    one.registration.lost();
    one.clock.advance(500);
    expect(one.sip.sent).to.have.length(3);
    await one.reply(503);
    one.registration.lost();
    one.clock.advance(4_999);
    expect(one.sip.sent, 'as after every failure').to.have.length(3);
    one.clock.advance(1);
    expect(one.sip.sent).to.have.length(4);
  });
});

import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import type { Binding } from '../../../src/calls/ports.js';
import { FakeRequest } from '../../support/calls/fake-request.js';
import { settled } from '../../support/calls/fake-sip.js';
import { MemoryBindings } from '../../support/calls/memory-bindings.js';
import { RegisteringHandset, scene } from '../../support/calls/registering.js';

const stored = (changes: Partial<Binding>): Binding => ({
  extension: '201',
  contact: 'sip:201@192.0.2.50',
  protocol: 'udp',
  sourceAddress: '192.0.2.50',
  sourcePort: 5060,
  callId: 'before',
  cseq: 7,
  expiresAt: Date.UTC(2026, 0, 5, 8) + 100_000,
  ...changes,
});

describe('a handset that registers', () => {
  it('is challenged, then bound, and told its contacts with their expiry', () => {
    const { registrar, changes } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    const first = phone.send();
    expect(first.answer?.status).to.equal(401);
    expect(registrar.bindings('201')).to.deep.equal([]);
    const second = phone.answering(first);
    expect(second.answer?.status).to.equal(200);
    expect(second.answerHeader('Contact')).to.equal('<sip:201@192.0.2.50>;expires=300');
    expect(second.answerHeader('Date')).to.equal('Mon, 05 Jan 2026 08:00:00 GMT');
    expect(registrar.bindings('201')).to.have.length(1);
    expect(registrar.bindings('201')[0]).to.include({ userAgent: 'Desk Phone 7', callId: 'reg-201', cseq: 2 });
    expect(changes).to.deep.equal(['added sip:201@192.0.2.50']);
  });

  it('keeps its nonce for the next time', () => {
    const { registrar, changes } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    const challenged = phone.send();
    expect(phone.answering(challenged).answer?.status).to.equal(200);
    expect(phone.answering(challenged).answer?.status).to.equal(200);
    expect(changes.at(-1)).to.equal('refreshed sip:201@192.0.2.50');
  });

  it('is known since when it has been there, and when it was there last', () => {
    const { registrar, clock } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(registrar.goneAt('201')).to.equal(undefined);
    phone.register();
    const since = clock.now();
    clock.advance(200_000);
    phone.register();
    expect(registrar.bindings('201')[0]).to.include({ since });
    clock.advance(300_000);
    expect(registrar.goneAt('201')).to.equal(clock.now());
    phone.register();
    expect(registrar.bindings('201')[0]).to.include({ since: clock.now() });
  });

  it('is forgotten when its time is over, but not when the wall clock is set', () => {
    const { registrar, clock, changes, store } = scene();
    new RegisteringHandset(registrar, '201').register();
    const now = clock.now.bind(clock);
    clock.now = () => now() + 86_400_000;
    clock.advance(299_000);
    expect(registrar.bindings('201')).to.have.length(1);
    clock.advance(1_000);
    expect(registrar.bindings('201')).to.deep.equal([]);
    expect(changes.at(-1)).to.equal('expired sip:201@192.0.2.50');
    expect(store.kept.size).to.equal(0);
  });

  it('may ask for less, more, or nothing sensible', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    const brief = phone.register({ Expires: '59' });
    expect(brief.answer?.status).to.equal(423);
    expect(brief.answerHeader('Min-Expires')).to.equal('60');
    expect(registrar.bindings('201')).to.deep.equal([]);
    const granted = (headers: Record<string, string | undefined>): string | undefined =>
      phone.register(headers).answerHeader('Contact')?.split('expires=')[1];
    expect(granted({ Expires: '60' })).to.equal('60');
    expect(granted({ Expires: '1000000' })).to.equal('7200');
    expect(granted({ Expires: undefined })).to.equal('3600');
    expect(granted({ Expires: 'soon' })).to.equal('3600');
    expect(granted({ Expires: '60', Contact: '<sip:201@192.0.2.50>;expires=120' }), 'the contact first').to.equal(
      '120',
    );
  });

  it('may unregister one contact, or all', () => {
    const { registrar, store } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    const contacts = '<sip:201@192.0.2.50>, "Softphone" <sip:201@192.0.2.51:5070;transport=udp>';
    phone.register({ Contact: contacts });
    expect(registrar.bindings('201')).to.have.length(2);
    const left = phone.register({ Contact: '<sip:201@192.0.2.50>;expires=0' });
    expect(left.answerHeader('Contact')).to.equal('<sip:201@192.0.2.51:5070;transport=udp>;expires=300');
    expect(phone.register({ Contact: '*', Expires: '10' }).answer?.status).to.equal(400);
    const none = phone.register({ Contact: '*', Expires: '0' });
    expect(none.answer?.status).to.equal(200);
    expect(none.answerHeader('Contact')).to.equal(undefined);
    expect(registrar.bindings('201')).to.deep.equal([]);
    expect(store.kept.size).to.equal(0);
  });

  it('may ask which contacts it has', () => {
    const { registrar, clock } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    phone.register();
    clock.advance(100_000);
    const asked = phone.register({ Contact: undefined, Expires: undefined });
    expect(asked.answerHeader('Contact')).to.equal('<sip:201@192.0.2.50>;expires=200');
  });

  it('may have several contacts; above the limit the one that was silent longest goes', () => {
    const { registrar, clock, changes } = scene({ mostContacts: 2 });
    const phone = new RegisteringHandset(registrar, '201');
    for (const port of [1, 2]) phone.register({ Contact: `<sip:201@192.0.2.50:${port}>` });
    clock.advance(1000);
    phone.register({ Contact: '<sip:201@192.0.2.50:1>' });
    phone.register({ Contact: '<sip:201@192.0.2.50:3>' });
    expect(registrar.bindings('201').map((one) => one.contact)).to.deep.equal([
      'sip:201@192.0.2.50:3',
      'sip:201@192.0.2.50:1',
    ]);
    expect(changes.at(-1)).to.equal('removed sip:201@192.0.2.50:2');
  });

  it('cannot be overtaken by an older REGISTER of the same call; a new call begins anew', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    phone.register({ CSeq: '10 REGISTER' });
    const contacts = '<sip:201@192.0.2.50>;expires=0, <sip:201@192.0.2.77>';
    expect(phone.register({ CSeq: '10 REGISTER', Contact: contacts }).answer?.status).to.equal(500);
    expect(registrar.bindings('201'), 'all or nothing').to.have.length(1);
    expect(phone.register({ CSeq: '3 REGISTER', 'Call-ID': 'rebooted' }).answer?.status).to.equal(200);
    expect(registrar.bindings('201')[0]).to.include({ cseq: 3, callId: 'rebooted' });
  });

  it('may not register for another extension', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(phone.register({ To: '<sip:202@halina.example>' }).answer?.status).to.equal(403);
    expect(registrar.all()).to.deep.equal([]);
  });

  it('with a broken request is refused, after it has proved itself', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    for (const Contact of ['<sip:>', 'mailto:a@b', '<sip:a@b', Array(11).fill('<sip:a@b>').join(','), ','])
      expect(phone.register({ Contact }).answer?.status, Contact).to.equal(400);
    expect(phone.register({ CSeq: 'x REGISTER' }).answer?.status).to.equal(400);
    expect(phone.send({ Require: 'gruu' }).answer).to.deep.equal({ status: 420, headers: { Unsupported: 'gruu' } });
  });

  it('loses its binding when the configuration has it no more', () => {
    const passwords = new Map([['201', 'secret-201']]);
    const { registrar, changes } = scene({ password: (extension) => passwords.get(extension) });
    new RegisteringHandset(registrar, '201').register();
    passwords.clear();
    registrar.handsetsChanged();
    expect(registrar.all()).to.deep.equal([]);
    expect(changes.at(-1)).to.equal('removed sip:201@192.0.2.50');
  });
});

describe('a call to a handset', () => {
  const target = (contact: string, source = {}): string | undefined => {
    const { registrar } = scene();
    new RegisteringHandset(registrar, '201', { source }).register({ Contact: `<${contact}>` });
    return registrar.targets('201')[0]?.nextHop;
  };

  it('goes to the source of its REGISTER where it is behind NAT', () => {
    expect(target('sip:201@10.1.2.3:5060', { port: 40_000 })).to.equal('sip:192.0.2.50:40000;transport=udp');
  });

  it('has nothing in its Request-URI that may not stand there, and is told its contact as it said it', async () => {
    const { registrar, sip, clock } = scene();
    const contact = 'sip:201@10.1.2.3:5070;method=BYE;ob?Replaces=x%3Bto-tag%3Dy&body=z';
    const phone = new RegisteringHandset(registrar, '201');
    const granted = phone.register({ Contact: `<${contact}>` }).answer?.headers?.['Contact'];
    expect(granted).to.deep.equal([`<${contact}>;expires=300`]);
    expect(registrar.targets('201').map(({ uri }) => uri)).to.deep.equal(['sip:201@10.1.2.3:5070;ob']);
    clock.advance(30_000);
    await settled();
    expect(sip.sent[0], 'OPTIONS').to.include({ uri: 'sip:201@10.1.2.3:5070;ob' });
  });

  it('goes along its connection where it has one', () => {
    expect(target('sip:201@192.0.2.50;transport=tcp', { protocol: 'tcp', port: 40_001 })).to.equal(
      'sip:192.0.2.50:40001;transport=tcp',
    );
  });

  it('goes to the port that it names where it names its own address', () => {
    expect(target('sip:201@192.0.2.50:5080', { port: 40_000 })).to.equal('sip:192.0.2.50:5080;transport=udp');
    expect(target('sip:201@192.0.2.50', { port: 40_000 })).to.equal('sip:192.0.2.50:5060;transport=udp');
    expect(target('sip:201@[2001:db8::5]', { address: '2001:db8::5' })).to.equal(
      'sip:[2001:db8::5]:5060;transport=udp',
    );
  });
});

describe('registrations over a restart', () => {
  it('are taken up, but for those that are over, void or of nobody', async () => {
    const good = stored({});
    const store = new MemoryBindings(
      good,
      stored({ contact: 'sip:201@192.0.2.51', protocol: 'tcp' }),
      stored({ contact: 'sip:201@192.0.2.52', protocol: 'wss' }),
      stored({ contact: 'sip:201@192.0.2.53', expiresAt: Date.UTC(2026, 0, 5, 8) }),
      stored({ extension: '299', contact: 'sip:299@192.0.2.54' }),
    );
    const { registrar, clock } = scene({ store });
    await registrar.start();
    await registrar.close();
    expect(registrar.bindings('201')).to.deep.equal([good]);
    expect([...store.kept.values()]).to.deep.equal([good]);
    clock.advance(100_000);
  });

  it('end at their time', async () => {
    const { registrar, clock } = scene({ store: new MemoryBindings(stored({})) });
    await registrar.start();
    clock.advance(99_999);
    expect(registrar.bindings('201')).to.have.length(1);
    clock.advance(1);
    expect(registrar.bindings('201')).to.deep.equal([]);
  });

  it('work on when they cannot be stored', async () => {
    const { registrar, store } = scene();
    store.broken = true;
    expect(new RegisteringHandset(registrar, '201').register().answer?.status).to.equal(200);
    await registrar.close();
    expect(registrar.bindings('201')).to.have.length(1);
  });
});

describe('the way to a handset behind NAT', () => {
  const nat = { Contact: '<sip:201@10.1.2.3>', Expires: '3600' };
  /** Until the n-th OPTIONS was sent. */
  async function options(one: ReturnType<typeof scene>, n: number): Promise<void> {
    for (let i = 0; i < 120 && one.sip.sent.length < n; i++) {
      one.clock.advance(1000);
      await settled();
    }
    expect(one.sip.sent, 'OPTIONS').to.have.length(n);
  }

  it('is held open by OPTIONS less than 30 s apart', async () => {
    const one = scene();
    one.sip.answer = () => ({ status: 404 });
    new RegisteringHandset(one.registrar, '201').register(nat);
    for (let s = 0; s < 300; s++) {
      one.clock.advance(1000);
      await settled();
    }
    expect(one.sip.sent.length).to.be.within(11, 13);
    expect(one.sip.sent[0]).to.include({ method: 'OPTIONS', uri: 'sip:201@10.1.2.3' });
    expect(one.sip.sent[0]?.nextHop).to.equal('sip:192.0.2.50:5060;transport=udp');
    expect(one.registrar.bindings('201')).to.have.length(1);
  });

  it('is given up after two that were not answered, and taken up with the next answer', async () => {
    const one = scene();
    one.sip.answer = () => ({ status: 408 });
    const phone = new RegisteringHandset(one.registrar, '201');
    phone.register(nat);
    await options(one, 1);
    expect(one.registrar.bindings('201')).to.have.length(1);
    await options(one, 2);
    expect(one.registrar.bindings('201')).to.deep.equal([]);
    expect(one.registrar.all()).to.have.length(1);
    expect(one.changes.at(-1)).to.equal('unreachable sip:201@10.1.2.3');
    one.sip.answer = () => ({ status: 200 });
    await options(one, 3);
    expect(one.registrar.bindings('201')).to.have.length(1);
    expect(one.changes.at(-1)).to.equal('reachable sip:201@10.1.2.3');
  });

  it('is believed again after a REGISTER, whatever an older OPTIONS says', async () => {
    const one = scene();
    const phone = new RegisteringHandset(one.registrar, '201');
    phone.register(nat);
    await options(one, 1);
    await one.sip.reply({ status: 408 });
    await options(one, 2);
    phone.register(nat);
    await one.sip.reply({ status: 408 });
    await options(one, 3);
    await one.sip.reply({ status: 408 });
    expect(one.registrar.bindings('201'), 'one silence since the REGISTER').to.have.length(1);
    await options(one, 4);
    await one.sip.reply({ status: 408 });
    expect(one.registrar.bindings('201')).to.deep.equal([]);
    phone.register(nat);
    expect(one.registrar.bindings('201'), 'it is there').to.have.length(1);
  });

  it('is not judged by a break of our own SIP server', async () => {
    const one = scene();
    one.sip.answer = () => new HalinaError('SIP_SERVER_LOST', 'gone');
    new RegisteringHandset(one.registrar, '201').register(nat);
    await options(one, 4);
    expect(one.registrar.bindings('201')).to.have.length(1);
  });

  it('over TCP is void when the connection is gone', async () => {
    const one = scene();
    const phone = new RegisteringHandset(one.registrar, '201', { source: { protocol: 'tcp', port: 40_000 } });
    phone.register();
    const [binding] = one.registrar.bindings('201');
    if (!binding) throw new Error('not bound');
    one.registrar.unreachable(binding);
    expect(one.registrar.all()).to.deep.equal([]);
    one.clock.advance(60_000);
    await settled();
    expect(one.sip.sent).to.deep.equal([]);
  });

  it('needs nothing where the handset is in our network', async () => {
    const one = scene();
    new RegisteringHandset(one.registrar, '201').register();
    one.clock.advance(120_000);
    await settled();
    expect(one.sip.sent).to.deep.equal([]);
  });

  it('leaves no timer behind', async () => {
    const one = scene();
    new RegisteringHandset(one.registrar, '201').register(nat);
    new RegisteringHandset(one.registrar, '202').register();
    await one.registrar.close();
    expect(one.clock.pendingTimers).to.equal(0);
  });
});

describe('an INVITE of a handset', () => {
  it('proves itself as a REGISTER does', () => {
    const { registrar } = scene();
    const invite = new FakeRequest('INVITE', 'sip:0601234567@halina.example', { From: '<sip:201@h>;tag=a' });
    expect(registrar.authenticate(invite)).to.equal(undefined);
    expect(invite.answer?.status).to.equal(401);
  });
});

import { expect } from 'chai';
import { defaultPolicy, Throttle } from '../../../src/calls/registrar/throttle.js';
import { RegisteringHandset, scene, type Scene } from '../../support/calls/registering.js';
import type { FakeRequest } from '../../support/calls/fake-request.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const thief = { address: '203.0.113.66' };

/** Guesses until there is no answer, each after the answer to the one before; gives how long each answer took. */
function guess(one: Scene, extension: string, times: number): (number | undefined)[] {
  const phone = new RegisteringHandset(one.registrar, extension, { password: 'guess', source: thief });
  return Array.from({ length: times }, () => {
    const challenged = phone.send();
    if (!challenged.answer) return undefined;
    const began = one.clock.monotonic();
    const wrong = phone.answering(challenged);
    for (let i = 0; i < 200 && !wrong.answer; i++) one.clock.advance(100);
    return wrong.answer ? one.clock.monotonic() - began : undefined;
  });
}

describe('who guesses passwords', () => {
  it('waits longer each time, and then gets no answer', () => {
    const one = scene();
    expect(guess(one, '201', 12)).to.deep.equal([
      0, 0, 500, 1000, 2000, 4000, 8000, 8000, 8000, undefined, undefined, undefined,
    ]); // prettier-ignore
    expect(one.bans).to.deep.equal([thief.address]);
    expect(one.registrar.counters).to.include({ wrong: 10, bans: 1, accepted: 0 });
  });

  it('learns nothing of which extensions there are', () => {
    const [known, unknown] = [scene(), scene()];
    expect(guess(known, '201', 12)).to.deep.equal(guess(unknown, '999', 12));
    const answers = (one: Scene, extension: string): (FakeRequest['answer'] | undefined)[] => {
      const phone = new RegisteringHandset(one.registrar, extension, { password: 'x' });
      const challenged = phone.send();
      return [challenged.answer, phone.answering(challenged).answer];
    };
    const shape = (list: ReturnType<typeof answers>): string => JSON.stringify(list).replaceAll(/nonce=\\"[^"]*"/g, '');
    expect(shape(answers(scene(), '201'))).to.equal(shape(answers(scene(), '999')));
  });

  it('is banned with the right password, too, and may come again later', () => {
    const one = scene();
    guess(one, '201', 10);
    const owner = new RegisteringHandset(one.registrar, '202', { source: thief });
    expect(owner.send().abandoned).to.equal(true);
    expect(one.registrar.isBanned(thief.address)).to.equal(true);
    one.clock.advance(defaultPolicy.banMs);
    expect(one.registrar.isBanned(thief.address)).to.equal(false);
    expect(owner.register().answer?.status).to.equal(200);
  });

  it('behind an address with handsets of ours is banned alone', () => {
    const one = scene();
    const neighbour = new RegisteringHandset(one.registrar, '202', { source: thief });
    neighbour.register();
    expect(guess(one, '201', 11).at(-1)).to.equal(undefined);
    expect(one.bans).to.deep.equal([]);
    const renewed = neighbour.register();
    expect(renewed.answer?.status).to.equal(200);
    expect(new RegisteringHandset(one.registrar, '201', { source: thief }).send().answer?.status, 'not yet proved').to.equal(401); // prettier-ignore
    expect(new RegisteringHandset(one.registrar, '201', { source: thief }).register().abandoned).to.equal(true);
  });

  it('from another address does not hinder the owner', () => {
    const one = scene();
    guess(one, '201', 10);
    expect(new RegisteringHandset(one.registrar, '201').register().answer?.status).to.equal(200);
  });

  it('is forgiven when the right password comes, where handsets of ours are', () => {
    const one = scene();
    new RegisteringHandset(one.registrar, '202', { source: thief }).register();
    for (let round = 0; round < 3; round++) {
      expect(guess(one, '201', 9)).not.to.include(undefined);
      const owner = new RegisteringHandset(one.registrar, '201', { source: thief });
      expect(owner.register({ 'Call-ID': `round-${round}` }).answer?.status).to.equal(200);
    }
    expect(one.registrar.counters.bans).to.equal(0);
  });

  it('may mistype now and then without being banned', () => {
    const one = scene();
    for (let day = 0; day < 20; day++) {
      expect(guess(one, '201', 1)).to.deep.equal([0]);
      one.clock.advance(defaultPolicy.windowMs);
    }
  });
});

describe('the throttle', () => {
  it('forgets the longest unseen key when there are too many', () => {
    const throttle = new Throttle(new VirtualClock(), { ...defaultPolicy, mostKeys: 2, free: 0 });
    for (const key of ['a', 'b', 'a', 'c']) throttle.failed(key);
    expect(['a', 'b', 'c'].map((key) => throttle.verdict(key).kind)).to.deep.equal(['slow', 'open', 'slow']);
  });

  it('forgives after a success, but lifts no ban', () => {
    const throttle = new Throttle(new VirtualClock(), { ...defaultPolicy, banAfter: 3, free: 0 });
    throttle.failed('a');
    throttle.succeeded('a');
    expect(throttle.verdict('a').kind).to.equal('open');
    for (let i = 0; i < 3; i++) throttle.failed('a');
    throttle.succeeded('a');
    expect(throttle.verdict('a').kind).to.equal('banned');
  });
});

describe('what a client is offered', () => {
  const offered = (request: FakeRequest): string[] =>
    (request.answerHeader('WWW-Authenticate') ?? '').match(/algorithm=[A-Z0-9-]+/g) ?? [];
  const both = ['algorithm=SHA-256', 'algorithm=MD5'];
  const old = ['algorithm=MD5'];

  it('is SHA-256 and MD5, in this order', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    const first = phone.send();
    expect(offered(first)).to.deep.equal(both);
    expect(phone.answering(first).answer?.status).to.equal(200);
    expect(offered(phone.send()), 'it knows SHA-256').to.deep.equal(both);
  });

  it('is MD5 alone after it gave up at the sight of both', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(offered(phone.send())).to.deep.equal(both);
    const second = phone.send();
    expect(offered(second)).to.deep.equal(old);
    expect(phone.answering(second).answer?.status).to.equal(200);
    expect(offered(phone.send()), 'it is remembered').to.deep.equal(old);
    expect(offered(new RegisteringHandset(registrar, '202').send()), 'another').to.deep.equal(both);
  });

  it('is MD5 alone for a handset that is known to give up', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(offered(phone.send({ 'User-Agent': 'baresip v1.0.0 (x86_64/linux)' }))).to.deep.equal(old);
  });

  it('is MD5 first for a client that does not say what it is', () => {
    const { registrar } = scene();
    const phone = new RegisteringHandset(registrar, '201');
    expect(offered(phone.send({ 'User-Agent': undefined }))).to.deep.equal([...both].reverse());
  });

  it('is MD5 alone for a handset that comes with MD5 credentials from before a restart', () => {
    const before = scene();
    const phone = new RegisteringHandset(before.registrar, '201');
    const challenged = phone.send({ 'User-Agent': 'baresip v1.0.0' });
    const after = scene();
    const again = new RegisteringHandset(after.registrar, '201').answering(challenged);
    expect(offered(again)).to.deep.equal(old);
    expect(again.answerHeader('WWW-Authenticate')).to.contain('stale=true');
  });
});

/** Calls from outside on their roads through the office, with scripted peers on virtual time. */
import { expect } from 'chai';
import type { ConfigInput } from '../../../../src/config/schema.js';
import { PROMPT_MS } from '../../../support/calls/fake-media.js';
import { CALLER, Office, OFFICE, settled } from '../../../support/calls/office.js';
import { FakeInvite, PROVIDER, sdpOf } from '../../../support/calls/scripted-sip.js';

const SECOND = 1_000;
const provider = { name: 'provider', addresses: [PROVIDER.address], proxy: `sip:${PROVIDER.address}` };

/** The clock of the tests begins on Monday, 5 January 2026, at 9:00 in Warsaw. */
const base: Partial<ConfigInput> = {
  schedules: [{ name: 'week', week: { mon: ['08:00-16:00'] }, code: '28', switchedBy: ['201'] }],
  hours: [{ name: 'day', schedule: 'week', open: { menu: 'main' }, closed: { announce: 'closed' } }],
  menus: [
    {
      name: 'main',
      say: 'menu',
      keys: { '1': { group: 'desk' }, '2': { handsets: ['203'] }, '3': { queue: 'line' }, '9': { menu: 'main' } },
      wait: '5s',
      times: 2,
      otherwise: { handsets: ['203'] },
    },
  ],
  groups: [{ name: 'desk', members: ['201', '202'], ring: '10s', code: '31', onNoAnswer: { queue: 'line' } }],
  queues: [
    {
      name: 'line',
      agents: ['202'],
      ring: '10s',
      rest: '5s',
      announce: '30s',
      maxWait: '2min',
      maxLength: 2,
      overflow: { announce: 'queue-full' },
    },
  ],
};
const to = (target: NonNullable<NonNullable<ConfigInput['routes']>[number]['to']>): Partial<ConfigInput> => ({
  ...base,
  routes: [{ name: 'office', numbers: ['+48227836000'], to: target, ring: '20s' }],
});

/** A call whose caller has heard the notice. */
async function called(office: Office): Promise<FakeInvite> {
  const invite = await office.callerCalls();
  await office.hearNotice(invite);
  return invite;
}

async function press(office: Office, digit: string): Promise<void> {
  office.session.emit('dtmf', { leg: 'outside', digit, source: 'rtp' });
  await settled();
}

/** What the caller heard, in order. */
const heard = (office: Office): string[] =>
  office.session.done.flatMap((one) => (one.startsWith('play outside ') ? [one.slice('play outside '.length)] : []));
/** Every handset that was rung, in order. */
const rung = (office: Office): string[] =>
  office.sip.invites.map(({ options }) => /sip:(\d+)@/.exec(options.uri)?.[1] ?? options.uri);
const rings = (office: Office): string[] =>
  office.ringing().map(({ options }) => /sip:(\d+)@/.exec(options.uri)?.[1] ?? options.uri);

describe('a call by opening hours', () => {
  it('goes where calls go while it is open', async () => {
    const office = new Office(to({ hours: 'day' }));
    await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'menu']);
  });

  it('hears that it is closed, after the notice, and ends', async () => {
    const office = new Office(to({ hours: 'day' }));
    office.clock.advance(8 * 3600 * SECOND);
    const invite = await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'closed']);
    expect(rings(office)).to.deep.equal([]);
    await office.pass(PROMPT_MS);
    expect(invite.dialog?.ended).to.equal(true);
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
  });

  it('is closed by the night code, which is kept, and open again by the hours', async () => {
    const office = new Office(to({ hours: 'day' }));
    const dial = await office.dials('201', '*28*1%23');
    dial.dialog?.ack();
    await office.pass(0);
    expect(office.session.done).to.include('play outside night-closed');
    expect(office.kept.at(-1)?.night).to.deep.equal({ week: 'closed' });
    await office.pass(PROMPT_MS);
    expect(dial.dialog?.ended).to.equal(true);
    await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'closed']);
    await office.pass(PROMPT_MS);
    await office.dials('201', '%2328%23');
    await office.pass(PROMPT_MS);
    await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'menu']);
  });

  it('does not follow the night code of a handset that may not', async () => {
    const office = new Office(to({ hours: 'day' }));
    const dial = await office.dials('202', '*28*1%23');
    dial.dialog?.ack();
    await office.pass(0);
    expect(office.session.done).to.include('play outside code-refused');
    expect(office.kept).to.deep.equal([]);
  });
});

describe('a menu', () => {
  it('takes a key while it is being said, and stops', async () => {
    const office = new Office(to({ menu: 'main' }));
    await called(office);
    expect(office.session.done).to.include('listen outside on');
    await press(office, '2');
    expect(rings(office)).to.deep.equal(['203']);
    expect(office.session.done).to.include('listen outside off');
  });

  it('waits for a key after its last word, is said again, and goes on without one', async () => {
    const office = new Office(to({ menu: 'main' }));
    await called(office);
    await office.pass(PROMPT_MS);
    await office.pass(5 * SECOND - 1);
    expect(heard(office)).to.deep.equal(['notice', 'menu']);
    await office.pass(1);
    expect(heard(office)).to.deep.equal(['notice', 'menu', 'menu']);
    await office.pass(PROMPT_MS);
    await office.pass(5 * SECOND);
    expect(rings(office)).to.deep.equal(['203']);
  });

  it('says that a key leads nowhere', async () => {
    const office = new Office(to({ menu: 'main' }));
    await called(office);
    await press(office, '7');
    expect(heard(office)).to.deep.equal(['notice', 'menu', 'menu-invalid']);
    await office.pass(PROMPT_MS);
    expect(heard(office)).to.deep.equal(['notice', 'menu', 'menu-invalid', 'menu']);
  });

  it('may be said as often as the caller asks for it, but not for ever', async () => {
    const office = new Office(to({ menu: 'main' }));
    await called(office);
    for (let n = 0; n < 250; n++) await press(office, '9');
    expect(heard(office).filter((one) => one === 'menu').length).to.be.within(100, 210);
    expect(heard(office).at(-1)).to.equal('unavailable');
  });

  it('is no part of the recording', async () => {
    const office = new Office(to({ menu: 'main' }));
    await called(office);
    await press(office, '2');
    expect(office.session.spool).to.equal(undefined);
    await office.answer('203');
    expect(office.session.spool).to.not.equal(undefined);
  });
});

describe('menu, group, queue, overflow: one after the other', () => {
  it('leads a caller whom nobody takes to the end', async () => {
    const office = new Office(to({ menu: 'main' }));
    const invite = await called(office);
    await press(office, '1');
    expect(rings(office)).to.deep.equal(['201', '202']);
    for (const extension of ['201', '202']) office.sip.to(extension).progress();
    await office.pass(10 * SECOND);
    expect(rings(office)).to.deep.equal(['202']); // the queue's agent
    expect(office.session.tones.outside).to.equal('ringback');
    office.sip.to('202').progress();
    await office.pass(10 * SECOND);
    expect(heard(office).slice(2)).to.deep.equal(['please-wait']);
    await office.pass(PROMPT_MS);
    await office.pass(PROMPT_MS);
    expect(heard(office).slice(2)).to.deep.equal(['please-wait', 'position-next', 'waiting']);
    for (let second = 0; second < 120; second++) await office.pass(SECOND);
    expect(heard(office).at(-1)).to.equal('queue-full');
    await office.pass(PROMPT_MS);
    expect(invite.dialog?.ended).to.equal(true);
    expect(rings(office)).to.deep.equal([]);
    expect(office.entry.end).to.include({ by: 'halina', reason: 'no-answer' });
  });
});

describe('a queue', () => {
  it('connects the caller with the agent who answers, and rests it afterwards', async () => {
    const office = new Office(to({ queue: 'line' }));
    const first = await called(office);
    const agent = await office.answer('202');
    expect(office.session.bridged).to.equal(true);
    expect(office.session.spool).to.not.equal(undefined);
    const talking = office.session;
    await called(office);
    expect(rings(office)).to.deep.equal([]); // its only agent is in a call
    expect(heard(office)).to.deep.equal(['notice', 'please-wait']);
    agent.hangUp();
    await settled();
    expect(talking.closed).to.equal(true);
    expect(first.dialog?.ended).to.equal(true);
    await office.pass(4 * SECOND);
    expect(rings(office)).to.deep.equal([]);
    await office.pass(2 * SECOND);
    expect(rings(office)).to.deep.equal(['202']);
  });

  it('sends the caller on who would make it too long', async () => {
    const office = new Office(to({ queue: 'line' }));
    for (let n = 0; n < 3; n++) await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'queue-full']);
  });

  it('gives everything back when the caller hangs up', async () => {
    const office = new Office(to({ queue: 'line' }));
    const invite = await called(office);
    expect(rings(office)).to.deep.equal(['202']);
    invite.dialog?.hangUp();
    await settled();
    expect(rings(office)).to.deep.equal([]);
    expect(office.clock.pendingTimers).to.equal(0);
  });

  it('says the place of those behind, and the wait once it is known', async () => {
    const office = new Office(to({ queue: 'line' }));
    for (let n = 0; n < 3; n++) {
      const invite = await called(office);
      const agent = await office.answer('202');
      await office.pass(100 * SECOND);
      agent.hangUp();
      await settled();
      await office.pass(6 * SECOND);
      expect(invite.dialog?.ended).to.equal(true);
    }
    await called(office); // rings the agent
    const waits = await called(office);
    expect(waits.dialog?.ended).to.equal(false);
    for (let n = 0; n < 12; n++) await office.pass(PROMPT_MS);
    expect(heard(office).slice(1, 9)).to.deep.equal([
      'please-wait',
      'position-before',
      'ordinal-2',
      'position-after',
      'wait-before',
      'number-4',
      'minute-few',
      'waiting',
    ]);
  });

  for (const answers of [true, false])
    it(`whose longest wait ends while an agent rings waits for the agent, who ${answers ? 'answers' : 'does not'}`, async () => {
      const short = { name: 'line', agents: ['202'], ring: '10s', maxWait: '5s', overflow: { announce: 'queue-full' } };
      const office = new Office({ ...to({ queue: 'line' }), queues: [short] });
      await called(office);
      office.sip.to('202').progress();
      await office.pass(8 * SECOND);
      expect(rings(office)).to.deep.equal(['202']);
      if (answers) await office.answer('202');
      else await office.pass(2 * SECOND);
      expect(office.session.bridged).to.equal(answers);
      expect(heard(office)).to.deep.equal(answers ? ['notice'] : ['notice', 'queue-full']);
    });

  it('without anybody logged in sends callers on at once', async () => {
    const office = new Office({ ...to({ queue: 'line' }), queues: [{ ...base.queues?.[0], name: 'line', agents: ['202'], code: '32', overflow: { announce: 'queue-full' } }] }); // prettier-ignore
    await office.dials('202', '%2332%23');
    await office.pass(PROMPT_MS);
    await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'queue-full']);
  });
});

describe('the state of the queues', () => {
  it('says who waits since when, and how many agents are there and free', async () => {
    const office = new Office(to({ queue: 'line' }));
    expect(office.calls.queues).to.deep.equal([{ name: 'line', waiting: 0, since: undefined, agents: 1, free: 1 }]);
    await office.dials('202', '203');
    await called(office);
    const since = office.clock.now();
    await office.pass(5 * SECOND);
    expect(office.calls.queues).to.deep.equal([{ name: 'line', waiting: 1, since, agents: 1, free: 0 }]);
  });
});

describe('a group', () => {
  it('rings those who are logged in and in no call', async () => {
    const office = new Office(to({ group: 'desk' }));
    const out = await office.dials('202', '%2331%23');
    out.dialog?.ack();
    await office.pass(0);
    expect(office.session.done).to.include('play outside group-out');
    await office.pass(PROMPT_MS);
    await called(office);
    expect(rings(office)).to.deep.equal(['201']);
    await office.answer('201');
    await called(office);
    expect(heard(office)).to.deep.equal(['notice', 'busy']);
  });
});

describe('forwarding', () => {
  const ringing201 = to({ handsets: ['201'] });

  it('always: by code, said with the number, and kept', async () => {
    const office = new Office(ringing201);
    const dial = await office.dials('201', '*21*202%23');
    dial.dialog?.ack();
    await office.pass(0);
    for (let n = 0; n < 4; n++) await office.pass(PROMPT_MS);
    expect(office.session.done.filter((one) => one.startsWith('play'))).to.deep.equal([
      'play outside forward-on',
      'play outside number-2',
      'play outside number-0',
      'play outside number-2',
    ]);
    expect(dial.dialog?.ended).to.equal(true);
    expect(office.kept.at(-1)?.handsets['201']?.forward).to.deep.equal({ always: '202' });
    await called(office);
    expect(rings(office)).to.deep.equal(['202']);
  });

  it('that would lead back is refused', async () => {
    const office = new Office(ringing201);
    await office.settings.change({ set: 'forward', extension: '202', on: 'always', to: '201' });
    const dial = await office.dials('201', '*21*202%23');
    dial.dialog?.ack();
    await office.pass(0);
    expect(office.session.done).to.include('play outside code-refused');
    expect(office.kept).to.have.length(1);
  });

  const occasions = [
    ['busy', async (office: Office) => (office.sip.to('201').refuse(486), settled())],
    ['noAnswer', async (office: Office) => (office.sip.to('201').progress(), office.pass(20 * SECOND))],
    ['notRegistered', async () => settled()],
  ] as const;
  for (const [on, fails] of occasions)
    it(`${on}: goes on to the other handset`, async () => {
      const office = new Office(ringing201);
      if (on === 'notRegistered') office.registered.delete('201');
      await office.settings.change({ set: 'forward', extension: '201', on, to: '202' });
      await called(office);
      await fails(office);
      expect(rung(office)).to.deep.equal(on === 'notRegistered' ? ['202'] : ['201', '202']);
    });

  it('when busy in a circle ends with the last who was rung', async () => {
    const office = new Office(ringing201);
    await office.settings.change({ set: 'forward', extension: '201', on: 'busy', to: '202' });
    await office.settings.change({ set: 'forward', extension: '202', on: 'busy', to: '201' });
    await called(office);
    office.sip.to('201').refuse(486);
    await settled();
    office.sip.to('202').refuse(486);
    await settled();
    expect(rung(office)).to.deep.equal(['201', '202']);
    expect(heard(office)).to.deep.equal(['notice', 'busy']);
  });

  it('do not disturb: the handset does not ring, and counts as busy', async () => {
    const office = new Office(ringing201);
    await office.settings.change({ set: 'doNotDisturb', extension: '201', on: true });
    await called(office);
    expect(rings(office)).to.deep.equal([]);
    expect(heard(office)).to.deep.equal(['notice', 'busy']);
  });

  it('to the outside: the call goes on from trunk to trunk', async () => {
    const office = new Office(ringing201);
    const dial = await office.dials('201', '*21*0601234567%23');
    dial.dialog?.ack();
    for (let n = 0; n < 14; n++) await office.pass(PROMPT_MS);
    expect(office.kept.at(-1)?.handsets['201']?.forward).to.deep.equal({ always: '0601234567' });
    await called(office);
    expect(office.sip.invites.at(-1)?.options.uri).to.match(/^sip:\+48601234567@192\.0\.2\.10/);
  });

  for (const [on, status, reason] of [
    ['always', undefined, 'unconditional'],
    ['busy', 486, 'user-busy'],
    ['noAnswer', 480, 'no-answer'],
    ['notRegistered', undefined, 'unavailable'],
  ] as const)
    it(`to the outside (${on}) says who sent the call on and why, and who called`, async () => {
      const trunks = [{ ...provider, callerId: '+48227836099', diversion: 'both', identity: { forwarded: 'caller' } }];
      const office = new Office({ ...ringing201, trunks } as Partial<ConfigInput>);
      await office.settings.change({ set: 'forward', extension: '201', on, to: '0501000000' });
      if (on === 'notRegistered') office.registered.delete('201');
      await called(office);
      if (status) office.sip.to('201').refuse(status);
      await settled();
      const headers = office.sip.invites.at(-1)?.options.headers;
      expect(headers?.['From']).to.equal('<sip:+48601234567@192.0.2.10>');
      expect(headers?.['Diversion']).to.deep.equal([`<sip:+48227836000@192.0.2.10>;reason=${reason};counter=1`]);
      expect(headers?.['History-Info']).to.have.length(2);
    });

  it('to the outside of a call that was sent on to us names both', async () => {
    const office = new Office(ringing201);
    await office.settings.change({ set: 'forward', extension: '201', on: 'always', to: '0501000000' });
    const diversion = { From: CALLER, Diversion: '<sip:+48221110000@192.0.2.10>;reason=user-busy' };
    await office.hearNotice(await office.callerCalls(new FakeInvite(OFFICE, sdpOf('caller'), diversion)));
    expect(office.sip.invites.at(-1)?.options.headers?.['Diversion']).to.deep.equal([
      '<sip:+48227836000@192.0.2.10>;reason=unconditional;counter=1',
      '<sip:+48221110000@192.0.2.10>;reason=unknown;counter=1',
    ]);
  });

  for (const { hops, left } of [
    { hops: '12', left: '11' },
    { hops: '70', left: '69' },
    { hops: 'many', left: undefined },
  ])
    it(`to the outside counts Max-Forwards on from ${hops}, so that no call goes round and round (RFC 7332)`, async () => {
      const office = new Office(ringing201);
      await office.settings.change({ set: 'forward', extension: '201', on: 'always', to: '0501000000' });
      const headers = { From: CALLER, 'Max-Forwards': hops };
      await office.hearNotice(await office.callerCalls(new FakeInvite(OFFICE, sdpOf('caller'), headers)));
      expect(office.sip.invites.at(-1)?.options.headers?.['Max-Forwards']).to.equal(left);
    });

  describe('of a call within the house to the outside', () => {
    async function dialled(on: 'always' | 'busy' | 'noAnswer', status?: number) {
      const office = new Office({ ...ringing201, trunks: [{ ...provider, callerId: '+48227836099' }] });
      await office.settings.change({ set: 'forward', extension: '201', on, to: '0501000000' });
      const dial = await office.dials('203', '201');
      if (status) office.sip.to('201').refuse(status);
      await settled();
      return { office, dial };
    }

    for (const [on, status, reason] of [
      ['always', undefined, 'unconditional'],
      ['busy', 486, 'user-busy'],
      ['noAnswer', 480, 'no-answer'],
    ] as const)
      it(`(${on}) goes on as a call with the outside, by the rules of who forwards, and is recorded`, async () => {
        const { office, dial } = await dialled(on, status);
        const invite = office.sip.invites.at(-1);
        expect(invite?.options.uri).to.equal('sip:+48501000000@192.0.2.10');
        expect(invite?.options.headers?.['Diversion']).to.deep.equal([
          `<sip:+48227836099@192.0.2.10>;reason=${reason};counter=1`,
        ]);
        expect(office.calls.calls.map(({ direction, extension }) => [direction, extension])).to.deep.equal([['outbound', '203']]); // prettier-ignore
        invite?.answer();
        await settled();
        expect(dial.responses.at(-1)?.status).to.equal(200);
        dial.dialog?.hangUp();
        await settled();
        expect(office.entry).to.include({ direction: 'outbound', dialled: '+48501000000' });
        expect(office.ledger.done).to.include('openSpool');
      });

    it('is given up by its caller like every other', async () => {
      const { office, dial } = await dialled('busy', 486);
      dial.cancel();
      await settled();
      expect(office.sip.invites.at(-1)?.cancelled).to.not.equal(undefined);
      expect(office.calls.calls).to.have.length(0);
    });

    it('that may not be called from there is refused', async () => {
      const office = new Office(ringing201);
      await office.settings.change({ set: 'forward', extension: '201', on: 'busy', to: '0700123456' });
      const dial = await office.dials('203', '201');
      office.sip.to('201').refuse(486);
      await settled();
      expect(dial.responses.at(-1)?.status).to.equal(403);
      expect(office.calls.calls).to.have.length(0);
    });
  });

  for (const number of ['999999', '112', '0112'])
    it(`to ${number}, where the handset may not dial or nobody's calls belong, is refused`, async () => {
      const office = new Office(ringing201);
      const dial = await office.dials('201', `*21*${number}%23`);
      dial.dialog?.ack();
      await office.pass(0);
      expect(office.session.done).to.include('play outside code-refused');
      expect(office.kept).to.deep.equal([]);
    });

  it('holds for calls within the house too', async () => {
    const office = new Office(ringing201);
    await office.settings.change({ set: 'forward', extension: '201', on: 'always', to: '202' });
    const dial = await office.dials('203', '201');
    expect(rung(office)).to.deep.equal(['202']);
    dial.cancel();
    await settled();
    await office.settings.change({ set: 'doNotDisturb', extension: '202', on: true });
    const busy = await office.dials('203', '202');
    expect(busy.responses.at(-1)?.status).to.equal(486);
  });
});

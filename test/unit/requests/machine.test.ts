/** The workflow of the access request, row by row of the office's table, and what nobody may do in it. */
import { expect } from 'chai';
import { holdOf, art15Term } from '../../../src/requests/machine/rules.js';
import { opinionsOf } from '../../../src/requests/machine/opinions.js';
import type { Mover } from '../../../src/requests/machine/state.js';
import { DAY, HOUR, Walk, appointment, call, form, open, people } from '../../support/requests.js';
import type { Action } from '../../support/requests.js';

const played = (fact: 'served' | 'heard', toMs: number, id = 'c1'): Action => ({
  type: 'played',
  stretch: { call: id, fact, fromMs: 0, toMs },
});
const opinion = (on: { of: 'dpo' } | { of: 'unit'; unit: string }): Action => ({
  type: 'give-opinion',
  verdict: 'for',
  reasons: 'zgodnie z celem',
  on,
});
const finish: Action = { type: 'close-session', remarks: 'bez uwag', unconfirmed: [] };

describe('an access request: filing and completion', () => {
  it('is received with a receipt', () => {
    const walk = new Walk();
    expect([walk.phase, walk.papers]).to.deep.equal(['received', ['receipt']]);
  });

  it('is not received by somebody without the role, nor from oneself', () => {
    const own = form({ requester: { ...form().requester, account: 'front' } });
    expect(() => new Walk('ordinance', own)).to.throw('inna osoba');
  });

  it('asks for completion with a term of at least seven days, and goes on when it comes', () => {
    const walk = new Walk('ordinance', form({ signed: false }));
    const ask = (until: string): Action => ({ type: 'ask-completion', gaps: ['signature'], note: '', until });
    expect(walk.refusal('front', ask('2026-03-08'))).to.equal('term-too-short');
    walk.do('front', ask('2026-03-09'));
    expect([walk.phase, walk.papers]).to.deep.equal(['awaiting_completion', ['completion']]);
    expect(walk.refusal('front', { type: 'complete', form: form({ signed: false }) })).to.equal('incomplete');
    walk.do('staff', { type: 'complete', form: form() });
    expect(walk.phase).to.equal('received');
  });

  it('remembers at a completion whose request it is', () => {
    const own = form({ requester: { ...form().requester, account: 'secretary' } });
    const walk = new Walk('ordinance', own);
    walk.do('front', { type: 'ask-completion', gaps: ['signature'], note: '', until: '2026-03-09' });
    walk.do('front', { type: 'complete', form: form() });
    expect(walk.request.form.requester.account).to.equal('secretary');
  });

  it('is left without consideration when the term has passed, not a minute earlier', () => {
    const walk = new Walk();
    walk.do('front', { type: 'ask-completion', gaps: ['number'], note: '', until: '2026-03-09' });
    walk.at = Date.UTC(2026, 2, 9, 22, 59, 59); // 23:59:59 in Warsaw
    expect(walk.refusal('system', { type: 'term-passed' })).to.equal('not-due');
    expect(walk.later(1000).refusal('front', { type: 'term-passed' })).to.equal('not-yours');
    walk.do('system', { type: 'term-passed' });
    expect([walk.phase, walk.papers]).to.deep.equal(['rejected_formally', ['left-without-consideration']]);
  });
});

describe('an access request: matching', () => {
  const match = (...calls: ReturnType<typeof call>[]): Action => ({
    type: 'match',
    calls,
    participation: 'sprawdzono',
  });

  it('places holds on what was matched', () => {
    const walk = new Walk();
    expect(holdOf(walk.request)).to.equal(undefined);
    expect(holdOf(walk.matched().request)).to.deep.equal({ calls: ['c1'] });
  });

  it('refuses a withheld number and another number than the stated one (§ 2.7)', () => {
    const { number: _, ...without } = call();
    expect(new Walk().refusal('front', match(call({ withheld: true })))).to.equal('number-withheld');
    expect(new Walk().refusal('front', match(without))).to.equal('number-withheld');
    expect(new Walk().refusal('front', match(call({ number: '+48501234568' })))).to.equal('number-differs');
    expect(new Walk().refusal('front', match(call(), call({ id: 'c2', number: '+49501234567' })))).to.equal(
      'number-differs',
    );
  });

  it('takes the same number in another writing', () => {
    for (const number of ['+48 501-234-567', '0048501234567', '501234567']) {
      expect(new Walk('ordinance', form({ number })).matched().phase).to.equal('matched');
    }
  });

  it('art. 15: a withheld number is no ground, other facts will do', () => {
    const { number: _, ...rest } = form({ otherFacts: 'rozmowa z panią z USC o akcie urodzenia, ok. 10 minut' });
    const walk = new Walk('art15', rest).matched([call({ withheld: true })]);
    expect(walk.phase).to.equal('matched');
    const reject: Action = { type: 'reject', why: 'number-withheld', note: '' };
    expect(new Walk('art15', rest).refusal('front', reject)).to.equal('kind');
  });

  it('needs a check of the participation, and somebody who was not in the call', () => {
    const bare: Action = { type: 'match', calls: [call()], participation: ' ' };
    expect(new Walk().refusal('front', bare)).to.equal('incomplete');
    const inCall: Mover = { ...people.front, extensions: ['201'] };
    expect(new Walk().refusal(inCall, match(call()))).to.equal('took-part');
  });

  for (const why of ['number-withheld', 'not-a-participant'] as const)
    it(`is rejected formally: ${why}`, () => {
      const walk = new Walk().do('staff', { type: 'reject', why, note: 'x' });
      expect([walk.phase, walk.papers]).to.deep.equal(['rejected_formally', ['left-without-consideration']]);
    });

  for (const why of ['evicted', 'not-recorded', 'none-found'] as const)
    it(`is answered: ${why}`, () => {
      const walk = new Walk().do('front', { type: 'answer', why, facts: 'usunięto 2026-01-02' });
      expect([walk.phase, walk.papers]).to.deep.equal(['answered', ['no-recording']]);
    });
});

describe('an access request: opinions', () => {
  it('are asked of the data-protection officer and of the head of every unit in the calls', () => {
    const walk = new Walk().opinions([call({ units: ['USC', 'GK'] }), call({ id: 'c2' })]);
    const { state } = walk.request;
    if (state.phase !== 'opinions') throw new Error(state.phase);
    const asked = [{ of: 'dpo' }, { of: 'unit', unit: 'GK' }, { of: 'unit', unit: 'USC' }];
    expect(state.case.asked).to.deep.equal(asked);
    expect(state.case.due).to.equal('2026-03-09');
    walk.do('dpo', opinion({ of: 'dpo' })).do('head', opinion({ of: 'unit', unit: 'USC' }));
    expect(walk.phase).to.equal('opinions');
    expect(walk.do('otherHead', opinion({ of: 'unit', unit: 'GK' })).phase).to.equal('decision');
  });

  it('are given once, by whom they are asked of', () => {
    const walk = new Walk().opinions();
    expect(walk.refusal('head', opinion({ of: 'dpo' }))).to.equal('not-yours');
    expect(walk.refusal('otherHead', opinion({ of: 'unit', unit: 'USC' }))).to.equal('not-yours');
    expect(walk.refusal('otherHead', opinion({ of: 'unit', unit: 'GK' }))).to.equal('already-given');
    walk.do('dpo', opinion({ of: 'dpo' }));
    expect(walk.refusal('dpo', opinion({ of: 'dpo' }))).to.equal('already-given');
    const inCall: Mover = { ...people.head, extensions: ['201'] };
    expect(walk.refusal(inCall, opinion({ of: 'unit', unit: 'USC' }))).to.equal('took-part');
  });

  it('of one who heads two of the units are given one after the other', () => {
    const both: Mover = { ...people.head, units: ['USC', 'GK'] };
    const walk = new Walk().opinions([call({ units: ['USC', 'GK'] })]);
    const theirs = (): unknown => opinionsOf(walk.request, both);
    expect(theirs()).to.deep.equal([
      { of: 'unit', unit: 'GK' },
      { of: 'unit', unit: 'USC' },
    ]);
    walk.do(both, opinion({ of: 'unit', unit: 'GK' }));
    expect(theirs()).to.deep.equal([{ of: 'unit', unit: 'USC' }]);
    walk.do(both, opinion({ of: 'unit', unit: 'USC' }));
    expect([theirs(), opinionsOf(walk.request, people.dpo)]).to.deep.equal([[], [{ of: 'dpo' }]]);
  });

  it('overdue: the Secretary may go on, with the reason on record', () => {
    const walk = new Walk().opinions();
    expect(walk.refusal('secretary', { type: 'go-on', reason: 'brak opinii' })).to.equal('not-due');
    walk.at = Date.UTC(2026, 2, 9, 23);
    expect(walk.refusal('secretary', { type: 'go-on', reason: '' })).to.equal('incomplete');
    const { state } = walk.do('secretary', { type: 'go-on', reason: 'kierownik na urlopie' }).request;
    expect(state).to.include({ phase: 'decision' });
    expect(state.phase === 'decision' && state.case.wentOn).to.equal('kierownik na urlopie');
  });

  for (const from of ['opinions', 'decision'] as const)
    it(`matched again from ${from}: by staff only; other calls are held, opinions asked anew`, () => {
      const walk = new Walk()[from]();
      const again: Action = { type: 'match', calls: [call({ id: 'c9' })], participation: 'sprawdzono' };
      expect(walk.refusal('front', again)).to.equal('not-yours');
      expect(holdOf(walk.do('staff', again).request)).to.deep.equal({ calls: ['c9'] });
      const { state } = walk.do('system', { type: 'ask-opinions' }).request;
      expect(state.phase === 'opinions' && state.case.opinions).to.deep.equal([]);
    });
});

describe('an access request: the decision', () => {
  const approve = (more: object = {}): Action => ({
    type: 'approve',
    appointment: appointment(Date.UTC(2026, 2, 10, 9), more),
  });

  it('is approved with a date, a letter and a calendar file; the hold stays', () => {
    const walk = new Walk().decision().do('secretary', approve());
    expect([walk.phase, walk.papers]).to.deep.equal(['approved', ['notice-of-date']]);
    expect(walk.effects).to.deep.include({ do: 'make-calendar-file' });
    expect(holdOf(walk.request)).to.deep.equal({ calls: ['c1'] });
  });

  it('needs somebody present, a place, a time to come, and a Secretary who gave no opinion', () => {
    const walk = new Walk().decision();
    expect(walk.refusal('secretary', approve({ present: [] }))).to.equal('incomplete');
    expect(walk.refusal('secretary', approve({ place: '' }))).to.equal('incomplete');
    expect(walk.refusal('secretary', approve({ at: walk.at }))).to.equal('wrong-time');
    for (const who of ['staff', 'admin', 'front', 'dpo', 'auditor', 'system'] as const) {
      expect(walk.refusal(who, approve()), who).to.equal('not-yours');
    }
    const both: Mover = { ...people.secretary, account: 'head' };
    expect(walk.refusal(both, approve())).to.equal('four-eyes');
    const own: Mover = { ...people.secretary, extensions: ['201'] };
    expect(walk.refusal(own, approve())).to.equal('took-part');
  });

  it("nobody decides on one's own request", () => {
    const own = form({ requester: { ...form().requester, account: 'secretary' } });
    expect(new Walk('ordinance', own).decision().refusal('secretary', approve())).to.equal('own-request');
  });

  it('is refused with reasons and a letter; the hold is kept for a complaint', () => {
    const walk = new Walk().decision();
    expect(walk.refusal('secretary', { type: 'refuse', reasons: ' ' })).to.equal('incomplete');
    walk.do('secretary', { type: 'refuse', reasons: 'nagranie zawiera dane osób trzecich' });
    expect([walk.phase, walk.papers]).to.deep.equal(['refused', ['refusal']]);
    expect(holdOf(walk.request)).to.deep.equal({ calls: ['c1'], until: '2026-09-01' });
  });

  it('art. 15: a copy with cuts, its hand-over on record; the refusal is another letter', () => {
    const walk = new Walk('art15').decision();
    expect(new Walk().decision().refusal('secretary', { type: 'approve-copy', cuts: [] })).to.equal('kind');
    const wrong = { call: 'c2', fromMs: 0, toMs: 5 };
    expect(walk.refusal('secretary', { type: 'approve-copy', cuts: [wrong] })).to.equal('outside-recording');
    walk.do('secretary', { type: 'approve-copy', cuts: [{ call: 'c1', fromMs: 1000, toMs: 2500 }] });
    expect([walk.phase, walk.papers]).to.deep.equal(['copy_issued', ['copy-letter']]);
    expect(holdOf(walk.request)).to.deep.equal({ calls: ['c1'] });
    const handOver: Action = { type: 'hand-over-copy', how: 'osobiście', sha256: 'ab' };
    expect(holdOf(walk.do('front', handOver).request)).to.equal(undefined);
    expect(walk.refusal('front', handOver)).to.equal('already-given');
    expect(new Walk('art15').decision().do('secretary', { type: 'refuse', reasons: 'x' }).papers).to.deep.equal([
      'refusal-art15',
    ]);
  });

  it('art. 15: one month, and two more when that is told in time', () => {
    const walk = new Walk('art15');
    expect(art15Term(walk.request)).to.equal('2026-04-02');
    expect(new Walk().refusal('secretary', { type: 'extend-term', reason: 'x' })).to.equal('kind');
    const late = new Walk('art15').later(40 * DAY);
    expect(late.refusal('secretary', { type: 'extend-term', reason: 'x' })).to.equal('wrong-time');
    walk.do('secretary', { type: 'extend-term', reason: 'wiele nagrań' });
    expect([art15Term(walk.request), walk.papers]).to.deep.equal(['2026-06-02', ['extension']]);
  });

  it('the date is changed, or the approval revoked with reasons', () => {
    const walk = new Walk().approved();
    walk.do('secretary', { type: 'change-date', appointment: appointment(walk.at + 3 * DAY) });
    expect([walk.phase, walk.papers]).to.deep.equal(['approved', ['changed-date']]);
    expect(walk.refusal('secretary', { type: 'revoke', reasons: '' })).to.equal('incomplete');
    walk.do('secretary', { type: 'revoke', reasons: 'nowe okoliczności' });
    expect([walk.phase, walk.papers]).to.deep.equal(['decision', ['revocation']]);
  });
});

describe('an access request: the listening session', () => {
  it('is opened by a designated person at the set time, identity confirmed, with authorisation', () => {
    const walk = new Walk().approved().later(DAY - HOUR);
    expect(walk.refusal('staff', open)).to.equal('wrong-time');
    walk.later(HOUR - 60_000);
    expect(walk.refusal('secretary', open)).to.equal('not-designated');
    expect(walk.refusal('staff', { ...open, identity: '' } as Action)).to.equal('incomplete');
    const { authorisation: _, ...unauthorised } = people.staff;
    expect(walk.refusal(unauthorised, open)).to.equal('no-authorisation');
    expect(walk.refusal({ ...people.staff, extensions: ['201'] }, open)).to.equal('took-part');
    expect(walk.do('staff', open).phase).to.equal('in_session');
    expect(
      new Walk()
        .approved()
        .later(DAY + HOUR)
        .refusal('staff', open),
    ).to.equal('wrong-time');
  });

  it('keeps what was served and what was heard as two facts, of this recording only', () => {
    const walk = new Walk().inSession();
    walk.do('system', played('served', 9000)).do('system', played('heard', 7000));
    expect(walk.refusal('system', played('served', 1, 'c2'))).to.equal('outside-recording');
    expect(walk.refusal('staff', played('served', 1))).to.equal('not-yours');
    const { state } = walk.request;
    const facts = state.phase === 'in_session' && state.session.played.map(({ fact, toMs }) => [fact, toMs]);
    expect(facts).to.deep.equal([
      ['served', 9000],
      ['heard', 7000],
    ]);
  });

  it('is interrupted: what was played is on record, and it can be opened again', () => {
    const walk = new Walk().inSession().do('system', played('served', 9000));
    walk.do('system', { type: 'interrupt', why: 'browser-lost' });
    const { state } = walk.request;
    const runs = state.phase === 'approved' ? state.approval.runs : [];
    expect(runs).to.have.length(1);
    expect(runs[0]).to.include({ ended: 'browser-lost' });
    expect(runs[0]?.played).to.have.length(1);
    expect(walk.effects).to.deep.include({ do: 'end-grants' });
    expect(walk.do('staff', open).phase).to.equal('in_session');
  });

  it('is closed with a protocol that everyone present confirms, or a reason stands why not', () => {
    const walk = new Walk().inSession(['staff', 'head']);
    expect(walk.refusal('staff', finish)).to.equal('unconfirmed');
    walk.do('staff', { type: 'confirm-protocol' });
    expect(walk.refusal('staff', { type: 'confirm-protocol' })).to.equal('already-given');
    expect(walk.refusal('staff', finish)).to.equal('unconfirmed');
    const unconfirmed = [{ account: 'head', reason: '' }];
    expect(walk.refusal('staff', { ...finish, unconfirmed })).to.equal('unconfirmed');
    walk.do('staff', { ...finish, unconfirmed: [{ account: 'head', reason: 'wyszła wcześniej' }] });
    expect([walk.phase, walk.papers]).to.deep.equal(['completed', ['protocol']]);
    expect(holdOf(walk.request)).to.equal(undefined);
    const { state } = walk.request;
    expect(state.phase === 'completed' && state.approval.runs[0]?.ended).to.equal('closed');
  });

  it('nobody came: a new date, or the end', () => {
    const early = new Walk().approved();
    expect(early.refusal('staff', { type: 'no-show' })).to.equal('wrong-time');
    const walk = new Walk().noShow();
    expect(walk.phase).to.equal('no_show');
    walk.do('secretary', { type: 'new-date', appointment: appointment(walk.at + DAY) });
    expect([walk.phase, walk.papers]).to.deep.equal(['approved', ['changed-date']]);
    const closed = new Walk().noShow().do('secretary', { type: 'close', note: '' });
    expect([closed.phase, closed.papers, holdOf(closed.request)]).to.deep.equal([
      'closed',
      ['no-show-closed'],
      undefined,
    ]);
  });
});

describe('an access request: reopened and withdrawn', () => {
  const reopen = (to: 'received' | 'decision', document = 'SKO/7/2026'): Action => ({
    type: 'reopen',
    ground: 'complaint',
    to,
    document,
  });
  const reject: Action = { type: 'reject', why: 'not-a-participant', note: '' };

  it('reopens what was refused, rejected or answered, by a document', () => {
    const refused = (): Walk => new Walk().decision().do('secretary', { type: 'refuse', reasons: 'x' });
    expect(refused().refusal('secretary', reopen('decision', ' '))).to.equal('incomplete');
    expect(refused().do('secretary', reopen('decision')).phase).to.equal('decision');
    expect(refused().do('secretary', reopen('received')).phase).to.equal('received');
    const rejected = new Walk().do('front', reject);
    expect(rejected.refusal('secretary', reopen('decision'))).to.equal('out-of-order');
    expect(rejected.do('secretary', reopen('received')).phase).to.equal('received');
    const answered = new Walk().do('front', { type: 'answer', why: 'none-found', facts: '' });
    expect(answered.do('secretary', reopen('received')).phase).to.equal('received');
    expect(new Walk().matched().refusal('secretary', reopen('received'))).to.equal('out-of-order');
  });

  const withdraw: Action = { type: 'withdraw', how: 'pismo z 3 marca' };
  for (const state of ['matched', 'opinions', 'decision', 'approved', 'noShow'] as const)
    it(`is withdrawn from ${state}, and the hold goes`, () => {
      const walk = new Walk()[state]();
      expect(walk.refusal('staff', withdraw)).to.equal('not-yours');
      expect(walk.do('front', withdraw).phase).to.equal('withdrawn');
      expect(holdOf(walk.request)).to.equal(undefined);
    });

  it('is not withdrawn while it is heard, nor when it is over', () => {
    expect(new Walk().inSession().refusal('front', withdraw)).to.equal('out-of-order');
    expect(new Walk().do('front', reject).refusal('front', withdraw)).to.equal('out-of-order');
    expect(new Walk().do('front', withdraw).refusal('front', withdraw)).to.equal('out-of-order');
  });
});

/** Access requests as they are kept: audit first, holds and papers follow, a crash loses nothing, personal data go. */
import { expect } from 'chai';
import type { HalinaError } from '../../../src/base/errors.js';
import { RequestOffice, personOf } from '../../support/request-office.js';
import { as } from '../../support/people.js';
import { DAY, HOUR, appointment, call, form, open } from '../../support/requests.js';
import type { Action } from '../../../src/requests/access-requests.js';

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: HalinaError) => error.code,
  );
const match = (...calls: ReturnType<typeof call>[]): Action => ({ type: 'match', calls, participation: 'sprawdzono' });

describe('access requests as they are kept', () => {
  let office: RequestOffice;
  beforeEach(async () => {
    office = await RequestOffice.open();
  });
  afterEach(() => office.requests.close());
  const papersOf = (id: string) =>
    office.requests.find(id)?.papers.map(({ paper, made }) => [paper, made !== undefined]);

  it('are numbered by the year and have a receipt', async () => {
    const first = await office.file();
    const second = await office.file({ receivedOn: '2026-03-01' });
    const other = await office.file({ receivedOn: '2027-01-04' });
    const numbers = [first, second, other].map((id) => office.requests.find(id)?.request.number);
    expect(numbers).to.deep.equal(['1/2026', '2/2026', '1/2027']);
    expect(papersOf(first)).to.deep.equal([['receipt', true]]);
  });

  it('go from filing to a closed session through six people, and come back from the disk as they were', async () => {
    const id = await office.toDecision();
    const set = appointment(office.clock.now() + DAY);
    await office.do(id, 'secretary', { type: 'approve', appointment: set });
    office.clock.advance(DAY);
    await office.do(id, 'staff', open);
    const stretch = { call: 'c1', fact: 'served' as const, fromMs: 0, toMs: 5000 };
    await office.requests.bySystem(id, { type: 'played', stretch });
    await office.do(id, 'staff', { type: 'confirm-protocol' });
    const record = await office.do(id, 'staff', { type: 'close-session', remarks: '', unconfirmed: [] });
    expect(record.request.state.phase).to.equal('completed');
    expect(office.holds.held).to.deep.equal([]);
    expect(office.ended).to.deep.equal([id]);
    await office.restart();
    expect(office.requests.find(id)).to.deep.equal(record);
    expect(record.papers.every(({ made }) => made)).to.equal(true);
    const steps = office.book.names().filter((name) => name.startsWith('request'));
    expect(steps).to.include('request close-session in_session completed ordinance');
  });

  it('nothing is kept that the audit log does not have', async () => {
    const id = await office.file();
    office.book.broken = true;
    expect(await code(office.act(id, 'front', match(call())))).to.equal('AUDIT_FAILED');
    expect(office.phase(id)).to.equal('received');
    expect(await code(office.file())).to.equal('AUDIT_FAILED');
    expect(await code(office.requests.open(as('front'), personOf('front'), id))).to.equal('AUDIT_FAILED');
    office.book.broken = false;
    expect(office.requests.list(personOf('front'))).to.have.length(1);
  });

  it('what is refused is on record', async () => {
    const id = await office.file();
    const acted = await office.act(id, 'auditor', match(call()));
    expect('refused' in acted && acted.refused.code).to.equal('not-yours');
    expect(office.book.events.at(-1)).to.deep.include({ event: 'refused', object: { kind: 'request', id } });
    expect(office.book.events.at(-1)?.facts).to.deep.equal({ permission: 'request.match', why: 'not-yours' });
  });

  describe('holds', () => {
    it('follow the request: placed, moved at a rematch, kept for a complaint, released', async () => {
      const id = await office.toDecision();
      expect(office.holds.held).to.deep.equal(['c1']);
      await office.do(id, 'staff', match(call({ id: 'c9' })));
      expect(office.holds.held).to.deep.equal(['c9']);
      await office.do(id, 'front', { type: 'withdraw', how: 'ustnie' });
      expect(office.holds.held).to.deep.equal([]);
      expect(office.holds.all.at(-1)?.released?.reason).to.equal('wniosek 1/2026: withdrawn');
    });

    it('of a refused one have an end', async () => {
      const id = await office.toDecision();
      await office.do(id, 'secretary', { type: 'refuse', reasons: 'x' });
      const standing = office.holds.all.filter(({ released }) => !released);
      expect(standing).to.have.length(1);
      expect(standing[0]?.until).to.equal(Date.UTC(2026, 8, 1, 22)); // the end of 1 September in Warsaw
    });

    it('are made up for when the archive could not write', async () => {
      const id = await office.file();
      office.holds.broken = true;
      await office.do(id, 'front', match(call()));
      expect(office.holds.held).to.deep.equal([]);
      office.holds.broken = false;
      await office.requests.look();
      expect(office.holds.held).to.deep.equal(['c1']);
      await office.requests.look();
      expect(office.holds.all, 'and once').to.have.length(1);
    });
  });

  describe('papers', () => {
    it('that could not be made are made later', async () => {
      office.papersBroken = true;
      const id = await office.file();
      expect(papersOf(id)).to.deep.equal([['receipt', false]]);
      office.papersBroken = false;
      await office.restart();
      expect(papersOf(id)).to.deep.equal([['receipt', true]]);
    });

    it('are read by those who see the request, come back signed, and go out with a proof', async () => {
      const id = await office.toDecision();
      await office.do(id, 'secretary', { type: 'refuse', reasons: 'x' });
      const n = office.requests.find(id)?.papers.at(-1)?.n ?? 0;
      const { requests } = office;
      const read = (who: 'front' | 'auditor' | 'otherHead' | 'head', form?: 'signed') =>
        requests.paper(as(who), personOf(who), id, n, form).then(String);
      expect(await read('front')).to.equal('%PDF-refusal');
      expect(await read('head')).to.equal('%PDF-refusal');
      for (const who of ['auditor', 'otherHead'] as const) expect(await code(read(who))).to.equal('PAPER_UNKNOWN');
      expect(await code(read('front', 'signed'))).to.equal('PAPER_UNKNOWN');
      const attach = (text: string) => requests.attachSigned(as('front'), personOf('front'), id, n, Buffer.from(text));
      expect(await code(Promise.resolve().then(() => attach('<script>')))).to.equal('PAPER_INVALID');
      await attach('%PDF-signed');
      expect(await read('front', 'signed')).to.equal('%PDF-signed');
      const waits = () => requests.waitingFor(personOf('front')).map(({ what }) => what);
      expect(waits()).to.deep.equal(['deliver']);
      const delivery = { channel: 'electronic-delivery' as const, on: '2026-03-03', proof: 'UPD 123' };
      expect(await code(requests.deliver(as('dpo'), personOf('dpo'), id, n, delivery))).to.equal('NOT_ALLOWED');
      await requests.deliver(as('front'), personOf('front'), id, n, delivery);
      expect(waits()).to.deep.equal(['file-away']);
    });
  });

  describe('time', () => {
    it('ends a request that was not completed, by itself', async () => {
      const id = await office.file({ form: form({ signed: false }) });
      await office.do(id, 'front', { type: 'ask-completion', gaps: ['signature'], note: '', until: '2026-03-09' });
      office.clock.advance(7 * DAY);
      await office.requests.look();
      expect(office.phase(id)).to.equal('awaiting_completion');
      office.clock.advance(DAY);
      await office.requests.look();
      expect(office.phase(id)).to.equal('rejected_formally');
    });

    it('what is due while the audit log takes no entries is done at a later look', async () => {
      const id = await office.file({ form: form({ signed: false }) });
      await office.do(id, 'front', { type: 'ask-completion', gaps: ['signature'], note: '', until: '2026-03-09' });
      office.clock.advance(8 * DAY);
      office.book.broken = true;
      await office.requests.look();
      expect(office.phase(id)).to.equal('awaiting_completion');
      office.book.broken = false;
      await office.requests.look();
      expect(office.phase(id)).to.equal('rejected_formally');
    });

    it('a session is interrupted by a stop of the program, with what was played on record', async () => {
      const id = await office.toDecision();
      await office.do(id, 'secretary', { type: 'approve', appointment: appointment(office.clock.now() + HOUR) });
      office.clock.advance(HOUR);
      await office.do(id, 'staff', open);
      await office.restart();
      const state = office.requests.find(id)?.request.state;
      expect(state?.phase).to.equal('approved');
      expect(state?.phase === 'approved' && state.approval.runs[0]?.ended).to.equal('restart');
    });

    it('erases what is closed, filed away and kept long enough; the number stays', async () => {
      const id = await office.file();
      const away = { on: '2026-03-02', caseSign: 'OR.1431.7.2026' };
      const fileAway = () => office.requests.fileAway(as('front'), personOf('front'), id, away);
      expect(await code(fileAway())).to.equal('REQUEST_OPEN');
      await office.do(id, 'front', { type: 'withdraw', how: 'ustnie' });
      office.clock.advance(400 * DAY);
      await office.requests.look();
      expect(office.phase(id), 'not filed away yet').to.equal('withdrawn');
      await fileAway();
      await office.requests.look();
      expect(office.requests.find(id)).to.equal(undefined);
      const left = { number: '1/2026', ended: 'withdrawn', caseSign: away.caseSign };
      expect(office.requests.register()).to.have.length(1);
      expect(office.requests.register()[0]).to.deep.include(left);
      expect(office.erased).to.deep.equal([id]);
      const file = await office.files.open('/data/requests/requests.journal', 'read');
      expect((await file.read(0, 1_000_000)).toString()).not.to.include('Świątek');
      await file.close();
      expect(await office.files.list(`/data/letters/${id}`)).to.deep.equal([]);
      expect(office.requests.find(await office.file())?.request.number).to.equal('2/2026');
    });
  });

  describe('who sees what, and what waits for whom', () => {
    it('a unit head sees the requests on calls of the own unit, the officer all, the auditor none', async () => {
      const id = await office.file();
      const sees = (who: Parameters<typeof personOf>[0]): boolean => office.requests.list(personOf(who)).length > 0;
      expect(sees('head'), 'before it is matched').to.equal(false);
      await office.do(id, 'front', match(call()));
      const seen = (['front', 'staff', 'secretary', 'dpo', 'head', 'otherHead', 'admin', 'auditor'] as const).filter(
        sees,
      );
      expect(seen).to.deep.equal(['front', 'staff', 'secretary', 'dpo', 'head']);
      expect(await code(office.requests.open(as('otherHead'), personOf('otherHead'), id))).to.equal('REQUEST_UNKNOWN');
    });

    it('nobody sees their own', async () => {
      await office.file({ form: form({ requester: { ...form().requester, account: 'secretary' } }) });
      expect(office.requests.list(personOf('secretary'))).to.deep.equal([]);
      expect(office.requests.waitingFor(personOf('secretary'))).to.deep.equal([]);
    });

    it('each has what is theirs to do, with the day by which', async () => {
      const id = await office.file();
      const waits = (who: Parameters<typeof personOf>[0]) =>
        office.requests.waitingFor(personOf(who)).map(({ what, due, overdue }) => [what, due, overdue]);
      expect(waits('front')).to.deep.equal([['match', undefined, false]]);
      expect(waits('dpo')).to.deep.equal([]);
      await office.do(id, 'front', match(call()));
      expect(waits('dpo')).to.deep.equal([['give-opinion', '2026-03-09', false]]);
      expect(waits('otherHead')).to.deep.equal([]);
      expect(waits('secretary')).to.deep.equal([]);
      office.clock.advance(9 * DAY);
      expect(waits('dpo')).to.deep.equal([['give-opinion', '2026-03-09', true]]);
      expect(waits('secretary')).to.deep.equal([['go-on', '2026-03-09', true]]);
    });

    it('the page shows the steps that can be taken, and no other', async () => {
      const id = await office.toDecision();
      const steps = (who: Parameters<typeof personOf>[0]) => {
        const record = office.requests.find(id);
        return record && office.requests.openActions(personOf(who), record);
      };
      expect(steps('secretary')).to.deep.equal(['approve', 'refuse', 'enter-case-sign']);
      expect(steps('staff')).to.deep.equal(['match', 'enter-case-sign']);
      expect(steps('dpo')).to.deep.equal([]);
      await office.do(id, 'secretary', { type: 'approve', appointment: appointment(office.clock.now() + DAY) });
      expect(steps('staff')).to.deep.equal(['enter-case-sign']);
      office.clock.advance(DAY);
      expect(steps('staff')).to.deep.equal(['open-session', 'no-show', 'enter-case-sign']);
    });
  });
});

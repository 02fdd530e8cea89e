/** Who may hear a recording: in an open session, for a purpose, for one that the Secretary gave; and who may not. */
import { expect } from 'chai';
import type { Person } from '../../../src/accounts/judge.js';
import type { Guard } from '../../../src/archive/guards.js';
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import { Listening } from '../../../src/requests/listening.js';
import type { HearingWish } from '../../../src/requests/listening.js';
import { entryAt } from '../../support/archive-fixture.js';
import { as } from '../../support/people.js';
import { RequestOffice, personOf } from '../../support/request-office.js';
import { DAY, appointment, call, form, open } from '../../support/requests.js';

describe('hearing a recording', () => {
  let office: RequestOffice;
  let listening: Listening;
  let record: CallRecord;
  const entry = { ...entryAt(1_000_000), employee: { extension: '201' } };
  const restriction: Guard = { id: 'g', effect: 'restriction', kind: 'administrator', by: 'a', reason: 'x', at: 0 };

  beforeEach(async () => {
    office = await RequestOffice.open();
    record = { entry, state: { phase: 'recorded', recording: { bytes: 1, sha256: '', durationMs: 1 } }, dialogs: [] };
    const { files, clock, book: audit, requests } = office;
    const archive = { find: () => Promise.resolve(record) };
    listening = await Listening.open({ files, folder: '/data/requests', clock, audit, archive, requests });
  });
  afterEach(async () => {
    await listening.close();
    await office.requests.close();
  });

  const wish: HearingWish = { call: 'c1', browserSession: 'b1' };
  const purpose = { ...wish, purpose: 'complaint', reference: 'OR.1431.7' } as const;
  const hears = async (person: Person, what: HearingWish = wish): Promise<string> => {
    const hearing = await listening.mayHear(person, what);
    return hearing.allowed ? hearing.basis.kind : hearing.why;
  };

  it('the Secretary and the administrator: with a purpose and what it refers to', async () => {
    for (const who of ['secretary', 'admin'] as const) {
      expect(await hears(personOf(who))).to.equal('condition');
      expect(await hears(personOf(who), { ...purpose, reference: ' ' })).to.equal('condition');
      expect(await hears(personOf(who), purpose)).to.equal('purpose');
    }
    for (const who of ['dpo', 'head', 'front', 'auditor'] as const) {
      expect(await hears(personOf(who), purpose), who).to.equal('role');
    }
  });

  it("nobody without the Mayor's authorisation, nor a call in which they talked", async () => {
    const { authorisation: _, ...unauthorised } = personOf('secretary');
    expect(await hears(unauthorised, purpose)).to.equal('no-authorisation');
    expect(await hears(personOf('secretary', { extensions: ['201'] }), purpose)).to.equal('took-part');
  });

  it('nobody while it is restricted, nor what is not there', async () => {
    record = { ...record, guards: [restriction] };
    expect(await hears(personOf('secretary'), purpose)).to.equal('restricted');
    record = { entry, state: { phase: 'evicted', why: 'age', at: 2 }, dialogs: [] };
    expect(await hears(personOf('secretary'), purpose)).to.equal('no-recording');
  });

  it('an employee: for a purpose of the Secretary, this recording, until its end', async () => {
    const given = { call: 'c1', account: 'staff', purpose: 'quality' as const, reference: 'OR.7' };
    const until = office.clock.now() + DAY;
    const give = (who: 'secretary' | 'admin') =>
      listening.givePurpose(as(who), personOf(who), { ...given, until }).then(
        () => 'given',
        (error: { code: string }) => error.code,
      );
    expect(await hears(personOf('staff'), purpose)).to.equal('condition');
    expect(await give('admin')).to.equal('NOT_ALLOWED');
    expect(await give('secretary')).to.equal('given');
    expect(await hears(personOf('staff'))).to.equal('given');
    expect(await hears(personOf('staff'), { ...wish, call: 'c2' })).to.equal('condition');
    expect(await hears(personOf('staff', { id: 'staff2' }))).to.equal('condition');
    office.clock.advance(DAY);
    expect(await hears(personOf('staff'))).to.equal('condition');
  });

  it('in a session: the named person, the browser session in which it was opened, as long as it is open', async () => {
    const id = await office.toDecision();
    await office.do(id, 'secretary', { type: 'approve', appointment: appointment(office.clock.now() + DAY) });
    office.clock.advance(DAY);
    expect(await hears(personOf('staff'))).to.equal('condition');
    await office.do(id, 'staff', open);
    expect(await hears(personOf('staff'))).to.equal('session');
    expect(await hears(personOf('staff'), { ...wish, browserSession: 'b2' })).to.equal('condition');
    expect(await hears(personOf('staff'), { ...wish, call: 'c2' })).to.equal('condition');
    expect(await hears(personOf('staff', { id: 'staff2' }))).to.equal('condition');
    await office.requests.bySystem(id, { type: 'interrupt', why: 'browser-lost' });
    expect(await hears(personOf('staff'))).to.equal('condition');
  });

  it("one's own request", async () => {
    const requester = { ...form().requester, account: 'admin' };
    const id = await office.file({ form: form({ requester }) });
    await office.do(id, 'front', { type: 'match', calls: [call()], participation: 'x' });
    expect(await hears(personOf('admin'), purpose)).to.equal('own-request');
  });

  it('the purpose, or the refusal, is on record before anything is heard', async () => {
    await listening.ask(as('secretary'), personOf('secretary'), purpose);
    expect(office.book.events.at(-1)).to.deep.include({ event: 'purpose', role: 'secretary' });
    expect(office.book.events.at(-1)?.personal).to.include({ reference: 'OR.1431.7' });
    await listening.ask(as('staff'), personOf('staff'), purpose);
    expect(office.book.events.at(-1)?.facts).to.deep.equal({ permission: 'recording.hear', why: 'condition' });
    office.book.broken = true;
    const asked = listening.ask(as('secretary'), personOf('secretary'), purpose);
    expect(
      await asked.then(
        () => 'allowed',
        (error: { code: string }) => error.code,
      ),
    ).to.equal('AUDIT_FAILED');
  });
});

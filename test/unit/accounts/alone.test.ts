/** What one person alone must not come to: by the order of events, by two things at once, or by who is barred first. */
import { expect } from 'chai';
import type { HalinaError } from '../../../src/base/errors.js';
import { Office, as, commandLine } from '../../support/people.js';

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: HalinaError) => error.code,
  );
const PASSWORD = 'słoń na balkonie';

describe('one person alone', () => {
  let office: Office;
  let admin = '';
  beforeEach(async () => {
    office = await Office.open();
    admin = await office.add('admin', ['administrator']);
  });
  afterEach(() => office.accounts.close());
  const accounts = () => office.accounts;
  const erasure = { action: 'erase' as const, subject: 'c1', params: {}, reason: 'x' };
  const watched = (): { done: number } => {
    const seen = { done: 0 };
    accounts().actions.on('erase', () => Promise.resolve(void (seen.done += 1)));
    return seen;
  };

  describe('gets rid of no Secretary:', () => {
    let boss = '';
    beforeEach(async () => {
      boss = await office.add('boss', ['secretary']);
    });

    it('one whose account is barred is still asked', async () => {
      const seen = watched();
      await accounts().block(as(admin), boss, 'x');
      expect(await accounts().actions.ask(as(admin), erasure)).to.include({ state: 'asked' });
      expect(seen.done).to.equal(0);
      const { pending } = await accounts().create(as(admin), { login: 'st', name: 'Staś', roles: ['staff'] });
      expect(pending).to.include({ state: 'asked' });
    });

    it('the last one keeps the role until another has it', async () => {
      const leave = (): Promise<string> => code(accounts().setRoles(as(admin), boss, ['front_office'], 'x'));
      expect(await leave()).to.equal('LAST_SECRETARY');
      const next = await accounts().create(as(admin), { login: 'next', name: 'Nowy Sekretarz', roles: ['secretary'] });
      await accounts().actions.confirm(as(boss), next.pending?.id ?? '');
      expect(await leave()).to.equal('done');
      expect(accounts().actions.needed).to.equal(true);
    });

    it('nor becomes the deputy of the Secretary by the own hand', async () => {
      const given = { deputy: admin, of: boss, role: 'secretary' as const, from: '2026-03-02', until: '2026-03-09' };
      const named = accounts().terms.nameDeputy(as(admin), { ...given, reason: 'urlop', document: '7/2026' });
      expect(await code(named)).to.equal('NOT_ALLOWED');
      expect(accounts().person(admin)?.roles).to.deep.equal(['administrator']);
    });

    it('what was refused is not done, though it was confirmed at the same instant', async () => {
      const seen = watched();
      const { id } = await accounts().actions.ask(as(admin), erasure);
      const both = [accounts().actions.refuse(as(boss), id, 'nie'), accounts().actions.confirm(as(boss), id)];
      expect(await Promise.all(both.map(code))).to.deep.equal(['done', 'ACTION_OVER']);
      expect(accounts().actions.all()[0]).to.include({ state: 'refused' });
      expect(seen.done).to.equal(0);
    });

    it('what is confirmed twice at once is done once', async () => {
      const seen = watched();
      const { id } = await accounts().actions.ask(as(admin), erasure);
      const both = [accounts().actions.confirm(as(boss), id), accounts().actions.confirm(as(boss), id)];
      expect(await Promise.all(both.map(code))).to.deep.equal(['done', 'ACTION_OVER']);
      expect(seen.done).to.equal(1);
    });
  });

  it('two administrators who bar each other at once: one remains', async () => {
    const second = await office.add('second', ['administrator']);
    const both = [accounts().block(as(admin), second, 'x'), accounts().block(as(second), admin, 'x')];
    expect(await Promise.all(both.map(code))).to.deep.equal(['done', 'LAST_ADMINISTRATOR']);
    expect(accounts().person(admin)).to.include({ id: admin });
  });

  it('roles that are withdrawn do not come back by a bar at the same instant', async () => {
    const second = await office.add('second', ['administrator']);
    await Promise.all([accounts().setRoles(as(admin), second, [], 'x'), accounts().block(as(admin), second, 'x')]);
    await Promise.all([accounts().update(as(admin), second, { name: 'Inne Nazwisko' }), accounts().unblock(as(admin), second)]); // prettier-ignore
    expect(accounts().view(second)).to.deep.include({ roles: [], name: 'Inne Nazwisko' });
  });

  it('a link that is used twice at once sets one password', async () => {
    const { token } = await accounts().links.make(as(admin), admin);
    const both = [PASSWORD, 'żyrafa na dachu'].map((one) => code(accounts().links.redeem(token, one, '10.0.0.1')));
    const outcomes = await Promise.all(both);
    expect(outcomes).to.have.members(['done', 'LINK_INVALID']);
    expect(office.audit.names().filter((name) => name === 'account password')).to.have.length(1);
    const password = outcomes[0] === 'done' ? PASSWORD : 'żyrafa na dachu';
    const wish = { login: 'admin', password, source: '10.0.0.1' };
    expect(await accounts().signIn.logIn(wish)).to.include({ kind: 'must-enrol' });
  });

  it('a link of before is no use after another one was used', async () => {
    const [first, second] = [await accounts().links.make(as(admin), admin), await accounts().links.make(commandLine, admin)]; // prettier-ignore
    await accounts().links.redeem(second.token, PASSWORD, '10.0.0.1');
    expect(await code(accounts().links.redeem(first.token, PASSWORD, '10.0.0.1'))).to.equal('LINK_INVALID');
  });
});

describe('the link of the first administrator', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.accounts.close());
  const first = (token: string, login: string) =>
    office.accounts.createFirst(token, { login, name: `Osoba ${login}`, password: PASSWORD }, '10.0.0.1');

  it('makes one, used twice at once', async () => {
    const token = office.accounts.links.first() ?? '';
    const both = [first(token, 'anna'), first(token, 'beata')];
    expect(await Promise.all(both.map(code))).to.have.members(['done', 'LINK_INVALID']);
    expect(office.accounts.list()).to.have.length(1);
  });

  it('makes one who can log in, or nobody', async () => {
    const token = office.accounts.links.first() ?? '';
    const { audit } = office;
    const append = audit.append.bind(audit);
    // The disk is full from the third line on.
    audit.append = (event) => {
      audit.broken = audit.events.length >= 2;
      return append(event);
    };
    expect(await code(first(token, 'anna'))).to.equal('AUDIT_FAILED');
    expect(office.accounts.list()).to.deep.equal([]);
    expect(office.accounts.links.first()).to.equal(token);
  });
});

/** People's life in the office: accounts, two persons, deputies, the Mayor's authorisations, employees who were told. */
import { expect } from 'chai';
import type { HalinaError } from '../../../src/base/errors.js';
import { judge } from '../../../src/accounts/judge.js';
import { Office, as, commandLine } from '../../support/people.js';

const DAY = 86_400_000;
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: HalinaError) => error.code,
  );

describe('accounts', () => {
  let office: Office;
  let admin = '';
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.accounts.close());
  const accounts = () => office.accounts;
  const secretary = (): Promise<string> => office.add('secretary', ['secretary']);
  const start = async (): Promise<void> => {
    admin = await office.add('admin', ['administrator']);
  };

  it('the first administrator comes by a link that is good only while there is nobody', async () => {
    const token = accounts().links.first() ?? '';
    const given = { login: 'anna', name: 'Anna Nowak', password: 'krótkie' };
    expect(await code(accounts().createFirst('wrong', given, '10.0.0.1'))).to.equal('LINK_INVALID');
    expect(await accounts().createFirst(token, given, '10.0.0.1')).to.have.property('problem');
    expect(accounts().empty).to.equal(true);
    const made = await accounts().createFirst(token, { ...given, password: 'słoń na balkonie' }, '10.0.0.1');
    expect(made.account).to.include({ login: 'anna', hasPassword: true });
    expect(accounts().links.first()).to.equal(undefined);
    expect(await code(accounts().createFirst(token, { ...given, login: 'b' }, '10.0.0.1'))).to.equal('LINK_INVALID');
  });

  it('a link sets the password once, within a day', async () => {
    await start();
    const { token } = await accounts().links.make(as(admin), admin);
    expect(accounts().links.accountOf(token)).to.include({ login: 'admin' });
    expect(await accounts().links.redeem(token, 'za krótkie', '10.0.0.1')).to.equal(undefined);
    expect(await code(accounts().links.redeem(token, 'słoń na balkonie', '10.0.0.1'))).to.equal('LINK_INVALID');
    const late = await accounts().links.make(as(admin), admin);
    office.clock.advance(DAY + 1);
    expect(accounts().links.accountOf(late.token)).to.equal(undefined);
  });

  it('names that clash or can not be typed are refused', async () => {
    await start();
    expect(await code(office.add('Admin', []))).to.equal('LOGIN_TAKEN');
    for (const login of ['ą', 'a', 'a b', '../x', '<script>'])
      expect(await code(office.add(login, []))).to.equal('LOGIN_INVALID');
  });

  it('the data-protection officer can be neither administrator, Secretary nor unit head', async () => {
    await start();
    for (const role of ['administrator', 'secretary', 'unit_head'] as const) {
      expect(await code(office.add('iod', ['dpo', role]))).to.equal('ROLES_CONFLICT');
    }
    const dpo = await office.add('iod', ['dpo']);
    expect(await code(accounts().setRoles(commandLine, dpo, ['dpo', 'unit_head'], 'x'))).to.equal('ROLES_CONFLICT');
  });

  it('one administrator always remains', async () => {
    await start();
    expect(await code(accounts().block(as(admin), admin, 'x'))).to.equal('LAST_ADMINISTRATOR');
    expect(await code(accounts().setRoles(as(admin), admin, ['auditor'], 'x'))).to.equal('LAST_ADMINISTRATOR');
    const second = await office.add('second', ['administrator']);
    await accounts().block(as(second), admin, 'x');
    expect(accounts().person(admin)).to.equal(undefined);
    expect(await code(accounts().block(as(second), second, 'x'))).to.equal('LAST_ADMINISTRATOR');
  });

  it('nothing happens where the audit log can not be written', async () => {
    await start();
    office.audit.broken = true;
    expect(await code(office.add('x1', []))).to.equal('AUDIT_FAILED');
    expect(await code(accounts().block(as(admin), admin, 'x'))).to.equal('LAST_ADMINISTRATOR');
    expect(await code(accounts().update(as(admin), admin, { extensions: ['201'] }))).to.equal('AUDIT_FAILED');
    await office.restart();
    expect(accounts().list()).to.have.length(1);
    expect(accounts().view(admin)?.extensions).to.deep.equal([]);
  });

  it('names stand in the audit log only where they can be erased', async () => {
    await office.add('jkowalska', ['front_office']);
    for (const { facts } of office.audit.events) expect(JSON.stringify(facts)).not.to.include('kowalska');
    expect(office.audit.events[0]?.personal).to.include({ login: 'jkowalska' });
  });

  it("whose handsets and units are changed is on record with what they were: by them one's own calls are known", async () => {
    await start();
    await accounts().update(as(admin), admin, { extensions: ['201', '202'], units: ['USC'] });
    await accounts().update(as(admin), admin, { extensions: [] });
    const { personal } = office.audit.events.at(-1) ?? {};
    expect(personal).to.include({ extensionsBefore: '201, 202', extensions: '', unitsBefore: 'USC', units: 'USC' });
  });

  it('forgets what an account was when it is compacted', async () => {
    await start();
    for (let i = 0; i < 2000; i++)
      await accounts().update(as(admin), admin, { name: `Dawne Nazwisko ${i} ${'x'.repeat(200)}` });
    await accounts().update(as(admin), admin, { name: 'Nowe Nazwisko' });
    expect((await office.files.stat('/data/accounts/accounts.journal'))?.bytes).to.be.lessThan(700_000);
    await office.restart();
    expect(accounts().view(admin)?.name).to.equal('Nowe Nazwisko');
  });

  describe('two persons', () => {
    beforeEach(start);

    it('a role that hears waits for the Secretary', async () => {
      const boss = await secretary();
      const { account, pending } = await accounts().create(as(admin), { login: 'st', name: 'Staś', roles: ['staff'] });
      expect(accounts().person(account.id)?.roles).to.deep.equal([]);
      expect(accounts().actions.waiting()).to.have.length(1);
      const id = pending?.id ?? '';
      expect(await code(accounts().actions.confirm(as(admin), id))).to.equal('NOT_ALLOWED');
      expect(await accounts().actions.confirm(as(boss), id)).to.include({ state: 'done', decidedBy: boss });
      expect(accounts().person(account.id)?.roles).to.deep.equal(['staff']);
      expect(await code(accounts().actions.confirm(as(boss), id))).to.equal('ACTION_OVER');
      expect(office.audit.names().join('\n')).to.match(/pending confirmed.*\nrole granted staff/);
    });

    it('nobody confirms the own wish, nor what is done to the own account', async () => {
      const boss = await secretary();
      const own = await accounts().askSecondFactorReset(as(admin), boss, 'telefon zgubiony');
      expect(await code(accounts().actions.confirm(as(boss), own.id))).to.equal('TWO_PERSONS');
      const asked = await accounts().askSecondFactorReset(as(boss), admin, 'telefon zgubiony');
      expect(await code(accounts().actions.confirm(as(boss), asked.id))).to.equal('TWO_PERSONS');
    });

    it('without a Secretary it is done at once, and on record', async () => {
      const action = await accounts().askSecondFactorReset(commandLine, admin, 'telefon zgubiony');
      expect(action).to.include({ state: 'done', note: 'no Secretary has an account yet' });
      expect(office.audit.names()).to.include('second_factor reset totp');
    });

    it('is refused, lapses after a week, fails with what went wrong', async () => {
      const boss = await secretary();
      const ask = () => accounts().actions.ask(as(admin), { action: 'erase', subject: 'c1', params: {}, reason: 'x' });
      const one = await ask();
      expect(await accounts().actions.refuse(as(boss), one.id, 'nie')).to.include({ state: 'refused', note: 'nie' });
      const two = await ask();
      office.clock.advance(7 * DAY);
      expect(await code(accounts().actions.confirm(as(boss), two.id))).to.equal('ACTION_OVER');
      await accounts().actions.lapse(commandLine);
      expect(
        accounts()
          .actions.all()
          .map(({ state }) => state),
      ).to.deep.equal(['refused', 'lapsed']);
      accounts().actions.on('erase', () => Promise.reject(new Error('zabezpieczone')));
      const three = await ask();
      expect(await code(accounts().actions.confirm(as(boss), three.id))).to.equal(undefined);
      expect(accounts().actions.all().at(-1)).to.include({ state: 'failed', note: 'zabezpieczone' });
    });

    it('what was confirmed when the program ended is carried out at the next start', async () => {
      const boss = await secretary();
      let done = 0;
      accounts().actions.on('export', () => new Promise(() => {})); // the program dies here
      const { id } = await accounts().actions.ask(as(admin), {
        action: 'export',
        subject: 'c1',
        params: {},
        reason: 'x',
      });
      void accounts().actions.confirm(as(boss), id);
      while (accounts().actions.all()[0]?.state !== 'confirmed') await new Promise(setImmediate);
      await office.restart();
      accounts().actions.on('export', () => Promise.resolve(void (done += 1)));
      await accounts().actions.resume(commandLine);
      expect(done).to.equal(1);
      expect(accounts().actions.all()[0]).to.include({ state: 'done' });
    });
  });

  it('of two persons: one that fails at the next start does not stop the others', async () => {
    await start();
    const boss = await secretary();
    const { actions } = accounts();
    for (const kind of ['erase', 'export'] as const) {
      actions.on(kind, () => new Promise(() => {})); // the program dies here
      const { id } = await actions.ask(as(admin), { action: kind, subject: 'c1', params: {}, reason: 'x' });
      void actions.confirm(as(boss), id);
      while (actions.all().at(-1)?.state !== 'confirmed') await new Promise(setImmediate);
    }
    await office.restart();
    accounts().actions.on('erase', () => Promise.reject(new Error('zabezpieczone')));
    accounts().actions.on('export', () => Promise.resolve());
    expect(await code(accounts().actions.resume(commandLine))).to.equal('ACTIONS_FAILED');
    const states = accounts()
      .actions.all()
      .map(({ state }) => state);
    expect(states).to.deep.equal(['failed', 'done']);
  });

  describe('terms', () => {
    let boss = '';
    let staff = '';
    let other = '';
    beforeEach(async () => {
      await start();
      staff = await office.add('staff', ['staff']);
      boss = await secretary();
      other = await office.add('other', ['front_office']);
    });
    const term = { from: '2026-03-03', until: '2026-03-04', reason: 'urlop' };
    const deputy = (more: object) => ({ deputy: other, of: staff, role: 'staff' as const, ...term, ...more });
    const roles = (): readonly string[] => accounts().person(other)?.roles ?? [];

    it('a deputy has the role on its days, in the zone of the office', async () => {
      const seen: string[] = [];
      accounts().onChange((account, what) => seen.push(`${account === other} ${what}`));
      await accounts().terms.nameDeputy(as(boss), deputy({}));
      expect(roles()).to.deep.equal(['front_office']);
      office.clock.advance(14 * 3_600_000 - 1); // 2 March 2026, 10:00 in Warsaw, to just before midnight
      expect(roles()).to.deep.equal(['front_office']);
      office.clock.advance(1);
      expect(roles()).to.deep.equal(['front_office', 'staff']);
      office.clock.advance(2 * DAY - 1);
      expect(roles()).to.include('staff');
      office.clock.advance(1);
      expect(roles()).to.deep.equal(['front_office']);
      expect(seen).to.deep.equal(['true deputy', 'true deputy', 'true deputy']);
    });

    it("the Secretary names those of staff, the Mayor's document is needed for the Secretary's", async () => {
      const name = (by: string, more: object) => code(accounts().terms.nameDeputy(as(by), deputy(more)));
      expect(await name(admin, {})).to.equal('NOT_ALLOWED');
      expect(await name(staff, {})).to.equal('NOT_ALLOWED');
      expect(await name(admin, { of: boss, role: 'secretary' })).to.equal('NOT_ALLOWED');
      expect(await name(boss, { of: boss, role: 'secretary', document: '7/2026' })).to.equal('NOT_ALLOWED');
      expect(await name(admin, { of: boss, role: 'secretary', document: '7/2026' })).to.equal('done');
      expect(await name(boss, { reason: '' })).to.equal('REASON_MISSING');
      expect(await name(boss, { until: '2026-03-01' })).to.equal('DATES_INVALID');
      expect(await name(boss, { of: other, deputy: staff })).to.equal('DEPUTY_INVALID');
    });

    it('a deputy may not become officer and Secretary in one', async () => {
      const dpo = await office.add('iod', ['dpo']);
      const given = deputy({ deputy: dpo, of: boss, role: 'secretary', document: '7/2026' });
      expect(await code(accounts().terms.nameDeputy(as(admin), given))).to.equal('ROLES_CONFLICT');
    });

    it("the Mayor's authorisation: from its day, to its end or withdrawal; told at once", async () => {
      const seen: string[] = [];
      const hears = (): boolean => {
        const person = accounts().person(staff);
        return person !== undefined && judge(person, 'recording.hear', { givenPurpose: true }).allowed;
      };
      expect(hears()).to.equal(false);
      const given = { account: staff, number: '12/2026', scope: 'odsłuch', from: '2026-03-02', until: '2026-03-03' };
      await accounts().terms.enterAuthorisation(as(admin), given);
      expect(hears()).to.equal(true);
      accounts().onChange((account, what) => seen.push(`${account === staff} ${what}`));
      office.clock.advance(2 * DAY);
      expect(hears()).to.equal(false);
      expect(seen).to.deep.equal(['true authorisation']);
      const { until: _, ...open } = given;
      const { id } = await accounts().terms.enterAuthorisation(as(admin), open);
      expect(hears()).to.equal(true);
      await accounts().terms.withdrawAuthorisation(as(admin), id, 'zmiana stanowiska');
      expect(hears()).to.equal(false);
      expect(office.audit.events.at(-1)).to.deep.include({ event: 'authorisation' });
    });

    it('handsets whose person was not told are named', async () => {
      await accounts().terms.enterInformation(as(admin), { extension: '201', person: 'Jan Kos', on: '2026-03-01' });
      await accounts().terms.enterInformation(as(admin), { extension: '202', person: 'Ewa Lis', on: '2026-03-09' });
      expect(accounts().terms.uninformed(['201', '202', '203'])).to.deep.equal(['202', '203']);
    });
  });
});

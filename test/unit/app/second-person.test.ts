/** What waits for the Secretary, from the command line too; and the alarm for handsets whose persons were not told. */
import { expect } from 'chai';
import { controlOf } from '../../../src/app/control.js';
import { carryOut } from '../../../src/app/second-person.js';
import { watchUninformed } from '../../../src/app/uninformed.js';
import { Closers } from '../../../src/app/closers.js';
import type { Archive } from '../../../src/archive/archive.js';
import type { AuditLog } from '../../../src/audit/audit-log.js';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { as, Office } from '../../support/people.js';
import { Vault } from '../../../src/vault/vault.js';
import { MemoryFiles } from '../../support/memory-files.js';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('what destroys or opens recordings, at the command line', () => {
  let office: Office;
  let done: string[];
  beforeEach(async () => {
    office = await Office.open();
    done = [];
  });
  afterEach(() => office.accounts.close());

  const note =
    (what: string, result: object = {}) =>
    (): Promise<object> => {
      done.push(what);
      return Promise.resolve(result);
    };
  const plan = { recordings: 3, bytes: 9, fits: true };
  const room = {
    find: () => Promise.resolve({}),
    guards: () => Promise.resolve([{ id: 'h1', reason: 'x' }]),
    release: (_: string, hold: string, { by }: { by: string }) => note(`release ${hold} by ${by}`, { id: hold })(),
    erase: (_: string, { askedBy, confirmedBy }: { askedBy: string; confirmedBy: string }) =>
      note(`erase ${askedBy} ${confirmedBy}`)(),
    usage: () => ({ quota: 100 }),
    setQuota: () => Promise.resolve(plan),
    forecast: () => Promise.resolve({ reachDays: 1, weekBytes: 1 }),
  };
  const archive = room as unknown as Archive;
  const changeQuota = async (bytes: number): Promise<void> => void (await note(`quota ${bytes}`)());
  const control = (on = archive) =>
    controlOf(on, {
      audit: office.audit as unknown as AuditLog,
      vault: new Vault(new MemoryFiles()),
      masterKey: () => Promise.resolve(undefined),
      accounts: () => Promise.resolve(office.accounts),
      office: () => ({ office: 'Urząd', zone: 'Europe/Warsaw' }),
      changeQuota,
      live: () => [],
      probe: () => Promise.resolve([]),
      clock: office.clock,
      status: () => Promise.reject(new Error('not asked for')),
    });
  const by = { by: 'cli:root', uid: 0 };
  const erase = { id, askedBy: 'cli:root', reason: 'a court', uid: 0 };

  it('is done at once as long as no Secretary has an account', async () => {
    await office.add('anna', ['administrator']);
    expect(await control().erase({ ...erase, confirmedBy: 'sekretarz' })).to.deep.equal({});
    expect(await control().release({ id, reason: 'answered', ...by })).to.include({ id: 'h1' });
    expect((await control().quota({ bytes: 50, dryRun: false })).pending).to.equal(undefined);
    expect(done).to.deep.equal(['erase cli:root sekretarz', 'release h1 by cli:root', 'quota 50']);
  });

  it('waits for the Secretary who has one, and is done when confirmed, whoever names a second person', async () => {
    await office.add('anna', ['administrator']);
    const boss = await office.add('barbara', ['secretary']);
    const request = { calls: [id], path: '/tmp/x.zip', reference: 'OR.1', recipient: 'sąd' };
    await control().erase({ ...erase, confirmedBy: 'sekretarz' });
    await control().release({ id, reason: 'answered', ...by });
    await control().quota({ bytes: 50, dryRun: false });
    expect(await control().export(request)).to.have.all.keys('pending');
    expect(done).to.deep.equal([]);
    const { actions } = office.accounts;
    carryOut(actions, { archive, changeQuota, seal: async ({ path }) => note(`export ${path}`)() });
    expect(actions.waiting().map(({ action, askedBy }) => [action, askedBy])).to.deep.equal(
      ['erase', 'release-hold', 'quota', 'export'].map((action) => [action, 'command-line']),
    );
    for (const action of actions.waiting()) await actions.confirm(as(boss), action.id);
    expect(done).to.deep.equal([
      `erase command-line ${boss}`,
      `release h1 by ${boss}`,
      'quota 50',
      'export /tmp/x.zip',
    ]);
  });

  it('changes a quota that takes nothing without asking', async () => {
    await office.add('anna', ['administrator']);
    await office.add('barbara', ['secretary']);
    const roomy = { ...room, setQuota: () => Promise.resolve({ ...plan, recordings: 0 }) } as unknown as Archive;
    const { quota } = control(roomy);
    await quota({ bytes: 500, dryRun: false });
    expect(done).to.deep.equal(['quota 500']);
  });
});

describe('a handset whose person was not told of the recording', () => {
  it('is an alarm from the first account on, until that is entered', async () => {
    const office = await Office.open();
    const { clock } = office;
    const alarms = new Alarms(clock, silentLog);
    const closers = new Closers(silentLog);
    const raised = new Set<string>();
    alarms.listen({
      raised: ({ code, subject }) => raised.add(`${code} ${subject}`),
      cleared: ({ code, subject }) => raised.delete(`${code} ${subject}`),
    });
    let extensions = ['201', '202'];
    watchUninformed({ accounts: office.accounts, extensions: () => extensions, alarms, clock }, closers);
    clock.advance(1);
    expect([...raised]).to.deep.equal([]);
    const admin = await office.add('anna', ['administrator']);
    clock.advance(60_000);
    expect([...raised]).to.deep.equal(['HANDSET_UNINFORMED 201', 'HANDSET_UNINFORMED 202']);
    const told = { extension: '201', person: 'Jan Łoś', on: '2026-03-01' };
    await office.accounts.terms.enterInformation(as(admin), told);
    extensions = ['201'];
    clock.advance(60_000);
    expect([...raised]).to.deep.equal([]);
    await closers.close();
    await office.accounts.close();
  });
});

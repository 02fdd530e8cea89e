/** `halina user`: what it does with accounts, and what it prints. */
import { expect } from 'chai';
import type { PeopleReply, PeopleRequest } from '../../../src/app/people-control.js';
import { doWithPeople, peopleRequest } from '../../../src/app/people-control.js';
import { runCommand } from '../../../src/cli/command-line.js';
import { runningControl } from '../../support/fake-control.js';
import { Office } from '../../support/people.js';

const failed = (error: { code: string }): string => error.code;

describe('accounts from the command line', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.accounts.close());
  const go = (request: PeopleRequest): Promise<PeopleReply> =>
    doWithPeople(office.accounts, peopleRequest.parse(request));
  const add = (login: string, roles: ('administrator' | 'secretary' | 'staff')[]): Promise<PeopleReply> =>
    go({ do: 'add', uid: 0, login, name: `Osoba ${login}`, roles });

  it('makes the first administrator, with a link that sets the password', async () => {
    const { link, users } = await add('anna', ['administrator']);
    expect(users).to.deep.equal([
      {
        login: 'anna',
        name: 'Osoba anna',
        roles: ['administrator'],
        password: false,
        secondFactor: false,
        blocked: false,
      },
    ]);
    expect(office.accounts.links.accountOf(link?.token ?? '')).to.include({ login: 'anna' });
    expect(office.audit.events[0]?.actor).to.deep.equal({ by: 'command-line', uid: 0 });
  });

  it('waits for the Secretary as the console does, once there is one', async () => {
    await add('anna', ['administrator']);
    await add('barbara', ['secretary']);
    const { pending, users } = await add('celina', ['staff']);
    expect(users[0]?.roles).to.deep.equal([]);
    expect(office.accounts.actions.waiting().map(({ id }) => id)).to.deep.equal([pending]);
    const reset = await go({ do: 'reset-second-factor', uid: 0, login: 'anna', reason: 'telefon zgubiony' });
    expect(reset.pending).to.be.a('string');
  });

  it('blocks, lets in again, knows who is not there', async () => {
    await add('anna', ['administrator']);
    await add('celina', ['staff']);
    expect((await go({ do: 'block', uid: 0, login: 'celina', reason: 'x' })).users[0]?.blocked).to.equal(true);
    expect((await go({ do: 'unblock', uid: 0, login: 'celina' })).users[0]?.blocked).to.equal(false);
    expect(await go({ do: 'link', uid: 0, login: 'nobody' }).catch(failed)).to.equal('ACCOUNT_UNKNOWN');
    expect(await go({ do: 'block', uid: 0, login: 'anna', reason: 'x' }).catch(failed)).to.equal('LAST_ADMINISTRATOR');
    expect((await go({ do: 'list' })).users.map(({ login }) => login)).to.have.members(['anna', 'celina']);
  });

  it('asks the running program and prints what a person can use', async () => {
    const users = [
      {
        login: 'anna',
        name: 'Anna Nowak',
        roles: ['administrator'],
        password: false,
        secondFactor: false,
        blocked: false,
      },
    ];
    const link = { token: 'T0KEN', expiresAt: Date.UTC(2026, 2, 3) };
    const control = await runningControl({ people: () => Promise.resolve({ users, link }) });
    const [printed, complained]: [string[], string[]] = [[], []];
    const run = (...args: string[]): Promise<number> =>
      runCommand(['user', ...args, '--config', control.config, '--data', control.data], {
        print: (text) => void printed.push(text),
        complain: (text) => void complained.push(text),
      });
    try {
      const role = ['--role', 'administrator'];
      expect(await run('add', 'anna', '--name', 'Anna Nowak', ...role)).to.equal(0);
      expect(control.asked[0]?.request).to.include({ do: 'add', login: 'anna', name: 'Anna Nowak' });
      expect(printed[0]).to.match(/anna {2}Anna Nowak {2}administrator {2}\(no password yet\)\n.*2026-03-03.*#T0KEN/s);
      expect(await run('add', 'anna', '--name', 'Anna', '--role', 'king')).to.equal(1);
      expect(complained.join('\n')).to.include("there is no role 'king'").and.include('front_office');
      expect(await run('add', 'anna')).to.equal(2);
    } finally {
      await control.close();
    }
  });
});

/** The table of permissions against the one that the office agreed on, cell by cell, and what `judge` makes of it. */
import { expect } from 'chai';
import { judge, mayEver } from '../../../src/accounts/judge.js';
import type { Facts, Person } from '../../../src/accounts/judge.js';
import { cell, permissions } from '../../../src/accounts/permissions.js';
import type { Condition, Permission } from '../../../src/accounts/permissions.js';
import { conflictOf, roles } from '../../../src/accounts/roles.js';
import type { Role } from '../../../src/accounts/roles.js';

/** In the order of `roles`: administrator, secretary, staff, dpo, unit_head, front_office, auditor. */
type Line = readonly [Condition, Condition, Condition, Condition, Condition, Condition, Condition];
const expected: Record<Permission, Line> = {
  'live.see': ['yes', 'yes', 'yes', 'no', 'no', 'no', 'no'],
  'settings.change': ['yes', 'no', 'no', 'no', 'no', 'no', 'no'],
  'quota.change': ['yes', 'no', 'no', 'no', 'no', 'no', 'no'],
  'accounts.change': ['yes', 'no', 'no', 'no', 'no', 'no', 'no'],
  'handsets.change': ['yes', 'no', 'no', 'no', 'no', 'no', 'no'],
  'calls.search': ['yes', 'yes', 'yes', 'within-request', 'own-unit-within-request', 'to-match-request', 'no'],
  'recording.hear': ['with-purpose', 'with-purpose', 'session-or-given-purpose', 'no', 'no', 'no', 'no'],
  'purpose.give': ['no', 'yes', 'no', 'no', 'no', 'no', 'no'],
  'request.see': ['no', 'yes', 'yes', 'within-request', 'own-unit-within-request', 'yes', 'no'],
  'request.file': ['no', 'yes', 'yes', 'no', 'no', 'yes', 'no'],
  'request.complete': ['no', 'yes', 'yes', 'no', 'no', 'yes', 'no'],
  'request.match': ['no', 'yes', 'yes', 'no', 'no', 'yes', 'no'],
  'request.withdraw': ['no', 'yes', 'yes', 'no', 'no', 'yes', 'no'],
  'opinion.dpo': ['no', 'no', 'no', 'yes', 'no', 'no', 'no'],
  'opinion.unit': ['no', 'no', 'no', 'no', 'own-unit', 'no', 'no'],
  'request.decide': ['no', 'yes', 'no', 'no', 'no', 'no', 'no'],
  'session.conduct': ['no', 'yes', 'designated', 'no', 'no', 'no', 'no'],
  'hold.place': ['yes', 'yes', 'no', 'no', 'no', 'no', 'no'],
  'hold.release': ['secretary-confirms', 'yes', 'no', 'no', 'no', 'no', 'no'],
  'recording.erase': ['second-person', 'no', 'no', 'no', 'no', 'no', 'no'],
  'recording.export': ['second-person', 'no', 'no', 'no', 'no', 'no', 'no'],
  'action.confirm': ['no', 'yes', 'no', 'no', 'no', 'no', 'no'],
  'deputy.name': ['deputy-of-secretary-or-dpo', 'deputy-of-staff-or-unit-head', 'no', 'no', 'no', 'no', 'no'],
  'disclosure.see': ['yes', 'yes', 'no', 'yes', 'no', 'no', 'no'],
  'disclosure.prepare': ['yes', 'no', 'no', 'no', 'no', 'no', 'no'],
  'disclosure.approve': ['no', 'yes', 'no', 'no', 'no', 'no', 'no'],
  'disclosure.opinion': ['no', 'no', 'no', 'yes', 'no', 'no', 'no'],
  'audit.read': ['yes', 'yes', 'no', 'yes', 'no', 'no', 'yes'],
  'reports.read': ['yes', 'yes', 'no', 'yes', 'no', 'no', 'yes'],
  'evidence.read': ['yes', 'yes', 'no', 'yes', 'no', 'no', 'yes'],
  'register.read': ['yes', 'yes', 'no', 'yes', 'no', 'no', 'yes'],
};

const authorisation = { id: 'a1', number: '12/2026' };
const person = (role: Role, more: Partial<Person> = {}): Person => ({
  id: role,
  login: role,
  name: role,
  roles: [role],
  units: [],
  extensions: [],
  authorisation,
  ...more,
});

describe('the table of permissions', () => {
  it('has a line here for every permission', () => expect(Object.keys(expected)).to.deep.equal(permissions));

  for (const permission of permissions) {
    for (const [index, role] of roles.entries()) {
      const condition = expected[permission][index];
      it(`${permission}, ${role}: ${condition}`, () => {
        expect(cell(permission, role)).to.equal(condition);
        expect(mayEver(person(role), permission)).to.equal(condition !== 'no');
        const verdict = judge(person(role), permission);
        expect(verdict.allowed, 'without any fact').to.equal(condition === 'yes');
        if (condition === 'no') expect(verdict).to.include({ why: 'role' });
      });
    }
  }
});

describe('what a condition asks for', () => {
  const hears = (who: Person, facts: Facts) => judge(who, 'recording.hear', facts);
  const designated = ['staff'];

  it('hearing: a purpose for the administrator and the Secretary', () => {
    expect(hears(person('administrator'), {})).to.deep.equal({
      allowed: false,
      why: 'condition',
      needs: 'with-purpose',
    });
    expect(hears(person('administrator'), { purpose: true })).to.include({ allowed: true, role: 'administrator' });
    expect(hears(person('secretary'), { purpose: true })).to.include({ allowed: true, role: 'secretary' });
  });

  it('hearing: staff only in a session that they were named for, or with a purpose of the Secretary', () => {
    expect(hears(person('staff'), { purpose: true }).allowed).to.equal(false);
    expect(hears(person('staff'), { session: true }).allowed).to.equal(false);
    expect(hears(person('staff'), { session: true, designated: ['other'] }).allowed).to.equal(false);
    expect(hears(person('staff'), { session: true, designated }).allowed).to.equal(true);
    expect(hears(person('staff'), { givenPurpose: true }).allowed).to.equal(true);
  });

  it("hearing: nobody without the Mayor's authorisation", () => {
    const { authorisation: _, ...secretary } = person('secretary');
    expect(hears(secretary, { purpose: true })).to.deep.equal({ allowed: false, why: 'no-authorisation' });
  });

  it('nobody acts on their own request, nor hears a call in which they took part', () => {
    const secretary = person('secretary', { extensions: ['201'] });
    expect(judge(secretary, 'request.decide', { requester: 'secretary' })).to.include({ why: 'own-request' });
    expect(judge(secretary, 'request.decide', { requester: 'another' }).allowed).to.equal(true);
    expect(hears(secretary, { purpose: true, extensions: ['202', '201'] })).to.include({ why: 'took-part' });
    expect(hears(secretary, { purpose: true, extensions: ['202'] }).allowed).to.equal(true);
    expect(judge(secretary, 'request.withdraw', { extensions: ['201'] }).allowed).to.equal(true);
  });

  it('a unit head: only what is of the own unit', () => {
    const head = person('unit_head', { units: ['USC'] });
    expect(judge(head, 'opinion.unit', { units: ['GK'] }).allowed).to.equal(false);
    expect(judge(head, 'opinion.unit', { units: ['GK', 'USC'] }).allowed).to.equal(true);
    expect(judge(head, 'calls.search', { units: ['USC'] }).allowed).to.equal(false);
    expect(judge(head, 'calls.search', { units: ['USC'], request: true }).allowed).to.equal(true);
  });

  it('two persons: another one, and the Secretary', () => {
    const admin = person('administrator');
    const confirmedBy = (account: string, role: Role): Facts => ({ confirmedBy: { account, role } });
    expect(judge(admin, 'recording.erase', confirmedBy('s', 'auditor')).allowed).to.equal(false);
    expect(judge(admin, 'recording.erase', confirmedBy('administrator', 'secretary')).allowed).to.equal(false);
    expect(judge(admin, 'recording.erase', confirmedBy('s', 'secretary')).allowed).to.equal(true);
    expect(judge(admin, 'hold.release', confirmedBy('s', 'secretary')).allowed).to.equal(true);
  });

  it("deputies: the Mayor's document for the Secretary's", () => {
    const admin = person('administrator');
    expect(judge(admin, 'deputy.name', { deputyOf: 'secretary' }).allowed).to.equal(false);
    expect(judge(admin, 'deputy.name', { deputyOf: 'secretary', document: '5/2026' }).allowed).to.equal(true);
    expect(judge(admin, 'deputy.name', { deputyOf: 'staff', document: '5/2026' }).allowed).to.equal(false);
    expect(judge(person('secretary'), 'deputy.name', { deputyOf: 'staff' }).allowed).to.equal(true);
    expect(judge(person('secretary'), 'deputy.name', { deputyOf: 'dpo', document: '1' }).allowed).to.equal(false);
  });

  it('several roles: the one that carries it is named', () => {
    const both = person('staff', { roles: ['auditor', 'staff'] });
    expect(judge(both, 'request.file')).to.include({ allowed: true, role: 'staff' });
  });

  it('the data-protection officer is independent', () => {
    expect(conflictOf(['dpo', 'unit_head'])).to.equal('unit_head');
    expect(conflictOf(['dpo', 'administrator'])).to.equal('administrator');
    expect(conflictOf(['dpo', 'auditor'])).to.equal(undefined);
    expect(conflictOf(['secretary', 'unit_head'])).to.equal(undefined);
  });
});

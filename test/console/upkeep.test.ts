import { expect } from 'chai';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

describe('upkeep', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  let people: Record<'administrator' | 'head' | 'staff' | 'colleague' | 'other' | 'secretary', string>;
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    people = {
      administrator: await whole.account('informatyk', 'administrator'),
      head: await whole.account('kierownik', 'unit_head'),
      staff: await whole.account('pracownik', 'staff'),
      colleague: await whole.account('pracownica', 'staff'),
      other: await whole.account('zastepca', 'front_office'),
      secretary: await whole.account('sekretarz', 'secretary'), // from then on roles that hear wait for a second person
    };
  });
  after(async () => {
    await whole.close();
    await redis.close();
  });

  it('the audit log is verified when asked, which is on record', async () => {
    const auditor = await whole.account('audytor', 'auditor');
    const reply = await whole.ask('POST', '/audit/verify', await whole.visitor(auditor));
    const verdict = reply.json<{ differences: unknown[]; lines: number }>();
    expect(verdict.differences).to.deep.equal([]);
    expect(verdict.lines).to.be.greaterThan(0);
    expect(await whole.events('verify')).to.deep.equal([
      { differences: 0, proven: false, role: 'auditor', by: auditor },
    ]);
  });

  it('a deputy is ended by the Secretary before the time, and not by others', async () => {
    const { staff, other } = people;
    const secretary = await whole.visitor(people.secretary);
    const wish = { deputy: other, of: staff, role: 'staff', from: '2020-01-01', until: '2099-01-01', reason: 'urlop' };
    const { id } = (await whole.ask('POST', '/deputies', secretary, wish)).json<{ id: string }>();
    expect(whole.accounts.person(other)?.roles).to.include('staff');
    const refused = await whole.ask('POST', `/deputies/${id}/end`, await whole.visitor(staff));
    expect(refused.statusCode).to.equal(403);
    expect((await whole.ask('POST', `/deputies/${id}/end`, secretary)).statusCode).to.equal(200);
    expect(whole.accounts.person(other)?.roles).not.to.include('staff');
  });

  it('why somebody is away is told to who names deputies and to the two, not to the whole house', async () => {
    const { head: of, staff: deputy, secretary, administrator, colleague, other } = people;
    const wish = { deputy, of, role: 'unit_head', from: '2020-01-01', until: '2099-01-01', reason: 'szpital' };
    const named = await whole.ask('POST', '/deputies', await whole.visitor(secretary), wish);
    const record = named.json<{ id: string; reason?: string }>();
    const seenBy = async (person: string) => {
      const reply = await whole.ask('GET', '/deputies', await whole.visitor(person));
      return reply.json<{ deputies: { id: string }[] }>().deputies.find(({ id }) => id === record.id);
    };
    for (const person of [secretary, administrator, of, deputy]) expect(await seenBy(person)).to.deep.equal(record);
    const { reason, ...rest } = record;
    expect(reason).to.equal('szpital');
    const others = await Promise.all((['unit_head', 'auditor', 'dpo'] as const).map((role) => whole.account(`inny.${role.slice(0, 3)}`, role))); // prettier-ignore
    for (const person of [colleague, other, ...others]) expect(await seenBy(person)).to.deep.equal(rest);
  });
});

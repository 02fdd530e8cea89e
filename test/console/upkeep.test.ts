import { expect } from 'chai';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

describe('upkeep', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
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
    const staff = await whole.account('pracownik', 'staff');
    const other = await whole.account('zastepca', 'front_office');
    const secretary = await whole.visitor(await whole.account('sekretarz', 'secretary'));
    const wish = { deputy: other, of: staff, role: 'staff', from: '2020-01-01', until: '2099-01-01', reason: 'urlop' };
    const { id } = (await whole.ask('POST', '/deputies', secretary, wish)).json<{ id: string }>();
    expect(whole.accounts.person(other)?.roles).to.include('staff');
    const refused = await whole.ask('POST', `/deputies/${id}/end`, await whole.visitor(staff));
    expect(refused.statusCode).to.equal(403);
    expect((await whole.ask('POST', `/deputies/${id}/end`, secretary)).statusCode).to.equal(200);
    expect(whole.accounts.person(other)?.roles).not.to.include('staff');
  });
});

/** An access request over HTTP: six people carry it to a session with its protocol; who may not is refused. */
import { expect } from 'chai';
import type { Role } from '../../src/accounts/roles.js';
import type { RequestView } from '../../src/console/routes/requests/views.js';
import { formOf, RequestPeople } from '../support/console/request-people.js';
import { RedisStand } from '../support/console/stand.js';
import { SOUND } from '../support/console/whole.js';

const HOUR = 3_600_000;

describe('an access request over HTTP', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let office: RequestPeople;
  before(async () => void (redis = await RedisStand.start()));
  after(() => redis.close());
  beforeEach(async () => void (office = await RequestPeople.open(redis)));
  afterEach(() => office.close());

  const phase = async (id: string): Promise<string> => (await office.look('front_office', id)).state.phase;
  const status = async (who: Role, step: string, id: string, body: object = {}): Promise<number> =>
    (await office.try(who, step, id, body)).statusCode;
  const grantAs = (who: Role, body = {}) =>
    office.whole.ask('POST', `/calls/${office.call}/grants`, office.visitors[who], body);

  it('is carried by six people from filing to a protocol of what was heard', async () => {
    const id = await office.approved();
    expect(office.whole.call.holds.held).to.deep.equal([office.call]);
    await office.nextDay();
    expect((await grantAs('staff')).statusCode, 'before the session').to.equal(403);
    await office.do('staff', 'open-session', id, { identity: 'dowód osobisty okazany' });
    const { grant } = (await grantAs('staff')).json<{ grant: string }>();
    const sound = await office.whole.ask(
      'GET',
      `/recordings/${grant}`,
      office.visitors.staff,
      {},
      { range: 'bytes=0-59999' },
    );
    expect(sound.rawPayload.equals(SOUND.subarray(0, 60_000))).to.equal(true);
    for (const [from, to] of [
      [0, 8],
      [8.2, 15],
    ])
      await office.whole.ask('POST', `/recordings/${grant}/heard`, office.visitors.staff, { from, to });
    expect(await status('staff', 'close-session', id, { remarks: '', unconfirmed: [] })).to.equal(422);
    await office.do('staff', 'confirm-protocol', id);
    const closed = await office.do('staff', 'close-session', id, { remarks: 'bez uwag', unconfirmed: [] });
    expect(closed.state.phase).to.equal('completed');
    const run = office.whole.requests.find(id)?.request.state;
    const played = run && 'approval' in run ? run.approval.runs.flatMap((one) => one.played) : [];
    expect(played.map(({ fact, fromMs, toMs }) => [fact, fromMs, toMs])).to.deep.equal([
      ['served', 0, 15_000],
      ['heard', 0, 15_000],
    ]);
    expect(closed.papers.map(({ paper }) => paper)).to.deep.equal([
      'receipt',
      'opinion',
      'opinion',
      'notice-of-date',
      'protocol',
    ]);
    const again = await office.whole.ask('GET', `/recordings/${grant}`, office.visitors.staff);
    expect(again.statusCode, 'after the session').to.equal(410);
    expect(office.whole.call.holds.held).to.deep.equal([]);
  });

  it('of art. 15 ends with a copy without the parts of others: made by the Secretary, handed over with its check sum', async () => {
    await office.whole.authorise(office.ids.secretary);
    const id = await office.filed({}, 'art15');
    await office.matched(id);
    await office.opinions(id);
    const cuts = [{ call: office.call, fromMs: 2000, toMs: 5000 }];
    const wrong = [{ call: office.call, fromMs: 5000, toMs: 2000 }];
    expect(await status('secretary', 'approve-copy', id, { cuts: wrong })).to.equal(422);
    await office.do('secretary', 'approve-copy', id, { cuts });
    expect(await status('front_office', 'hand-over-copy', id, { how: 'osobiście' }), 'no copy yet').to.equal(409);
    expect(await status('front_office', 'copy', id)).to.equal(403);
    const waits = async (who: Role): Promise<string | undefined> => (await office.look(who, id)).waits?.what;
    expect([await waits('secretary'), await waits('front_office')]).to.deep.equal(['make-copy', undefined]);
    const made = await office.do('secretary', 'copy', id);
    expect([await waits('secretary'), await waits('front_office')]).to.deep.equal([undefined, 'hand-over-copy']);
    const file = await office.whole.ask('GET', `/requests/${id}/copy`, office.visitors.secretary);
    expect(file.payload).to.contain('"cuts":[{"call":').and.contain('2000');
    expect((await office.whole.ask('GET', `/requests/${id}/copy`, office.visitors.staff)).statusCode).to.equal(403);
    const over = await office.do('front_office', 'hand-over-copy', id, { how: 'osobiście, dowód okazany' });
    expect(over.state['handedOver']).to.include({ sha256: made.copy?.sha256 });
    expect((await office.whole.ask('GET', `/requests/${id}/copy`, office.visitors.secretary)).statusCode).to.equal(409);
    expect(office.whole.call.holds.held).to.deep.equal([]);
    const actions = (await office.whole.events('request')).map(({ action }) => action);
    expect(actions).to.include.members(['approve-copy', 'copy-made', 'copy-downloaded', 'hand-over-copy']);
  });

  it('makes no copy for a Secretary whom the Mayor has not authorised', async () => {
    const id = await office.filed({}, 'art15');
    await office.matched(id);
    await office.opinions(id);
    await office.do('secretary', 'approve-copy', id, { cuts: [] });
    expect(await status('secretary', 'copy', id)).to.equal(403);
  });

  it('is matched again by staff alone, which lets the old holds go and asks for opinions anew', async () => {
    const id = await office.filed();
    await office.matched(id);
    await office.opinions(id);
    expect(await phase(id)).to.equal('decision');
    expect(await status('front_office', 'match', id, office.matching())).to.equal(403);
    const again = await office.do('staff', 'match', id, office.matching());
    expect(again.state.phase).to.equal('opinions');
    expect(again.state['case']).to.deep.include({ opinions: [] });
    expect(office.whole.call.holds.held).to.deep.equal([office.call]);
  });

  it('gives its papers and its date as files, takes them back signed, and keeps how they went out', async () => {
    const id = await office.approved();
    const { papers } = await office.look('front_office', id);
    const notice = papers.find(({ paper }) => paper === 'notice-of-date')?.n ?? 0;
    const pdf = await office.whole.ask('GET', `/requests/${id}/papers/${notice}`, office.visitors.front_office);
    expect(pdf.headers['content-type']).to.equal('application/pdf');
    expect(pdf.rawPayload.subarray(0, 5).toString()).to.equal('%PDF-');
    const calendar = await office.whole.ask('GET', `/requests/${id}/date.ics`, office.visitors.front_office);
    expect(calendar.payload).to.contain('DTSTART:20260106T080000Z').and.contain(`UID:${id}@halina`);
    const signed = await office.do('front_office', `papers/${notice}/signed`, id, {
      pdf: pdf.rawPayload.toString('base64'),
    });
    expect(signed.papers[notice - 1]?.signed?.by).to.equal(office.ids.front_office);
    expect(await status('front_office', `papers/${notice}/signed`, id, { pdf: 'aGVsbG8=' })).to.equal(422);
    const delivery = { channel: 'post', on: '2026-01-05', proof: 'RR123456789PL' };
    const sent = await office.do('front_office', `papers/${notice}/delivery`, id, delivery);
    expect(sent.papers[notice - 1]?.delivered?.proof).to.equal('RR123456789PL');
    expect(await status('dpo', `papers/${notice}/delivery`, id, delivery)).to.equal(403);
  });

  it('says to each what waits for them, and offers only steps that are theirs', async () => {
    const id = await office.filed();
    const waits = async (who: Role): Promise<string[]> =>
      (await office.whole.ask('GET', '/inbox', office.visitors[who]))
        .json<{ waiting: { what: string }[] }>()
        .waiting.map(({ what }) => what);
    expect([await waits('front_office'), await waits('secretary'), await waits('dpo')]).to.deep.equal([
      ['match'],
      [],
      [],
    ]);
    expect((await office.look('secretary', id)).open).to.have.members(['enter-case-sign']);
    await office.matched(id);
    expect([await waits('dpo'), await waits('unit_head')]).to.deep.equal([['give-opinion'], ['give-opinion']]);
    expect(await office.look('dpo', id)).to.deep.include({ open: ['give-opinion'], opinions: [{ of: 'dpo' }] });
    const { opinions } = await office.look('unit_head', id);
    expect(opinions).to.deep.equal([{ of: 'unit', unit: 'USC' }]);
    expect((await office.look('secretary', id)).opinions).to.deep.equal([]);
  });

  it('is found by nobody whose it is not; that is in the audit log', async () => {
    const id = await office.filed();
    const head = office.visitors.unit_head;
    expect((await office.whole.ask('GET', `/requests/${id}`, head)).statusCode).to.equal(404);
    const refused = (await office.whole.events('refused')).at(-1);
    expect([refused?.['by'], refused?.['permission']]).to.deep.equal([office.ids.unit_head, 'request.see']);
    const paper = await office.whole.ask('GET', `/requests/${id}/papers/1`, head);
    expect(paper.statusCode).to.equal(404);
  });

  it("is out of bounds for whose own it is, and its session's sound for every other browser", async () => {
    const own = await office.filed({ requester: { ...formOf().requester, account: office.ids.staff } });
    expect((await office.whole.ask('GET', `/requests/${own}`, office.visitors.staff)).statusCode).to.equal(404);
    expect(await status('staff', 'withdraw', own, { how: 'x' })).to.equal(403);
    const id = await office.approved();
    await office.nextDay();
    await office.do('staff', 'open-session', id, { identity: 'dowód' });
    const other = await office.whole.visitor(office.ids.staff);
    const asked = await office.whole.ask('POST', `/calls/${office.call}/grants`, other, {});
    expect(asked.statusCode).to.equal(403);
    expect((await grantAs('secretary')).statusCode, 'not named to be present').to.equal(403);
  });

  it('is interrupted when its browser is lost or logs out, or the authorisation is withdrawn', async () => {
    const id = await office.approved();
    await office.nextDay();
    const open = () => office.do('staff', 'open-session', id, { identity: 'dowód' });
    const ended = async (): Promise<string | undefined> => {
      await office.whole.listening.settled();
      const state = office.whole.requests.find(id)?.request.state;
      return state?.phase === 'approved' ? state.approval.runs.at(-1)?.ended : undefined;
    };
    await open();
    const { grant } = (await grantAs('staff')).json<{ grant: string }>();
    for (let i = 0; i < 13; i++) {
      if (i === 4) await office.whole.ask('POST', `/requests/${id}/here`, office.visitors.staff);
      office.whole.clock.advance(15_000);
    }
    expect(await ended(), 'a sign of life after a minute').to.equal(undefined);
    office.whole.clock.advance(60_000);
    expect(await ended()).to.equal('browser-lost');
    expect((await office.whole.ask('GET', `/recordings/${grant}`, office.visitors.staff)).statusCode).to.equal(410);
    await open();
    await office.whole.accounts.terms.withdrawAuthorisation(
      { actor: { by: 'system' } },
      office.authorisation,
      'koniec',
    );
    expect(await ended()).to.equal('revoked');
    expect(await status('staff', 'open-session', id, { identity: 'dowód' })).to.equal(403);
    await office.whole.authorise(office.ids.staff);
    await open();
    await office.whole.ask('POST', '/logout', office.visitors.staff);
    expect(await ended()).to.equal('browser-lost');
  });

  it('goes the other ways: completion, refusal and reopening, another date, nobody came, withdrawal', async () => {
    const id = await office.filed({ signed: false });
    expect(await status('front_office', 'match', id, office.matching())).to.equal(422);
    const until = '2026-01-14';
    await office.do('front_office', 'ask-completion', id, { gaps: ['signature'], note: '', until });
    await office.do('front_office', 'complete', id, { form: formOf() });
    await office.matched(id);
    await office.opinions(id);
    await office.do('secretary', 'refuse', id, { reasons: 'dane osób trzecich' });
    expect(await phase(id)).to.equal('refused');
    await office.do('secretary', 'reopen', id, { to: 'decision', ground: 'complaint', document: 'SK.7/2026' });
    const at = office.whole.clock.now() + HOUR;
    const appointment = { at, place: 'pokój 12', present: [office.ids.staff] };
    await office.do('secretary', 'approve', id, { appointment });
    await office.do('secretary', 'change-date', id, { appointment: { ...appointment, at: at + HOUR } });
    expect(await status('staff', 'no-show', id)).to.equal(409);
    office.whole.clock.advance(2 * HOUR);
    await office.do('staff', 'no-show', id);
    await office.do('secretary', 'new-date', id, { appointment: { ...appointment, at: at + 48 * HOUR } });
    await office.do('front_office', 'withdraw', id, { how: 'pismo z 5 stycznia' });
    expect(await phase(id)).to.equal('withdrawn');
    const filedAway = await office.do('front_office', 'file-away', id, {
      on: '2026-01-05',
      caseSign: 'OR.1431.7.2026',
    });
    expect(filedAway.filedAway?.caseSign).to.equal('OR.1431.7.2026');
  });

  it('tells its story without the names of browser sessions', async () => {
    const id = await office.approved();
    await office.nextDay();
    const view: RequestView = await office.do('staff', 'open-session', id, { identity: 'dowód' });
    expect(JSON.stringify(view)).not.to.contain(office.visitors.staff.session);
    expect(view.state['session']).to.include({ here: true, identity: 'dowód' });
  });
});

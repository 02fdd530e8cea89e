/** A disclosure to an authority over HTTP: from the letter to the protocol, with the permissions of the table. */
import { expect } from 'chai';
import type { DisclosureView } from '../../src/console/routes/disclosures.js';
import { RequestPeople } from '../support/console/request-people.js';

describe('a disclosure to an authority over HTTP', function () {
  this.timeout(180_000);
  let office: RequestPeople;
  before(async () => void (office = await RequestPeople.alone()));
  after(() => office.close());

  const body = () => ({
    receivedOn: '2026-01-05',
    authority: 'Prokuratura Rejonowa',
    reference: 'PR 1 Ds. 7.2026',
    legalBasis: 'art. 217 kpk',
    scope: 'jedna rozmowa',
    calls: [office.call],
    confidential: true,
    binding: true,
  });
  type Who = Parameters<RequestPeople['try']>[0];
  const post = (who: Who, path: string, given: object = {}) =>
    office.whole.ask('POST', `/disclosures${path}`, office.visitors[who], given);
  async function done(who: Who, path: string, given: object = {}): Promise<DisclosureView> {
    const reply = await post(who, path, given);
    expect(reply.statusCode, `${who} ${path}: ${reply.payload}`).to.equal(200);
    return reply.json<DisclosureView>();
  }

  it('goes from the letter to the protocol, each step by its role', async () => {
    const filed = await done('administrator', '', body());
    expect(filed).to.include({ number: 'U1/2026', phase: 'requested', waits: 'check' });
    const at = `/${filed.id}`;
    expect((await post('secretary', `${at}/check`, { findings: 'x' })).statusCode).to.equal(403);
    expect((await post('secretary', `${at}/approve`)).statusCode).to.equal(409);
    await done('administrator', `${at}/check`, { findings: 'podpis sprawdzony' });
    await done('dpo', `${at}/opinion`, { verdict: 'against', text: 'za szeroko' });
    await done('secretary', `${at}/approve`);
    const early = await office.whole.ask('GET', `/disclosures${at}/sealed`, office.visitors.administrator);
    expect(early.statusCode).to.equal(409);
    const sealed = await done('administrator', `${at}/seal`);
    expect(sealed.state).to.have.property('sealed');
    const zip = await office.whole.ask('GET', `/disclosures${at}/sealed`, office.visitors.administrator);
    expect(zip.payload).to.contain(office.call);
    expect((await office.whole.ask('GET', `/disclosures${at}/sealed`, office.visitors.secretary)).statusCode).to.equal(
      403,
    );
    const over = await done('administrator', `${at}/hand-over`, { to: 'asp. Kos', receipt: 'pokwitowanie 3' });
    expect(over.paper?.paper).to.equal('handover-protocol');
    const pdf = await office.whole.ask('GET', `/disclosures${at}/paper`, office.visitors.dpo);
    expect(pdf.rawPayload.subarray(0, 5).toString()).to.equal('%PDF-');
    expect(
      (await office.whole.ask('GET', `/disclosures${at}/sealed`, office.visitors.administrator)).statusCode,
    ).to.equal(409);
    const actions = (await office.whole.events('disclosure')).map(({ action }) => action);
    expect(actions).to.include.members(['file', 'check', 'give-opinion', 'approve', 'seal', 'downloaded', 'hand-over']);
  });

  it('holds the recordings while it is open, and the hold of a confidential one tells nothing', async () => {
    const before = office.whole.call.holds.held.length;
    const filed = await done('administrator', '', body());
    expect(office.whole.call.holds.held.length).to.equal(before + 1);
    expect(office.whole.call.holds.all.at(-1)).to.include({ kind: 'administrator', reason: 'zabezpieczenie urzędowe' });
    await done('secretary', `/${filed.id}/refuse`, { reasons: 'brak podstawy prawnej' });
  });

  it('is not there for who may not know of it, and takes no call that is not', async () => {
    const filed = await done('administrator', '', body());
    await done('administrator', `/${filed.id}/check`, { findings: 'x' });
    await done('secretary', `/${filed.id}/approve`);
    const other = await office.whole.visitor(await office.whole.account('inspektor.drugi', 'dpo'));
    const look = await office.whole.ask('GET', `/disclosures/${filed.id}`, other);
    expect(look.statusCode).to.equal(404);
    const list = await office.whole.ask('GET', '/disclosures', other);
    expect(list.json<{ disclosures: unknown[] }>().disclosures.map((one) => (one as DisclosureView).id)).not.to.include(
      filed.id,
    );
    const wrong = await post('administrator', '', { ...body(), calls: [`${office.call.slice(0, -1)}x`] });
    expect(wrong.statusCode).to.be.oneOf([404, 422]);
  });
});

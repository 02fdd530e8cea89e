/** Where a right ends: without the second factor, at a call in which one took part, at calls of other units. */
import { request } from 'node:http';
import { expect } from 'chai';
import type { CallId } from '../../src/base/brands.js';
import type { Visitor } from '../support/console/stand.js';
import { RequestPeople } from '../support/console/request-people.js';
import { callEntry } from '../support/spool-maker.js';

/** The events that a stream begins with, up to the one that everybody gets last. */
function firstEvents(url: string, { cookie }: Visitor): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/v1/events`, { headers: { cookie } }, (response) => {
      let text = '';
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, text });
        asked.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (more: string) => {
        text += more;
        if (/event: troubles\n/.test(text)) setImmediate(done);
      });
      response.on('end', done);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a right ends', function () {
  this.timeout(180_000);
  let office: RequestPeople;
  let url = '';
  before(async () => {
    office = await RequestPeople.alone();
    url = await office.whole.listen();
  });
  after(() => office.close());
  const { stringify } = JSON;
  const took = (person: 'administrator' | 'secretary', extensions: readonly string[]) =>
    office.whole.accounts.update({ actor: { by: 'system' } }, office.ids[person], { extensions });
  const post = (who: 'administrator' | 'secretary', path: string, body: object = {}) =>
    office.whole.ask('POST', path, office.visitors[who], body);

  describe('without the second factor:', () => {
    it('nothing of the office is told, not even who works there', async () => {
      const limited = await office.whole.visitor(office.ids.administrator, 'second-factor');
      const events = await firstEvents(url, limited);
      expect(events.text, 'what is wrong with the program').to.match(/event: troubles\n/);
      expect(events.text, 'calls that go on').not.to.match(/event: call/);
      for (const path of ['/live', '/people', '/deputies', '/me/sessions'])
        expect((await office.whole.ask('GET', path, limited)).statusCode, path).to.equal(403);
      expect((await office.whole.ask('GET', '/me', limited)).statusCode).to.equal(200);
    });

    it('a role that asks for it opens nothing in a session that began without it', async () => {
      const { whole } = office;
      const { account } = await whole.accounts.create({ actor: { by: 'system' } }, { login: 'biuro', name: 'Biuro', roles: ['front_office'] }); // prettier-ignore
      const visitor = await whole.visitor(account.id);
      expect((await whole.ask('GET', '/requests', visitor)).statusCode).to.equal(200);
      await whole.accounts.setRoles({ actor: { by: 'system' } }, account.id, ['front_office', 'auditor'], 'awans');
      const reply = await whole.ask('GET', '/audit', visitor);
      expect(reply.statusCode).to.equal(403);
      expect(reply.json<{ detail: string }>().detail).to.match(/drugi składnik/);
      expect((await whole.ask('GET', '/me', visitor)).json()).to.include({ limited: 'second-factor' });
    });
  });

  describe('at a call in which one took part:', () => {
    beforeEach(async () => {
      await took('administrator', []);
      await took('secretary', []);
    });
    const held = () => office.whole.call.holds.hold(office.whole.call.entry.id, { by: 'halina', reason: 'x', kind: 'administrator' }); // prettier-ignore

    it('the Secretary releases no hold of it', async () => {
      await took('secretary', ['201']);
      const { id } = await held();
      const reply = await post('secretary', `/calls/${office.call}/holds/${id}/release`, { reason: 'zbędne' });
      expect(reply.statusCode).to.equal(403);
      await took('secretary', []);
      expect((await post('secretary', `/calls/${office.call}/holds/${id}/release`, { reason: 'zbędne' })).statusCode).to.equal(200); // prettier-ignore
    });

    it('the administrator asks neither for its erasure nor for its release', async () => {
      await took('administrator', ['201']);
      const { id } = await held();
      for (const path of ['erasure', `holds/${id}/release`]) {
        const reply = await post('administrator', `/calls/${office.call}/${path}`, { reason: 'zbędne' });
        expect(reply.statusCode, path).to.equal(403);
      }
    });

    it('the Secretary confirms and refuses nothing that another asked for', async () => {
      office.whole.accounts.actions.on('erase', () => Promise.resolve());
      const asked = await post('administrator', `/calls/${office.call}/erasure`, { reason: 'wyrok sądu' });
      const { id } = asked.json<{ pending: { id: string } }>().pending;
      await took('secretary', ['201']);
      expect((await post('secretary', `/actions/${id}/confirm`)).statusCode).to.equal(403);
      expect((await post('secretary', `/actions/${id}/refuse`, { note: 'nie' })).statusCode).to.equal(403);
      await took('secretary', []);
      const done = await post('secretary', `/actions/${id}/confirm`);
      expect(done.json(), stringify(done.json())).to.include({ state: 'done' });
    });
  });

  it('at calls of other units: who heads one sees its own calls alone, and who matches nothing not the whole day', async () => {
    const id = await office.filed();
    await office.do('front_office', 'match', id, office.matching());
    const { call } = office.whole;
    const another = { ...call.record, entry: callEntry({ id: '01J00000000000000000000002' as CallId }), units: ['GK'] };
    const asked: object[] = [];
    call.search = (query?: object) => {
      asked.push(query ?? {});
      return Promise.resolve({ calls: [call.record, another], answeredBy: 'index' as const });
    };
    const seen = async (who: 'front_office' | 'unit_head' | 'dpo'): Promise<number> => {
      const reply = await office.whole.ask('GET', `/requests/${id}/candidates?wide=true`, office.visitors[who]);
      expect(reply.statusCode, reply.payload).to.equal(200);
      return reply.json<{ calls: unknown[] }>().calls.length;
    };
    expect(await seen('front_office')).to.equal(2);
    expect(asked.at(-1)).not.to.have.property('numberEnd');
    expect(await seen('unit_head')).to.equal(1);
    expect(asked.at(-1)).to.have.property('numberEnd');
    expect(await seen('dpo')).to.equal(2);
    expect(asked.at(-1)).to.have.property('numberEnd');
  });
});

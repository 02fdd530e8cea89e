/** A line tried by a call, over HTTP: real calls of the application, with provider and handset made by hand. */
import { expect } from 'chai';
import type { CallRecord } from '../../src/archive/lifecycle.js';
import { PROMPT_MS } from '../support/calls/fake-media.js';
import { Office, settled } from '../support/calls/office.js';
import { RedisStand, type Visitor } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

const NUMBER = '+48501502503';

interface View {
  readonly id: string;
  readonly steps: readonly { readonly is: string }[];
  readonly over?: { readonly side: string; readonly reason: string };
  readonly call?: { readonly id: string; readonly end?: { readonly reason: string; readonly cause: number } };
}

describe('a trial call over HTTP', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  let office: Office;
  let administrator: Visitor;
  before(async () => void (redis = await RedisStand.start()));
  after(() => redis.close());
  beforeEach(async () => {
    office = new Office({ outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], notice: 'automatic' } });
    const find = (id: string): Promise<CallRecord | undefined> => {
      const entry = office.ledger.ended[0]?.entry ?? office.ledger.begun[0];
      return Promise.resolve(entry?.id === id ? { ...whole.call.record, entry } : undefined);
    };
    whole = await Whole.open(redis, {
      parts: ({ call }) => ({
        archive: Object.assign(Object.create(call), { find }) as never,
        trials: {
          begin: (wish) => office.calls.trials.begin(wish),
          view: (id) => office.calls.trials.view(id),
          hasTrunk: (name) => name === 'provider',
        },
      }),
    });
    administrator = await whole.visitor(await whole.account('admin', 'administrator'));
  });
  afterEach(() => whole.close());

  const begin = (body: object, trunk = 'provider') =>
    whole.ask('POST', `/trunks/${trunk}/calls`, administrator, { number: '501 502 503', extension: '201', ...body });
  const look = async (id: string): Promise<View> =>
    (await whole.ask('GET', `/trials/${id}`, administrator)).json<View>();

  it('is told step by step, to its end with the sound of both sides, and stands in the audit log', async () => {
    const reply = await begin({});
    expect(reply.statusCode, reply.payload).to.equal(200);
    const { id } = reply.json<View>();
    office.sip.to('201').progress();
    await settled();
    expect((await look(id)).steps.map(({ is }) => is)).to.deep.equal(['handset-rings']);
    const handset = await office.answer('201');
    handset.answerBody = 'v=0 answer';
    await office.answer(NUMBER);
    await office.pass(PROMPT_MS);
    const talking = await look(id);
    expect(talking.steps.at(-1)?.is).to.equal('outside-answered');
    expect(talking.call).to.not.have.property('end');
    handset.hangUp();
    await settled();
    const { call } = await look(id);
    expect(call?.end).to.deep.include({ reason: 'completed', by: 'employee', cause: 16 });
    expect(call).to.include({ notice: 'automatic', noticeGiven: true });
    expect(call).to.have.property('heard').that.has.keys('outside', 'inside');
    expect((await whole.events('settings')).at(-1)).to.include({ path: 'trunks.call' });
  });

  it('tells what the provider answered', async () => {
    const { id } = (await begin({})).json<View>();
    await settled();
    await office.answer('201');
    office.sip.to(NUMBER).refuse(404);
    await settled();
    const { over, call } = await look(id);
    expect(over).to.include({ side: 'outside' });
    expect(call?.end).to.include({ cause: 1 });
  });

  it('says at the field what is wrong', async () => {
    const fields = async (body: object): Promise<string | undefined> => {
      const reply = await begin(body);
      expect(reply.statusCode, reply.payload).to.equal(422);
      return reply.json<{ fields?: { field: string }[] }>().fields?.[0]?.field;
    };
    expect(await fields({ number: '112' })).to.equal('number');
    expect(await fields({ number: 'Urząd' })).to.equal('number');
    expect(await fields({ extension: '999' })).to.equal('extension');
    expect((await begin({}, 'nobody')).statusCode).to.equal(404);
    expect(office.sip.invites).to.deep.equal([]);
  });

  it('does not happen where the audit log takes nothing', async () => {
    await whole.audit.close();
    expect((await begin({})).statusCode).to.equal(503);
    expect(office.sip.invites).to.deep.equal([]);
  });
});

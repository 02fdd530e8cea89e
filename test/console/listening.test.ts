import { expect } from 'chai';
import { Pace } from '../../src/console/listening/pace.js';
import { RedisStand, type Visitor } from '../support/console/stand.js';
import { SOUND, Whole } from '../support/console/whole.js';
import { until } from '../support/until.js';

const purpose = { purpose: 'complaint', reference: 'OR.1431.7.2026' };

describe('hearing a recording', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  let secretary: string;
  let visitor: Visitor;
  let authorisation: string;
  before(async () => void (redis = await RedisStand.start()));
  after(() => redis.close());
  beforeEach(async () => {
    whole = await Whole.open(redis);
    secretary = await whole.account('sekretarz', 'secretary');
    authorisation = await whole.authorise(secretary);
    visitor = await whole.visitor(secretary);
  });
  afterEach(() => whole.close());

  const ask = (who = visitor, wish: object = purpose) =>
    whole.ask('POST', `/calls/${whole.call.entry.id}/grants`, who, wish);
  const granted = async (who = visitor): Promise<string> => (await ask(who)).json<{ grant: string }>().grant;
  const hear = (grant: string, range?: string, who = visitor) =>
    whole.ask('GET', `/recordings/${grant}`, who, {}, range === undefined ? {} : { range });

  it('begins with a purpose and a case number, which are on record before the first byte', async () => {
    const reply = await hear(await granted(), 'bytes=0-999');
    expect([reply.statusCode, reply.headers['cache-control'], reply.headers['content-range']]).to.deep.equal([
      206,
      'no-store',
      `bytes 0-999/${SOUND.length}`,
    ]);
    expect(reply.rawPayload.equals(SOUND.subarray(0, 1000))).to.equal(true);
    expect(await whole.events('purpose')).to.deep.equal([{ purpose: 'complaint', role: 'secretary', by: secretary }]);
    const served = async () => (await whole.events('playback')).map(({ what, from, to }) => [what, from, to]);
    // What went out is put on record when the response is over, which its reader may see before; and its line can be read
    // before it is on the medium, which the recording is held open for.
    await until('what was served is on record', async () => (await served()).length >= 2);
    await until('the recording is closed', () => whole.call.closed === whole.call.opened.length);
    expect(await served()).to.deep.equal([
      ['sending', 0, undefined],
      ['served', 0, 0.3],
    ]);
    expect([whole.call.opened.length, whole.call.closed], 'by the grant and by the sound').to.deep.equal([2, 2]);
  });
  it('is refused without them', async () => {
    expect((await ask(visitor, { purpose: 'complaint', reference: ' ' })).statusCode).to.equal(422);
    expect((await ask(visitor, { purpose: 'curiosity', reference: 'OR.1' })).statusCode).to.equal(422);
    expect(whole.call.opened.length).to.equal(0);
  });
  it("is refused without the Mayor's authorisation", async () => {
    const other = await whole.account('drugi', 'administrator');
    const reply = await ask(await whole.visitor(other));
    expect(reply.statusCode).to.equal(403);
  });
  it('is refused to who took part in the call', async () => {
    const doer = { actor: { by: 'system' as const } };
    await whole.accounts.update(doer, secretary, { extensions: ['201'] });
    expect((await ask()).statusCode).to.equal(403);
    expect((await whole.events('refused')).at(-1)).to.include({ why: 'took-part', permission: 'recording.hear' });
  });
  it('is refused while the recording is restricted', async () => {
    const guard = { id: 'g', effect: 'restriction', kind: 'administrator', by: 'x', reason: 'art. 18', at: 1 } as const;
    whole.call.record = { ...whole.call.record, guards: [guard] };
    expect((await ask()).statusCode).to.equal(409);
  });
  it('ends with a grant of another session, person or nobody', async () => {
    const grant = await granted();
    const others = [await whole.visitor(secretary), await whole.visitor(await whole.account('obcy', 'administrator'))];
    for (const other of others) expect((await hear(grant, 'bytes=0-9', other)).statusCode).to.equal(410);
    expect((await whole.events('grant')).filter(({ outcome }) => outcome === 'refused').length).to.equal(2);
    expect((await whole.ask('GET', `/recordings/${grant}`)).statusCode).to.equal(401);
  });
  it('ends at log-out', async () => {
    const grant = await granted();
    await whole.ask('POST', '/logout', visitor);
    const again = await whole.visitor(secretary);
    expect((await hear(grant, 'bytes=0-9', again)).statusCode).to.equal(410);
  });
  it('ends when the authorisation is withdrawn', async () => {
    const grant = await granted();
    await whole.accounts.terms.withdrawAuthorisation({ actor: { by: 'system' } }, authorisation, 'koniec');
    expect((await hear(grant, 'bytes=0-9')).statusCode).to.equal(410);
    expect((await ask()).statusCode).to.equal(403);
  });
  it('ends ten minutes after the last sound', async () => {
    const grant = await granted();
    whole.clock.advance(9 * 60_000);
    expect((await hear(grant, 'bytes=0-9')).statusCode).to.equal(206);
    whole.clock.advance(10 * 60_000);
    expect((await hear(grant, 'bytes=0-9')).statusCode).to.equal(410);
  });
  for (const range of [
    'bytes=100000-',
    'bytes=5-2',
    'bytes=0-1,5-9',
    'bytes=-0',
    'bytes=-',
    'bytes=0x10-',
    'lines=0-9',
    'bytes=9999999999999999-',
  ])
    // prettier-ignore
    it(`gives nothing for the range ${range}`, async () => {
      expect((await hear(await granted(), range)).statusCode).to.equal(416);
      expect(whole.call.closed).to.equal(whole.call.opened.length);
    });
  for (const path of ['..%2f..%2fetc%2fpasswd', '%2e%2e', 'A'.repeat(31), `${'A'.repeat(31)}%00`])
    it(`leads nowhere by ${path}`, async () => {
      expect((await hear(path)).statusCode).to.be.oneOf([400, 404, 422]);
    });
  it('goes out from any second on, as a recording of its own, and is on record where it stands', async () => {
    const grant = await granted();
    const reply = await whole.ask('GET', `/recordings/${grant}?from=10`, visitor, {}, { range: 'bytes=0-999' });
    expect(reply.headers['content-range']).to.equal('bytes 0-999/60000');
    expect(reply.rawPayload.equals(SOUND.subarray(40_000, 41_000))).to.equal(true);
    const served = async () => (await whole.events('playback')).map(({ from, to }) => [from, to]);
    await until('what was served is on record', async () => (await served()).length >= 2);
    expect(await served()).to.deep.equal([
      [10, undefined],
      [10, 10.3],
    ]);
    for (const from of ['-1', 'x', '1e9']) expect((await hear(`${grant}?from=${from}`)).statusCode, from).to.equal(422);
    expect((await hear(`${grant}?from=24.9999`)).rawPayload).to.have.length.below(3);
    expect((await hear(`${grant}?from=100`)).rawPayload).to.have.length(1);
  });
  it('is told by the player as another fact, and no longer than the recording is', async () => {
    const grant = await granted();
    await whole.ask('POST', `/recordings/${grant}/heard`, visitor, { from: 1.5, to: 400 });
    expect((await whole.events('playback')).map(({ what, from, to }) => [what, from, to])).to.deep.equal([
      ['heard', 1.5, 25],
    ]);
  });
});

describe('the pace of a recording', () => {
  const BYTES = 4_000_000; // 1,000 s of sound at 4 bytes a millisecond
  /** Takes all of it by ranges of so many bytes, one after another; gives how long it took, and checks the measure on the way. */
  function taken(each: number, most: (now: number) => number): number {
    const pace = new Pace(BYTES, 1_000_000, 0);
    let [sent, now, range, ofRange] = [0, 0, pace.range(0, 0), 0];
    while (sent < BYTES) {
      const took = range.take(Math.min(16_384, each - ofRange, BYTES - sent), now);
      sent += took.bytes;
      ofRange += took.bytes;
      now += took.waitMs;
      expect(sent, `after ${now} ms`).to.be.at.most(most(now));
      if (ofRange >= each) [range, ofRange] = [pace.range(now, sent), 0];
    }
    return now;
  }
  /** Jumps to this byte; gives what comes of the start at once. */
  const start = (pace: Pace, now: number, from: number): number => pace.range(now, from).take(80_000, now).bytes;

  it('is a bit ahead of the ear, and then no faster than anyone can listen', () => {
    expect(taken(BYTES, (now) => 81_920 + now * 2.1 * 4 + 1)).to.be.within(466_000, 467_000);
  });
  it('is no faster for who asks for it in pieces', () => {
    expect(taken(20_000, (now) => (60_000 + now * 2.5) * 4 + 1)).to.be.within(375_000, 377_000);
  });
  it('gives no more of it to who asks for the same byte again and again', () => {
    const pace = new Pace(BYTES, 1_000_000, 0);
    for (let block = 0; block < BYTES; block += 4096) pace.range(0, block).take(1, 0);
    let sent = 0;
    for (let at = 0; at < BYTES; at += 80_000) sent += start(pace, 0, at);
    expect(sent).to.be.at.most(240_000);
  });
  it('lets each of some jumps sound at once, and another one half a minute later', () => {
    const pace = new Pace(BYTES, 1_000_000, 0);
    const jumps = [0, 1, 2, 3].map((jump) => start(pace, 0, jump * 800_000));
    expect(jumps).to.deep.equal([80_000, 80_000, 80_000, 0]);
    expect(start(pace, 8_000, 3_200_000)).to.equal(80_000);
  });
  it('lets a sentence be heard again and again', () => {
    const pace = new Pace(BYTES, 1_000_000, 0);
    const again = Array.from({ length: 20 }, () => start(pace, 0, 800_000));
    expect(again).to.deep.equal(Array<number>(20).fill(80_000));
  });
  it('lets a short recording go at once', () => {
    expect(new Pace(12_000, 3000, 0).range(0, 0).take(12_000, 0)).to.deep.equal({ bytes: 12_000, waitMs: 0 });
  });
});

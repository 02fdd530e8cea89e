/** Thousands of handsets that register at once: calls do not stand behind them. */
import { expect } from 'chai';
import { later } from '../support/drachtio/calls.js';
import type { Reply } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import { Turnstile } from '../../src/sip/drachtio/turnstile.js';

const AT_ONCE = 32;

describe('many registrations at once', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());

  /** An application that keeps registrations unanswered, and refuses calls. */
  async function slow(): Promise<{ kept: Reply[]; drop: () => Promise<void> }> {
    const kept: Reply[] = [];
    const client = await stand.application();
    client.srf.register((_, reply) => void kept.push(reply));
    client.srf.invite((_, reply) => reply.send(486));
    await client.routed();
    return { kept, drop: () => client.wire.close() };
  }

  it('are given to the application so many at a time, and a call comes between them', async () => {
    const { kept } = await slow();
    const [office, caller] = [await stand.peer(), await stand.peer()];
    for (let n = 0; n < 3 * AT_ONCE; n++) office.request('REGISTER');
    caller.request('INVITE', { body: sdp() });
    await caller.expectResponse(486);
    expect(kept).to.have.length(AT_ONCE);
    for (let answered = 0; answered < 3 * AT_ONCE; answered++) {
      kept[answered]?.send(200);
      await office.expectResponse(200, 'REGISTER');
      caller.request('INVITE', { body: sdp() });
      await caller.expectResponse(486);
      expect(kept.length).to.equal(Math.min(3 * AT_ONCE, AT_ONCE + answered + 1));
    }
  });

  it('are told to come again later where the application goes', async () => {
    const { kept, drop } = await slow();
    const [office, caller] = [await stand.peer(), await stand.peer()];
    for (let n = 0; n < 2 * AT_ONCE; n++) office.request('REGISTER');
    caller.request('INVITE', { body: sdp() });
    await caller.expectResponse(486);
    expect(kept).to.have.length(AT_ONCE);
    await drop();
    for (let n = 0; n < 2 * AT_ONCE; n++)
      expect((await office.expectResponse(503, 'REGISTER')).header('CSeq')).to.contain('REGISTER');
  });
});

describe('the turnstile', () => {
  it('lets in as many as may be within, then each for one that leaves, and refuses where too many wait', () => {
    const turnstile = new Turnstile(2, 2);
    const through: number[] = [];
    const entered = [1, 2, 3, 4, 5].map((n) => turnstile.enter(() => through.push(n)));
    expect(entered).to.deep.equal([true, true, true, true, false]);
    expect(through).to.deep.equal([1, 2]);
    turnstile.leave();
    expect(through).to.deep.equal([1, 2, 3]);
    turnstile.leave();
    turnstile.leave();
    turnstile.leave();
    expect(turnstile.enter(() => through.push(6))).to.equal(true);
    expect(through).to.deep.equal([1, 2, 3, 4, 6]);
  });

  it('is not buried by thousands that leave at once', async () => {
    const turnstile = new Turnstile(1, 100_000);
    const last = later<number>();
    turnstile.enter(() => {});
    for (let n = 1; n <= 50_000; n++)
      turnstile.enter(() => {
        turnstile.leave();
        if (n === 50_000) last.keep(n);
      });
    turnstile.leave();
    expect(await last.value).to.equal(50_000);
  });
});

import { expect } from 'chai';
import { settled } from '../../support/calls/office.js';
import { parts, refers, talking, to, told } from '../../support/calls/talk.js';

describe('a parked call', () => {
  it('waits with music, is taken at any handset by its code, and is one recording', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    await office.pass(1_000);
    expect(await refers(inside, to('*61'))).to.equal(202);
    expect(told(inside)).to.deep.equal(['100 active', '200 terminated']);
    expect(inside.byes).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ state: 'parked' });
    expect(office.session.done.at(-1)).to.equal('play outside waiting');
    await office.pass(4_000);
    expect((await office.dials('203', '*62')).final?.status).to.equal(480);
    expect((await office.dials('203', '*61')).final?.status).to.equal(200);
    expect(await parts(talk)).to.deep.equal([
      { kind: 'talk', from: 0, extension: '201', why: 'answered', to: 1_000 },
      { kind: 'parked', from: 1_000, orbit: '1', sender: '201', to: 5_000 },
      { kind: 'talk', from: 5_000, extension: '203', why: 'retrieved', sender: '201', to: 10_000 },
    ]);
  });

  it('frees its orbit for the next', async () => {
    const { office, inside } = await talking();
    await refers(inside, to('*61'));
    const taker = await office.dials('202', '*61');
    expect((await office.dials('203', '*61')).final?.status).to.equal(480);
    expect(taker.dialog && (await refers(taker.dialog, to('*61')))).to.equal(202);
  });

  it('goes back to who parked it when nobody takes it', async () => {
    const talk = await talking({ features: { park: { timeout: '60s' } } });
    const { office, inside } = talk;
    await refers(inside, to('*61'));
    await office.pass(60_000);
    expect((await office.dials('203', '*61')).final?.status).to.equal(480);
    await office.answer('201');
    expect((await parts(talk)).at(-1)).to.include({ extension: '201', why: 'returned' });
  });

  it('whose caller hangs up leaves its orbit', async () => {
    const { office, outside, inside } = await talking();
    await refers(inside, to('*61'));
    outside.hangUp();
    await settled();
    expect(office.calls.calls).to.have.length(0);
    expect((await office.dials('203', '*61')).final?.status).to.equal(480);
  });
});

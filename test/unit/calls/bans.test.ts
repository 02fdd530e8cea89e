import { expect } from 'chai';
import { Bans, type BansOptions } from '../../../src/calls/defence/bans.js';
import { Probes } from '../../../src/calls/defence/probes.js';
import { MemoryBans } from '../../support/calls/memory-bans.js';
import { settled } from '../../support/calls/fake-sip.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const SCANNER = '198.51.100.9';

function scene(changes: Partial<BansOptions> = {}) {
  const clock = new VirtualClock();
  const store = new MemoryBans();
  let changed = 0;
  const bans = new Bans({ clock, store, onChange: () => changed++, ...changes });
  return { clock, store, bans, changes: () => changed };
}

/** Bans an address, and says for how many minutes. */
function lasts({ bans, clock }: ReturnType<typeof scene>): number {
  bans.ban(SCANNER, 'a test');
  const until = bans.active()[0]?.until ?? 0;
  const minutes = (until - clock.now()) / MINUTE;
  clock.advance(minutes * MINUTE);
  expect(bans.isBanned(SCANNER)).to.equal(false);
  return minutes;
}

describe('bans', () => {
  it('last twice as long each time, at most a day, and end by themselves', () => {
    const one = scene();
    const lengths = [...Array(9).keys()].map(() => lasts(one));
    expect(lengths).to.deep.equal([15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
    expect(one.changes()).to.equal(18);
  });

  it('are forgiven one by one, for each day without another', () => {
    const one = scene();
    for (let n = 0; n < 3; n++) lasts(one);
    one.clock.advance(2 * DAY);
    expect(lasts(one)).to.equal(30);
    one.clock.advance(9 * DAY);
    expect(lasts(one)).to.equal(15);
  });

  it('never hold for an address that is allowed', () => {
    const { bans } = scene({ isAllowed: (address) => address === SCANNER });
    bans.ban(SCANNER, 'a test');
    expect([bans.isBanned(SCANNER), bans.active()]).to.deep.equal([false, []]);
  });

  it('outlive a restart, with what is left of them', async () => {
    const before = scene();
    before.bans.ban(SCANNER, 'a test');
    await settled();
    await before.bans.close();
    const { bans, clock } = scene({ store: before.store, clock: before.clock });
    expect(clock.pendingTimers, 'before the start').to.equal(0);
    before.clock.advance(10 * MINUTE);
    await bans.start();
    expect(bans.isBanned(SCANNER)).to.equal(true);
    before.clock.advance(5 * MINUTE);
    expect(bans.isBanned(SCANNER)).to.equal(false);
    bans.ban(SCANNER, 'again');
    expect(bans.active()[0]).to.include({ times: 2 });
    await bans.close();
  });

  it('start empty where the store cannot be read', async () => {
    const store = { load: () => Promise.reject(new Error('broken')), save: () => Promise.resolve() };
    const { bans } = scene({ store });
    await bans.start();
    expect(bans.active()).to.deep.equal([]);
  });

  it('take bounded memory', () => {
    const { bans } = scene();
    for (let n = 0; n < 10_050; n++) bans.ban(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 'a test');
    expect(bans.active()).to.have.length(9_050);
  });
});

describe('who asks for many users and proves to be none', () => {
  it('is a scanner, once they have had time to answer', () => {
    const clock = new VirtualClock();
    const probes = new Probes(clock, 30);
    for (let n = 0; n < 500; n++) expect(probes.challenged(SCANNER, `${n}`)).to.equal(false);
    clock.advance(10_001);
    expect(probes.challenged(SCANNER, '600')).to.equal(true);
    expect(probes.challenged('198.51.100.10', '600'), 'another address').to.equal(false);
  });

  it('is not an office that starts its handsets at once', () => {
    const clock = new VirtualClock();
    const probes = new Probes(clock, 30);
    for (let n = 0; n < 60; n++) probes.challenged(SCANNER, `${n}`);
    for (let n = 0; n < 60; n++) probes.proved(SCANNER, `${n}`);
    clock.advance(10_001);
    expect(probes.challenged(SCANNER, '600')).to.equal(false);
  });

  it('is forgotten in time', () => {
    const clock = new VirtualClock();
    const probes = new Probes(clock, 30);
    for (let n = 0; n < 60; n++) probes.challenged(SCANNER, `${n}`);
    clock.advance(600_001);
    expect(probes.challenged(SCANNER, '600')).to.equal(false);
  });
});

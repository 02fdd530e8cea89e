import { expect } from 'chai';
import { next, overAt, warnedFor, type Watch } from '../../../src/console/web/idle.js';

const MINUTE = 60_000;
const idleMs = 20 * MINUTE;
const watch = (more: Partial<Watch> = {}): Watch => ({
  answeredAt: 0,
  touchedAt: 0,
  idleMs,
  endsAt: 600 * MINUTE,
  ...more,
});

describe('the log-out for want of use', () => {
  it('is warned of two minutes before, and of less where the time is short', () => {
    expect([warnedFor(idleMs), warnedFor(4 * MINUTE)]).to.deep.equal([2 * MINUTE, MINUTE]);
    expect(next(18 * MINUTE - 1, watch())).to.equal('nothing');
    expect(next(18 * MINUTE, watch())).to.equal('warn');
    expect(next(20 * MINUTE - 1, watch())).to.equal('warn');
    expect(next(20 * MINUTE, watch())).to.equal('over');
  });

  it('is put off by whoever types for minutes without sending anything', () => {
    expect(next(2 * MINUTE, watch({ touchedAt: MINUTE - 1 }))).to.equal('nothing');
    expect(next(2 * MINUTE, watch({ touchedAt: MINUTE }))).to.equal('renew');
  });

  it('is put off by one key once it is warned of', () => {
    expect(next(19 * MINUTE, watch({ touchedAt: 1 })), 'a key of long ago').to.equal('warn');
    expect(next(19 * MINUTE, watch({ touchedAt: 19 * MINUTE }))).to.equal('renew');
    expect(next(19 * MINUTE, watch({ answeredAt: 19 * MINUTE, touchedAt: 19 * MINUTE }))).to.equal('nothing');
  });

  it('is not put off beyond the longest time of a session', () => {
    const busy = watch({ answeredAt: 599 * MINUTE, touchedAt: 599 * MINUTE });
    expect(overAt(busy)).to.equal(600 * MINUTE);
    expect(next(600 * MINUTE, { ...busy, touchedAt: 600 * MINUTE })).to.equal('over');
  });
});

/** When a direction goes to the kernel, and what of its sound that comes to the socket all the same brings it back. */
import { expect } from 'chai';
import type { Direction } from '../../../src/media/kernel/kernel-plane.js';
import type { KernelRelay } from '../../../src/media/session/plane/offload.js';
import { type PlaneFixture, planeFixture } from '../../support/media/plane.js';

describe('a direction that goes to the kernel', () => {
  let f: PlaneFixture;
  /** Those that were begun, and packets that the kernel says it has relayed since. */
  let begun: Direction[];
  let packets: number;
  let stopped: number;

  beforeEach(() => {
    begun = [];
    packets = 0;
    stopped = 0;
    const counters = () => ({ packets, bytes: 0, lastArrivalNs: 0, lastSequence: 0, lastTimestamp: 0, missed: 0, jitter: 0 }); // prettier-ignore
    const kernel: KernelRelay = {
      start: (direction) => {
        begun.push(direction);
        return { counters, collect: () => {}, stop: () => (stopped++, counters()) };
      },
      monotonic: (timeNs) => timeNs / 1e6,
    };
    f = planeFixture({ kernel });
    f.caller.agree();
    f.handset.agree();
    f.plane.bridge(true);
  });

  const says = (times: number): void => {
    for (let n = 0; n < times; n++) {
      f.clock.advance(20);
      f.caller.sends(0xd5);
    }
  };

  it('does so after five packets in a row, and begins after the newest', () => {
    says(4);
    expect(begun).to.have.lengthOf(0);
    says(1);
    expect(begun.map(({ after }) => after)).to.deep.equal([504]);
  });

  it('begins anew after the next where that came to the socket while the kernel was switched on', () => {
    says(6);
    expect({ stopped, after: begun.map(({ after }) => after) }).to.deep.equal({ stopped: 1, after: [504, 505] });
  });

  it('goes on where a late packet comes to the socket, and comes back for a newer one once it has begun', () => {
    says(5);
    f.caller.sequence = 503;
    says(1);
    expect({ stopped, begun: begun.length }).to.deep.equal({ stopped: 0, begun: 1 });
    packets = 3;
    f.caller.sequence = 508;
    says(1);
    expect({ stopped, begun: begun.length }).to.deep.equal({ stopped: 1, begun: 1 });
    says(4);
    expect(begun, 'after five more').to.have.lengthOf(2);
  });
});

/** What a relayed packet leaves behind as garbage, once the code for it is compiled. */
import { expect } from 'chai';
import { getHeapStatistics } from 'node:v8';
import { writeRtpHeader } from '../../../src/rtp/packet.js';
import { type PlanePeer, planeFixture } from '../../support/media/plane.js';

const SSRC = { outside: 0xa, inside: 0xb } as const;
/** The least object with one field has 32 bytes with its reference; a number that is no small integer has 16. */
const MOST_BYTES = 32;
const PACKETS = 2_000;
/** Fewer than a leg takes. */
const A_SECOND = 400;
/** Compiling goes on beside us and takes as long as it takes: the first round that is clean counts. */
const MOST_ROUNDS = 300;

describe('a packet that is relayed by its socket', () => {
  it('leaves no object behind', () => {
    const { plane, caller, handset, clock } = planeFixture();
    for (const { rtp } of [caller, handset]) rtp.pass = () => {};
    for (const peer of [caller, handset]) peer.agree();
    plane.bridge(true);
    const bytes = Buffer.alloc(172, 0x55);
    let sequence = 0;
    const send = ({ side, address, port }: PlanePeer): void => {
      writeRtpHeader(bytes, 0, false, 8, sequence & 0xffff, (sequence * 160) >>> 0, SSRC[side]);
      plane.rtp(side, bytes, address, port);
    };
    const round = (): number => {
      const before = getHeapStatistics().used_heap_size;
      for (let n = 0; n < PACKETS; n += 2) {
        if (++sequence % A_SECOND === 0) clock.advance(1_000);
        send(caller);
        send(handset);
      }
      return (getHeapStatistics().used_heap_size - before) / PACKETS;
    };
    let least = Infinity;
    for (let n = 0; n < MOST_ROUNDS && least > MOST_BYTES; n++) {
      const left = round();
      if (left > 0) least = Math.min(least, left); // less than nothing: garbage was collected in between
    }
    expect(least).to.be.at.most(MOST_BYTES);
    expect(plane.stats().outside.packetsReceived).to.equal(sequence);
  });
});

import { expect } from 'chai';
import { mediaFacts } from '../../../src/calls/call/media-facts.js';
import type { LegStats, SpoolEnd } from '../../../src/media/engine.js';

const silent: LegStats = {
  packetsReceived: 0,
  packetsSent: 0,
  packetsLost: 0,
  packetsLate: 0,
  packetsDuplicate: 0,
  packetsRejected: 0,
  packetsByKernel: 0,
  jitterMs: 0,
  source: undefined,
  encryption: undefined,
  quality: {},
};
const stats = { outside: { ...silent, packetsReceived: 300, packetsSent: 290, packetsLost: 100 }, inside: silent };
const spool = (dropped: number): SpoolEnd => ({ path: '/spool/a.pcap', bytes: 1, dropped, cut: undefined });

describe('what an entry says of a call’s sound', () => {
  it('has the legs that carried any', () => {
    expect(mediaFacts(stats, undefined)).to.deep.equal({
      outside: { packetsReceived: 300, packetsSent: 290, lostPercent: 25, jitterMs: 0 },
    });
  });

  it('says how much the recording lacks where the disk was too slow, and nothing where it was not', () => {
    expect(mediaFacts(stats, spool(1234))).to.include({ unrecorded: 1234 });
    expect(mediaFacts(stats, spool(0))).not.to.have.property('unrecorded');
  });
});

import { expect } from 'chai';
import { inspectSpool } from '../../../src/archive/spool-inspector.js';
import { fileHeader, PcapEncoder } from '../../../src/spool/pcap.js';
import { entryAt } from '../../support/archive-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';

const PATH = '/data/spool/found.pcap';

function spoolOf(packets: number, startMs: number): Buffer {
  const encoder = new PcapEncoder();
  const target = Buffer.alloc(64 * 1024 + packets * 300);
  let end = fileHeader().copy(target);
  end += encoder.encodeMark(target, end, startMs * 1000, { type: 'call', entry: entryAt(startMs) });
  for (let i = 0; i < packets; i++) {
    end += encoder.encodeRtp(target, end, 'outside', (startMs + 20 * i) * 1000, Buffer.alloc(172, i));
  }
  return target.subarray(0, end);
}

describe('a spool that is found', () => {
  const startMs = Date.UTC(2026, 0, 5, 8);

  for (const packets of [0, 10, 5000]) {
    it(`names its call and its times, with ${packets} packets and a torn end`, async () => {
      const files = new MemoryFiles();
      files.put(PATH, Buffer.concat([spoolOf(packets, startMs), Buffer.alloc(100, 7)]));
      const facts = await inspectSpool(files, PATH);
      expect(facts?.entry.startedAt).to.equal(startMs);
      expect(facts?.firstAt).to.equal(startMs);
      expect(facts?.lastAt).to.equal(startMs + 20 * Math.max(0, packets - 1));
    });
  }

  it('is none where there is nothing, or something else', async () => {
    const files = new MemoryFiles();
    expect(await inspectSpool(files, PATH)).to.equal(undefined);
    files.put(PATH, '');
    expect(await inspectSpool(files, PATH)).to.equal(undefined);
    files.put(PATH, 'x'.repeat(100_000));
    expect(await inspectSpool(files, PATH)).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { BlockWriter } from '../../../src/media/session/plane/block-writer.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';

const PATH = '/spool/call.pcap';

describe('the way of blocks to the disk', () => {
  let disk: MemorySpools;
  let out: BlockWriter;
  let failures: string[];
  beforeEach(async () => {
    disk = new MemorySpools();
    failures = [];
    out = new BlockWriter({
      memory: disk.memory,
      overhead: { opening: 0, block: 0 },
      onTaken: () => {},
      onFailed: (error) => failures.push(String(error)),
    });
    out.open(await disk.open(PATH));
  });
  /** Hands over a block of so many of a byte. */
  const put = async (byte: number, length = 100): Promise<void> => {
    const block = disk.memory.take();
    block.bytes.fill(byte);
    out.add(block, length, false);
    out.write(false);
    await settle();
  };
  /** What stands in the file, each byte once. */
  const written = (): number[] => [...new Set(disk.files.get(PATH))];

  it('has a block’s memory again when it was taken, and not before', async () => {
    disk.slow = true;
    await put(1);
    await put(2);
    expect(disk.memory.blocks.used).to.equal(2);
    const others = [disk.memory.take(), disk.memory.take()];
    for (const block of others) block.bytes.fill(9);
    disk.release();
    await settle();
    expect(disk.memory.blocks.used, 'the second and two others').to.equal(3);
    disk.release();
    await settle();
    expect(disk.memory.blocks.used).to.equal(2);
    expect(written()).to.deep.equal([1, 2]);
    expect(out.waitingBytes).to.equal(0);
  });

  it('goes on while what was taken is not on the disk yet, and counts only what is', async () => {
    disk.slowSync = true;
    for (const byte of [1, 2, 3]) await put(byte);
    expect(written()).to.deep.equal([1, 2, 3]);
    expect(disk.memory.blocks.used).to.equal(0);
    expect(out.written).to.equal(0);
    let settled = false;
    const settling = out.settle().then(() => (settled = true));
    disk.sync();
    disk.sync();
    await settle();
    expect(out.written).to.equal(200);
    expect(settled).to.equal(false);
    disk.sync();
    await settling;
    expect(out.written).to.equal(300);
  });

  it('cuts the spool where a sync fails though the write did not, once nothing is under way', async () => {
    disk.slowSync = true;
    for (const byte of [1, 2, 3]) await put(byte);
    disk.sync();
    await settle();
    disk.failSync = new Error('EIO');
    disk.sync();
    await settle();
    expect(failures).to.deep.equal(['Error: EIO']);
    expect(out.isOpen).to.equal(false);
    await put(4);
    expect(disk.truncated, 'the third is under way').to.deep.equal([]);
    disk.sync();
    await out.settle();
    expect(disk.truncated).to.deep.equal([100]);
    expect(out.written).to.equal(100);
    expect(written()).to.deep.equal([1]);
    expect(failures).to.have.lengthOf(1);
    expect(disk.memory.blocks.used).to.equal(0);
  });

  it('keeps what is on its way to the disk where the next write fails', async () => {
    disk.slowSync = true;
    await put(1);
    disk.failAppend = new Error('ENOSPC');
    await put(2);
    expect(failures, 'in order').to.deep.equal([]);
    disk.sync();
    await out.settle();
    expect(failures).to.deep.equal(['Error: ENOSPC']);
    expect(out.written).to.equal(100);
    expect(written()).to.deep.equal([1]);
    expect(disk.memory.blocks.used).to.equal(0);
  });
});

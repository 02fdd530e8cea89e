import { expect } from 'chai';
import { BLOCK_BYTES } from '../../../src/media/session/plane/spool-memory.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { PcapReader } from '../../../src/spool/pcap-reader.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const PATH = '/spool/call.pcap';
const packet = Buffer.alloc(172, 0xd5);
packet[0] = 0x80;

describe('the spool writer', () => {
  let clock: VirtualClock;
  let disk: MemorySpools;
  let asked: { bytes: number; answer: (granted: boolean) => void }[];
  let cuts: string[];
  let writer: SpoolWriter;

  beforeEach(() => {
    clock = new VirtualClock();
    disk = new MemorySpools();
    asked = [];
    cuts = [];
    const entry = callEntry();
    writer = new SpoolWriter(
      {
        path: PATH,
        encoder: new PcapEncoder(),
        store: disk,
        clock,
        rounds: new Rounds(clock),
        zeroUs: (clock.now() - clock.monotonic()) * 1000,
        reserve: (bytes) => new Promise((answer) => asked.push({ bytes, answer })),
        onCut: (reason, why) => cuts.push(`${reason}: ${why}`),
      },
      { type: 'call', entry },
    );
  });

  const granted = (): number => asked.reduce((sum, { bytes }) => sum + bytes, 0);
  const grantAll = async (): Promise<void> => {
    for (const { answer } of asked) answer(true);
    await settle();
  };
  /** A call's sound for so many seconds, both ways; every question is answered. */
  const talk = async (seconds: number, answer = true): Promise<void> => {
    for (let n = 0; n < seconds * 50; n++) {
      clock.advance(20);
      writer.rtp('outside', packet);
      writer.rtp('inside', packet);
      if (n % 10 !== 0) continue;
      for (const question of asked) question.answer(answer);
      await settle();
    }
  };
  const started = async (): Promise<void> => {
    const starting = writer.start();
    await grantAll();
    await starting;
  };

  it('keeps what passed before the file was there, names the call first and says the end last', async () => {
    writer.mark({ type: 'begin' });
    writer.rtp('outside', packet);
    expect(disk.files.has(PATH)).to.equal(false);
    await started();
    expect(disk.records(PATH)).to.deep.equal(['call', 'begin', 'outside d5']);
    writer.rtp('inside', packet);
    const end = await writer.close();
    expect(disk.records(PATH)).to.deep.equal(['call', 'begin', 'outside d5', 'inside d5', 'end']);
    expect(end).to.deep.equal({ path: PATH, bytes: disk.files.get(PATH)?.length, dropped: 0, cut: undefined });
    expect(disk.closed).to.deep.equal([PATH]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('dates the beginning and the end by when they were, and by now where the clock was set since', async () => {
    const times = (): number[] =>
      [...new PcapReader().push(disk.files.get(PATH) ?? Buffer.alloc(0))].flatMap((record) =>
        record.kind === 'mark' ? [record.timeUs / 1000 - begun] : [],
      );
    const begun = clock.now();
    await started();
    clock.advance(500);
    writer.mark({ type: 'begin' }, begun + 430);
    writer.mark({ type: 'apart' }, begun - 3_600_000);
    writer.mark({ type: 'party', party: {} }, begun + 3_600_000);
    clock.advance(20_000);
    await writer.close(begun + 20_410);
    expect(times()).to.deep.equal([0, 430, 500, 500, 20_410]);
  });

  it('writes blocks less than a second apart', async () => {
    await started();
    await talk(10);
    expect(disk.blocks.length).to.be.within(11, 14);
    expect(Math.max(...disk.blocks)).to.be.below(22_000);
  });

  it('asks for bytes long before it needs them, and writes none that were not granted', async () => {
    await started();
    for (let second = 0; second < 60; second++) {
      await talk(1);
      const size = disk.files.get(PATH)?.length ?? 0;
      expect(granted()).to.be.greaterThan(size);
      expect(granted() - size, 'not asked for far too much').to.be.below(300_000);
    }
    expect((await writer.close()).dropped).to.equal(0);
  });

  it('cuts at a record’s end where the budget refuses, and keeps room for the marks', async () => {
    await started();
    await talk(1);
    const before = granted();
    await talk(60, false);
    expect(cuts).to.have.lengthOf(1);
    expect(cuts[0]).to.match(/^no-room/);
    const end = await writer.close();
    expect(end).to.include({ cut: 'no-room' });
    expect(end.bytes).to.be.at.most(before);
    expect(end.bytes).to.be.greaterThan(before - 1_024);
    expect(disk.records(PATH).slice(-3)).to.deep.equal(['inside d5', 'cut no-room', 'end']);
  });

  it('asks again after a refusal and goes on when there is room after all', async () => {
    await started();
    await talk(1);
    expect(asked).to.have.lengthOf(2);
    await talk(6, false); // the question that comes when less than half of a grant is left
    expect(asked.length).to.be.greaterThan(2);
    await talk(20, true);
    expect(cuts).to.deep.equal([]);
    expect((await writer.close()).cut).to.equal(undefined);
  });

  it('makes no file where the first bytes are refused', async () => {
    const starting = writer.start();
    asked[0]?.answer(false);
    await starting;
    writer.rtp('outside', packet);
    expect(cuts).to.deep.equal(['no-room: the budget has no room for it']);
    expect(await writer.close()).to.deep.equal({ path: PATH, bytes: 0, dropped: 0, cut: 'no-room' });
    expect(disk.files.size).to.equal(0);
  });

  it('counts what it has no place for while the first answer is long in coming', async () => {
    const starting = writer.start();
    for (let n = 0; n < 1_000; n++) writer.rtp('outside', packet);
    await grantAll();
    await starting;
    const { bytes, dropped } = await writer.close();
    expect(bytes).to.be.at.most(65_536);
    expect(dropped).to.be.within(650, 750);
  });

  it('waits for a slow disk in memory, one write at a time, and catches up', async () => {
    await started();
    disk.slow = true;
    await talk(10);
    expect(disk.mostAtOnce).to.equal(1);
    disk.slow = false;
    disk.release();
    await settle();
    await settle();
    await talk(1);
    expect((await writer.close()).dropped).to.equal(0);
    expect(disk.mostAtOnce).to.equal(1);
    expect(disk.records(PATH).filter((record) => record === 'outside d5')).to.have.lengthOf(550);
  });

  it('bounds the memory that a dead disk costs', async () => {
    await started();
    disk.slow = true;
    await talk(120);
    disk.slow = false;
    expect(disk.memory.blocks.used * BLOCK_BYTES).to.be.at.most(1_048_576 + BLOCK_BYTES);
    disk.release();
    const { dropped, bytes } = await writer.close();
    expect(dropped).to.be.greaterThan(1_000);
    expect(bytes).to.be.below(1_200_000);
    expect(disk.memory.blocks).to.deep.include({ used: 0 });
    disk.memory.rest(); // it was the last
    expect(disk.memory.blocks.kept).to.be.below(10);
    expect(disk.records(PATH).at(-1)).to.equal('end');
  });

  it('cuts when the disk fails, and leaves whole records behind', async () => {
    await started();
    await talk(2);
    disk.failAppend = new Error('ENOSPC: no space left on device');
    await talk(2);
    expect(cuts).to.deep.equal(['failed: ENOSPC: no space left on device']);
    const end = await writer.close();
    expect(end).to.include({ cut: 'failed', bytes: disk.files.get(PATH)?.length });
    expect(disk.records(PATH).at(-1)).to.match(/side d5$/);
  });

  it('says so when the file cannot be made, and stays quiet then', async () => {
    disk.failOpen = new Error('EACCES');
    const starting = writer.start();
    asked[0]?.answer(true);
    let failed = '';
    await starting.catch((error: unknown) => {
      failed = String(error);
    });
    expect(failed).to.equal('Error: EACCES');
    writer.rtp('outside', packet);
    expect(await writer.close()).to.include({ cut: 'failed', bytes: 0 });
  });

  it('keeps no sound after it was stopped', async () => {
    await started();
    writer.rtp('outside', packet);
    writer.stop();
    writer.rtp('outside', packet);
    writer.mark({ type: 'hold', leg: 'inside' });
    expect((await writer.close()).cut).to.equal('stopped');
    expect(disk.records(PATH)).to.deep.equal(['call', 'outside d5', 'cut stopped', 'end']);
    expect(cuts).to.deep.equal([]);
  });

  it('can be closed before it was begun', async () => {
    const starting = writer.start();
    const closing = writer.close();
    await grantAll();
    await starting;
    expect((await closing).cut).to.equal(undefined);
    expect(disk.records(PATH)).to.deep.equal(['call', 'end']);
    expect(disk.closed).to.deep.equal([PATH]);
  });

  it('writes what it has, and no end, where the process goes', async () => {
    await started();
    writer.rtp('outside', packet);
    await writer.abandon();
    expect(disk.records(PATH)).to.deep.equal(['call', 'outside d5']);
  });
});

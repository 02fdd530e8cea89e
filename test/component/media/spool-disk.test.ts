/** The thread that writes spools, on a real disk. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../../src/base/clock.js';
import { SpoolDisk } from '../../../src/media/session/plane/spool-disk.js';
import { BLOCK_BYTES, type SpoolBlock } from '../../../src/media/session/plane/spool-memory.js';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('the disk under spools', function () {
  let folder: string;
  let disk: SpoolDisk;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-spool-disk-'));
    disk = new SpoolDisk(systemClock);
  });
  afterEach(async () => {
    await disk.close();
    rmSync(folder, { recursive: true });
  });
  const filled = (length: number, byte: number): SpoolBlock => {
    const block = disk.memory.take(length);
    block.bytes.fill(byte);
    return block;
  };

  const inTwo = (block: SpoolBlock, length: number) => [
    { block, length: 400 },
    { block, length: length - 400 },
  ];

  it('has the blocks of many spools, each in its order, whoever is in a hurry', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, (_, n) => disk.open(join(folder, `${n}.pcap`))));
    for (let round = 0; round < 5; round++) {
      const blocks = files.map((_, n) => filled(2000, 16 * round + (n % 16)));
      await Promise.all(
        files.map((file, n) => file.append(inTwo(blocks[n] as SpoolBlock, 1000 + n), { hurry: n % 7 === 0 })),
      );
      for (const block of blocks) disk.memory.give(block);
    }
    await Promise.all(files.map((file) => file.close()));
    files.forEach((_, n) => {
      const written = readFileSync(join(folder, `${n}.pcap`));
      const wanted = [0, 1, 2, 3, 4].map((round) => Buffer.alloc(1000 + n, 16 * round + (n % 16)));
      expect(written.equals(Buffer.concat(wanted))).to.equal(true);
    });
    expect(statSync(join(folder, '0.pcap')).mode & 0o777).to.equal(0o600);
  });

  it('has taken a block before it is on the disk, and reads it no more from then on', async () => {
    const files = await Promise.all(Array.from({ length: 10 }, (_, n) => disk.open(join(folder, `${n}.pcap`))));
    const told: string[] = [];
    const appended: Promise<void>[] = [];
    const numbers = new Set<number>();
    for (let round = 0; round < 30; round++)
      await Promise.all(
        files.map(
          (file, n) =>
            new Promise<void>((resolve) => {
              const block = filled(1000, 1 + round);
              numbers.add(block.number);
              const onTaken = (): void => {
                block.bytes.fill(0xff);
                disk.memory.give(block);
                told.push(`taken ${round} ${n}`);
                resolve();
              };
              const written = file.append([{ block, length: 1000 }], { hurry: n === 9, onTaken });
              appended.push(written.then(() => void told.push(`durable ${round} ${n}`)));
            }),
        ),
      );
    await Promise.all(appended);
    expect(numbers.size, 'blocks for three hundred').to.be.below(40);
    expect(told).to.have.lengthOf(600);
    for (let n = 0; n < 10; n++) {
      const order = told.filter((what) => what.endsWith(` ${n}`));
      const of = (what: string): string[] => Array.from({ length: 30 }, (_, round) => `${what} ${round} ${n}`);
      expect(order.filter((what) => what.startsWith('t'))).to.deep.equal(of('taken'));
      expect(order.filter((what) => what.startsWith('d'))).to.deep.equal(of('durable'));
      for (let round = 0; round < 30; round++)
        expect(order.indexOf(`taken ${round} ${n}`)).to.be.below(order.indexOf(`durable ${round} ${n}`));
      const wanted = Array.from({ length: 30 }, (_, round) => Buffer.alloc(1000, 1 + round));
      expect(readFileSync(join(folder, `${n}.pcap`)).equals(Buffer.concat(wanted))).to.equal(true);
    }
    await Promise.all(files.map((file) => file.close()));
  });

  it('writes nothing behind what may be lost, until the file was cut', async function () {
    if (process.platform !== 'linux') return this.skip();
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]); // it can be written to, and not synced
    const file = await disk.open(path);
    const one = (byte: number): Promise<unknown> => failure(file.append([{ block: filled(8, byte), length: 8 }]));
    for (const byte of [1, 2])
      expect(await one(byte))
        .to.have.property('message')
        .that.includes('EINVAL');
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const written = Buffer.alloc(100);
    expect(written.subarray(0, readSync(fd, written)).equals(Buffer.alloc(8, 1))).to.equal(true);
    closeSync(fd);
    await file.close();
  });

  it('says so where a write fails, and takes nothing more', async function () {
    if (process.platform !== 'linux') return this.skip();
    const full = await disk.open('/dev/full');
    const one = (): Promise<unknown> => failure(full.append([{ block: filled(8, 1), length: 8 }]));
    const errors = await Promise.all([one(), one()]);
    for (const error of errors) expect(error).to.have.property('message').that.includes('ENOSPC');
    await full.close();
  });

  it('holds no descriptor of a spool that is closed, after two hundred of them', async function () {
    if (process.platform !== 'linux') return this.skip();
    const path = (n: number): string => join(folder, `${n}.pcap`);
    const one = async (n: number): Promise<void> => {
      const file = await disk.open(path(n));
      const block = filled(64, n & 255);
      await file.append([{ block, length: 64 }], { hurry: true });
      disk.memory.give(block);
      await file.close();
    };
    await one(0); // the thread has descriptors of its own
    const before = readdirSync('/proc/self/fd').length;
    for (let n = 1; n <= 200; n += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(n + k)));
    expect(readdirSync('/proc/self/fd').length).to.be.at.most(before + 2);
    expect(statSync(path(200)).size).to.equal(64);
  });

  it('lets the system have the memory of blocks that are gone', async () => {
    setFlagsFromString('--expose-gc'); // for the thread too, as in a media process
    const gc = runInNewContext('gc') as () => void;
    const held = (): number => {
      gc();
      return process.memoryUsage().arrayBuffers;
    };
    const file = await disk.open(join(folder, 'a.pcap'));
    const before = held();
    let most = 0;
    for (let round = 0; round < 20; round++) {
      const blocks = Array.from({ length: 80 }, (_, n) => filled(4 * BLOCK_BYTES + 4, n)); // nobody gets these again
      await Promise.all(blocks.map((block) => file.append([{ block, length: 8 }], { hurry: true })));
      for (const block of blocks) disk.memory.give(block);
      most = Math.max(most, held() - before);
    }
    expect(most, 'of 40 MB').to.be.below(10_000_000);
    await file.close();
  });

  it('cuts, and takes blocks again that it was given before, and larger ones', async () => {
    const file = await disk.open(join(folder, 'a.pcap'));
    const first = filled(8, 1);
    await file.append([{ block: first, length: 3 }]);
    await file.truncate(2);
    disk.memory.give(first);
    const again = filled(8, 2);
    expect(again.number).to.equal(first.number);
    await file.append([{ block: again, length: 3 }]);
    const large = filled(2 * BLOCK_BYTES, 3);
    await file.append([{ block: large, length: 2 * BLOCK_BYTES }]);
    disk.memory.give(large);
    await file.append([{ block: filled(2 * BLOCK_BYTES, 4), length: 1 }]);
    await file.close();
    const wanted = [Buffer.from([1, 1, 2, 2, 2]), Buffer.alloc(2 * BLOCK_BYTES, 3), Buffer.from([4])];
    expect(readFileSync(join(folder, 'a.pcap')).equals(Buffer.concat(wanted))).to.equal(true);
  });

  it('says why a spool cannot be made, and which block failed of a batch', async () => {
    expect(await failure(disk.open(join(folder, 'none', 'a.pcap'))))
      .to.have.property('message')
      .that.includes('ENOENT');
    const [good, bad] = [await disk.open(join(folder, 'good')), await disk.open(join(folder, 'bad'))];
    await bad.close();
    const results = await Promise.all([
      failure(good.append([{ block: filled(8, 1), length: 8 }])),
      failure(bad.append([{ block: filled(8, 1), length: 8 }])),
    ]);
    expect(results[0]).to.equal('no error');
    expect(results[1]).to.include({ code: 'SPOOL_DISK' });
    expect(readFileSync(join(folder, 'good'))).to.have.lengthOf(8);
  });
});

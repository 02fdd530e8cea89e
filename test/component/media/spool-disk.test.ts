/** The thread that writes spools, on a real disk. */
import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.js';
import { SpoolDisk, spoolMemory } from '../../../src/media/session/plane/spool-disk.js';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('the disk under spools', function () {
  this.timeout(20_000);
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
  const filled = (length: number, byte: number): Buffer => spoolMemory(length).fill(byte);

  it('has the blocks of many spools, each in its order, whoever is in a hurry', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, (_, n) => disk.open(join(folder, `${n}.pcap`))));
    for (let round = 0; round < 5; round++) {
      const blocks = files.map((file, n) =>
        file.append(filled(32_768, 16 * round + (n % 16)), 1000 + n, { hurry: n % 7 === 0 }),
      );
      await Promise.all(blocks);
    }
    await Promise.all(files.map((file) => file.close()));
    files.forEach((_, n) => {
      const written = readFileSync(join(folder, `${n}.pcap`));
      const wanted = [0, 1, 2, 3, 4].map((round) => Buffer.alloc(1000 + n, 16 * round + (n % 16)));
      expect(written.equals(Buffer.concat(wanted))).to.equal(true);
    });
    expect(statSync(join(folder, '0.pcap')).mode & 0o777).to.equal(0o600);
  });

  it('holds no descriptor of a spool that is closed, after some hundred of them', async function () {
    if (process.platform !== 'linux') return this.skip();
    const path = (n: number): string => join(folder, `${n}.pcap`);
    const one = async (n: number): Promise<void> => {
      const file = await disk.open(path(n));
      await file.append(filled(64, n & 255), 64, { hurry: true });
      await file.close();
    };
    await one(0); // the thread has descriptors of its own
    const before = readdirSync('/proc/self/fd').length;
    for (let n = 1; n <= 500; n += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(n + k)));
    expect(readdirSync('/proc/self/fd').length).to.be.at.most(before + 2);
    expect(statSync(path(500)).size).to.equal(64);
  });

  it('takes bytes that are not in shared memory, too', async () => {
    const file = await disk.open(join(folder, 'a.pcap'));
    await file.append(Buffer.from('abcdef').subarray(1), 3);
    await file.truncate(2);
    await file.append(Buffer.from('xyz'), 3);
    await file.close();
    expect(readFileSync(join(folder, 'a.pcap'), 'utf8')).to.equal('bcxyz');
  });

  it('says why a spool cannot be made, and which block failed of a batch', async () => {
    expect(await failure(disk.open(join(folder, 'none', 'a.pcap'))))
      .to.have.property('message')
      .that.includes('ENOENT');
    const [good, bad] = [await disk.open(join(folder, 'good')), await disk.open(join(folder, 'bad'))];
    await bad.close();
    const results = await Promise.all([failure(good.append(filled(8, 1), 8)), failure(bad.append(filled(8, 1), 8))]);
    expect(results[0]).to.equal('no error');
    expect(results[1]).to.include({ code: 'SPOOL_DISK' });
    expect(readFileSync(join(folder, 'good'))).to.have.lengthOf(8);
  });
});

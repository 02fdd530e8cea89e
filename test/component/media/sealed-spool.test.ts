/** Spools sealed by the thread that writes them, on a real disk; opened again after a crash; made into a sealed recording. */
import { expect } from 'chai';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.js';
import { NodeFileStore } from '../../../src/journal/node-files.js';
import { SpoolDisk } from '../../../src/media/session/plane/spool-disk.js';
import type { SpoolBlock } from '../../../src/media/session/plane/spool-memory.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { encodeSpool } from '../../../src/recording/encode-spool.js';
import { readTag } from '../../../src/recording/id3.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { isSealed, sealedBytes } from '../../../src/vault/format.js';
import { newSealKey, ringOf } from '../../../src/vault/seal-key.js';
import { SoundFiles } from '../../../src/vault/sound-files.js';
import { speechLike } from '../../support/audio.js';
import { callEntry, callRecords, rtpOf, spoolBytes } from '../../support/spool-maker.js';

const SECONDS = 4;
const entry = callEntry();
const sound = speechLike(SECONDS, 1);
const records = callRecords(
  [...rtpOf({ leg: 'outside', sound }), ...rtpOf({ leg: 'inside', sound, codec: 'PCMU' })],
  SECONDS * 1000,
  entry,
);

describe('a spool that is sealed as it is written', function () {
  let folder: string;
  let disk: SpoolDisk;
  const files = new NodeFileStore();
  const path = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-sealed-spool-'));
    disk = new SpoolDisk(systemClock);
  });
  afterEach(async () => {
    await disk.close();
    rmSync(folder, { recursive: true });
  });

  const blockOf = (bytes: Uint8Array): SpoolBlock => {
    const block = disk.memory.take(bytes.length);
    block.bytes.set(bytes);
    return block;
  };

  it('is made into the very recording that a plain one is made into, sealed too', async () => {
    const plain = spoolBytes(records);
    const key = newSealKey('spool', entry.id);
    const file = await disk.open(path('sealed.pcap'), key);
    for (let at = 0; at < plain.length; at += 17_000) {
      const block = plain.subarray(at, at + 17_000);
      await file.append([{ block: blockOf(block), length: block.length }], { last: at + 17_000 >= plain.length });
    }
    await file.close();
    expect(isSealed(readFileSync(path('sealed.pcap')))).to.equal(true);
    const opened = await new SoundFiles(files, ringOf([key])).openSpool(path('sealed.pcap'), { salvage: false });
    expect(opened.complete).to.equal(true);
    expect((await opened.read(0, opened.bytes)).equals(plain)).to.equal(true);
    await opened.close();

    const options = { kbps: 32, encoder: 'wasm', entry } as const;
    const recording = newSealKey('recording', entry.id);
    const there = await encodeSpool(path('sealed.pcap'), path('sealed.mp3'), {
      ...options,
      keys: { spool: [key], recording },
    });
    await files.open(path('plain.pcap'), 'write').then(async (one) => {
      await one.write(plain, 0);
      await one.close();
    });
    const same = await encodeSpool(path('plain.pcap'), path('plain.mp3'), options);
    expect(there.sha256).to.equal(same.sha256);
    const stored = readFileSync(path('sealed.mp3'));
    expect(stored.length).to.equal(sealedBytes(same.bytes));
    expect(readTag(stored)).to.equal(undefined);
    const read = await new SoundFiles(files, ringOf([recording])).openRecording(path('sealed.mp3'), {
      owner: entry.id,
      sealed: true,
    });
    expect((await read.read(0, read.bytes)).equals(readFileSync(path('plain.mp3')))).to.equal(true);
    await read.close();
  });

  it('that is opened again goes on behind its last whole block under another key', async () => {
    const [first, second] = [newSealKey('spool', entry.id), newSealKey('spool', entry.id)];
    const one = await disk.open(path('a.pcap'), first);
    await one.append([{ block: blockOf(Buffer.alloc(300, 1)), length: 300 }]);
    await one.close();
    appendFileSync(path('a.pcap'), Buffer.from('HBLK and then the power went'));
    const two = await disk.open(path('a.pcap'), second);
    await two.append([{ block: blockOf(Buffer.alloc(200, 2)), length: 200 }]);
    await two.append([{ block: blockOf(Buffer.alloc(100, 3)), length: 100 }]);
    await two.truncate(64 + 200 + 32);
    await two.close();
    const opened = await new SoundFiles(files, ringOf([first, second])).openSpool(path('a.pcap'), { salvage: false });
    expect((await opened.read(0, 1000)).equals(Buffer.concat([Buffer.alloc(300, 1), Buffer.alloc(200, 2)]))).to.equal(
      true,
    );
    expect(opened.complete).to.equal(false);
    await opened.close();
  });

  it('takes no byte more on the disk than was granted and is told', async () => {
    const key = newSealKey('spool', entry.id);
    let granted = 0;
    const writer = new SpoolWriter(
      {
        path: path('b.pcap'),
        encoder: new PcapEncoder(),
        store: { memory: disk.memory, open: (at) => disk.open(at, key) },
        sealed: true,
        clock: systemClock,
        rounds: new Rounds(systemClock),
        zeroUs: 1_700_000_000_000_000,
        reserve: (bytes) => Promise.resolve(granted < 60_000 && (granted += bytes) > 0),
        onCut: () => {},
      },
      { type: 'call', entry },
    );
    await writer.start();
    for (let n = 0; n < 600; n++) {
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      writer.rtp('outside', Buffer.alloc(172, 0x80));
    }
    const end = await writer.close();
    expect(end.cut).to.equal('no-room');
    expect(statSync(path('b.pcap')).size)
      .to.equal(end.bytes)
      .and.to.be.at.most(granted);
    const opened = await new SoundFiles(files, ringOf([key])).openSpool(path('b.pcap'), { salvage: false });
    expect(opened.complete).to.equal(true);
    await opened.close();
  });
});

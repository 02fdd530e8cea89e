/** What becomes of a recording when the disk fails, power goes, or the spool is not what it should be. */
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeSpool } from '../../../src/recording/encode-spool.js';
import type { EncodeOptions, EncodedRecording } from '../../../src/recording/encode-spool.js';
import { MAX_TAG_BYTES, readTag } from '../../../src/recording/id3.js';
import { FileInspector } from '../../../src/recording/inspect.js';
import { expectedBytes } from '../../../src/recording/size.js';
import { chance, speechLike } from '../../support/audio.js';
import { SoundFiles } from '../../../src/vault/sound-files.js';
import { MemoryFiles, systemError } from '../../support/memory-files.js';
import { EPOCH_MS, callEntry, callRecords, markAt, rtpOf, spoolBytes } from '../../support/spool-maker.js';

const SPOOL = '/data/spool/call.pcap';
const OUTPUT = '/data/recordings/call.mp3';
const entry = callEntry();
const SECONDS = 3;
const sound = speechLike(SECONDS, 1);
const records = callRecords(
  [...rtpOf({ leg: 'outside', sound }), ...rtpOf({ leg: 'inside', sound, codec: 'PCMU' })],
  SECONDS * 1000,
  entry,
);
const spool = spoolBytes(records);

function disk(bytes: Buffer = spool): MemoryFiles {
  const files = new MemoryFiles();
  files.put(SPOOL, bytes);
  files.put('/data/recordings/other.mp3', 'another');
  return files;
}

const encode = (files: MemoryFiles, options: Partial<EncodeOptions> = {}): Promise<EncodedRecording> =>
  encodeSpool(SPOOL, OUTPUT, { kbps: 32, encoder: 'wasm', files, ...options });

const outcome = (promise: Promise<EncodedRecording>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a recording, when things go wrong', function () {
  it('is either whole or not there, whichever operation of the disk fails', async () => {
    const good = disk();
    await encode(good);
    const steps = good.operations;
    expect(steps).to.be.above(10);
    for (let failing = 1; failing <= steps; failing++) {
      const files = disk();
      let kind = '';
      files.onOperation = ({ number, name }) => {
        if (number !== failing) return;
        kind = name;
        throw systemError('EIO');
      };
      const result = await outcome(encode(files));
      if (result instanceof Error) {
        expect(result, `step ${failing}, ${kind}`).to.include({ code: 'EIO' });
        expect(files.paths(), `step ${failing}, ${kind}`).to.deep.equal(['/data/recordings/other.mp3', SPOOL]);
      } else {
        expect(kind, 'only the closing of what was read may fail unseen').to.equal('close');
      }
      expect(files.content(SPOOL)?.equals(spool)).to.equal(true);
    }
  });

  it('leaves nothing behind on a full disk', async () => {
    const files = disk();
    files.capacity = spool.length + 5000;
    expect(await outcome(encode(files))).to.include({ code: 'ENOSPC' });
    expect(files.paths()).to.not.include(OUTPUT).and.not.include(`${OUTPUT}.part`);
  });

  it('survives a power cut once it is said to be made', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const files = disk();
      const { bytes } = await encode(files);
      const after = files.afterCrash(true, chance(seed));
      expect(after.content(OUTPUT)?.length).to.equal(bytes);
      expect(after.content(OUTPUT)?.equals(files.content(OUTPUT) ?? Buffer.alloc(0))).to.equal(true);
    }
  });

  it('takes the place of a temporary that a crash left', async () => {
    const files = disk();
    files.put(`${OUTPUT}.part`, Buffer.alloc(1_000_000, 1));
    const { bytes } = await encode(files);
    expect(files.content(OUTPUT)?.length).to.equal(bytes);
    expect(files.paths()).to.not.include(`${OUTPUT}.part`);
  });

  it('holds what a crash left of the spool, up to the last packet', async () => {
    for (const share of [0.2, 0.55, 0.99]) {
      const files = disk(spool.subarray(0, Math.floor(share * spool.length)));
      const { durationMs, facts } = await encode(files);
      expect(durationMs).to.be.closeTo(share * SECONDS * 1000, 60);
      expect(facts.recovered).to.equal(true);
    }
  });

  it('is made of any spool, however damaged, or refused for good', async () => {
    const noise = fc.array(fc.tuple(fc.nat({ max: spool.length - 1 }), fc.nat({ max: 255 })), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(noise, fc.nat({ max: spool.length }), async (changes, length) => {
        const bytes = Buffer.from(spool.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        const result = await outcome(encode(disk(bytes)));
        if (result instanceof Error) expect(result).to.include({ code: 'SPOOL_UNREADABLE' });
        else
          expect(result)
            .to.have.property('durationMs')
            .that.is.at.most(SECONDS * 1000);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the size of a recording', () => {
  it('is never above what was expected, nor far below', () => {
    fc.assert(
      fc.property(fc.nat({ max: 36_000_000 }), fc.constantFrom(16, 24, 32, 33, 64, 128), (durationMs, kbps) => {
        const sound = (durationMs / 1000) * (Math.min(64, kbps) * 125);
        expect(expectedBytes(durationMs, kbps)).to.be.at.least(kbps === 33 ? (sound * 32) / 33 : sound);
        expect(expectedBytes(durationMs, kbps)).to.be.at.most(sound + 20_000);
      }),
    );
  });

  it('holds for the file', async () => {
    const { bytes } = await encode(disk());
    expect(bytes).to.be.at.most(expectedBytes(SECONDS * 1000, 32));
  });

  it('keeps to its limit by leaving sound off at the end, and says so', async () => {
    const whole = (await encode(disk())).bytes;
    for (const maxBytes of [whole, whole - 1, whole - 3000, whole - 9000]) {
      const files = disk();
      const { bytes, durationMs, facts } = await encode(files, { maxBytes });
      expect(bytes)
        .to.be.at.most(maxBytes)
        .and.above(maxBytes - 400);
      if (maxBytes === whole) expect(facts).to.not.have.property('cut');
      else expect(facts.cut).to.deep.equal({ reason: 'no-room-for-mp3', atMs: durationMs });
      expect(readTag(files.content(OUTPUT) ?? Buffer.alloc(0))?.recording).to.deep.equal(facts);
    }
    expect(await outcome(encode(disk(), { maxBytes: 500 }))).to.include({ code: 'MP3_NO_ROOM' });
  });
});

describe('what is found on the disk', () => {
  it('says which call it is of', async () => {
    const files = disk();
    const { facts } = await encode(files);
    const inspector = new FileInspector(new SoundFiles(files));
    const ended = EPOCH_MS + SECONDS * 1000;
    expect(await inspector.inspectSpool(SPOOL)).to.deep.equal({ entry, firstAt: EPOCH_MS, lastAt: ended });
    const recording = files.content(OUTPUT) ?? Buffer.alloc(0);
    for (const start of [recording, recording.subarray(0, MAX_TAG_BYTES)]) {
      expect(inspector.readTags(start)).to.deep.equal({ entry, durationMs: SECONDS * 1000, facts });
    }
  });

  it('is told apart from what is not ours or not there', async () => {
    const files = disk(spoolBytes([markAt(0, { type: 'begin' })]));
    const inspector = new FileInspector(new SoundFiles(files));
    expect(await inspector.inspectSpool(SPOOL)).to.equal(undefined);
    expect(await inspector.inspectSpool('/data/none')).to.equal(undefined);
    for (const bytes of ['', 'ID3', 'ID3\x04\x00\x00\x00\x00\x00\x05', 'not a tag at all, but long enough for one']) {
      expect(inspector.readTags(Buffer.from(bytes, 'latin1')), bytes).to.equal(undefined);
    }
  });
});

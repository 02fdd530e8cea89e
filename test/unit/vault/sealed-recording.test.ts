/** A sealed recording reads as the plain one, and as nothing else. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { newCallId } from '../../../src/base/call-id.js';
import { HalinaError } from '../../../src/base/errors.js';
import {
  HEADER_BYTES,
  PIECE_BYTES,
  pieceAt,
  plainBytes,
  plainWithin,
  sealedBytes,
  TAG_BYTES,
} from '../../../src/vault/format.js';
import { PieceCipher } from '../../../src/vault/piece-cipher.js';
import { newSealKey, noKeys, ringOf, type SealKey } from '../../../src/vault/seal-key.js';
import { SoundFiles } from '../../../src/vault/sound-files.js';
import { chance } from '../../support/chance.js';
import { MemoryFiles } from '../../support/memory-files.js';

const PATH = '/recordings/one.mp3';
const owner = newCallId(1_700_000_000_000);

const noise = randomBytes(3 * PIECE_BYTES + 100);
const soundOf = (bytes: number): Buffer => noise.subarray(0, bytes);

/** Written as an MP3 is: from `head` on, in steps, and then what stands before. */
async function sealed(
  plain: Buffer,
  { head = 100, step = 30_000, key = newSealKey('recording', owner) } = {},
): Promise<{ files: MemoryFiles; key: SealKey }> {
  const files = new MemoryFiles();
  await files.makeFolder('/recordings');
  const writer = await new SoundFiles(files).createRecording(PATH, key);
  for (let at = head; at < plain.length; at += step) await writer.write(plain.subarray(at, at + step), at);
  await writer.write(plain.subarray(0, head), 0);
  await writer.finish();
  expect((await writer.read(0, plain.length + 1)).equals(plain)).to.equal(true);
  await writer.close();
  return { files, key };
}

async function readAll(
  files: MemoryFiles,
  keys: SealKey[],
  expected: { owner?: string; sealed?: boolean } = {},
): Promise<Buffer | string> {
  try {
    const file = await new SoundFiles(files, ringOf(keys)).openRecording(PATH, expected);
    const bytes = await file.read(0, file.bytes);
    await file.close();
    return bytes;
  } catch (error) {
    if (!(error instanceof HalinaError)) throw error;
    expect(error.message).to.match(new RegExp(`${owner}|${PATH}`));
    return error.code;
  }
}

describe('a sealed recording', () => {
  it('gives any range of what was written, whatever its length', async () => {
    const lengths = fc.oneof(
      fc.integer({ min: 0, max: 3 * PIECE_BYTES }),
      fc.constantFrom(0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 1),
    );
    const all = soundOf(3 * PIECE_BYTES);
    const range = fc.tuple(
      fc.integer({ min: 0, max: 3 * PIECE_BYTES + 9 }),
      fc.integer({ min: 0, max: 2 * PIECE_BYTES }),
    );
    await fc.assert(
      fc.asyncProperty(
        lengths,
        fc.array(range, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 3000, max: 70_000 }),
        async (length, ranges, step) => {
          const plain = all.subarray(0, length);
          const { files, key } = await sealed(plain, { head: Math.min(100, length), step });
          expect(files.content(PATH)?.length).to.equal(sealedBytes(length));
          const file = await new SoundFiles(files, ringOf([key])).openRecording(PATH);
          expect(file.bytes).to.equal(length);
          for (const [offset, count] of ranges)
            expect((await file.read(offset, count)).equals(plain.subarray(offset, offset + count))).to.equal(true);
          await file.close();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('has nothing of the sound in its file', async () => {
    const plain = soundOf(2 * PIECE_BYTES);
    const { files } = await sealed(plain);
    const stored = files.content(PATH) as Buffer;
    for (let at = 0; at + 16 <= plain.length; at += 4096)
      expect(stored.indexOf(plain.subarray(at, at + 16))).to.equal(-1);
  });

  it('is refused by name where any bit of it is another', async () => {
    const { files, key } = await sealed(soundOf(2 * PIECE_BYTES + 77));
    const whole = Buffer.from(files.content(PATH) as Buffer);
    const { below } = chance(7);
    const places = [
      ...Array.from({ length: HEADER_BYTES }, (_, at) => at),
      ...Array.from({ length: 12 }, () => below(whole.length)),
    ];
    for (const at of places) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
      files.put(PATH, changed);
      const found = await readAll(files, [key], { owner, sealed: true });
      expect(found, `byte ${at}`).to.be.oneOf(['SEAL_DAMAGED', 'SEAL_KEY_MISSING', 'SEAL_OTHER', 'SEAL_CUT']);
    }
  });

  it('is refused where pieces are swapped, doubled or left out, or its end is cut off, at the opening', async () => {
    const { files, key } = await sealed(soundOf(3 * PIECE_BYTES + 5));
    const whole = Buffer.from(files.content(PATH) as Buffer);
    const piece = (n: number): Buffer => whole.subarray(pieceAt(n), Math.min(whole.length, pieceAt(n + 1)));
    const header = whole.subarray(0, HEADER_BYTES);
    const [a, b, c, d] = [piece(0), piece(1), piece(2), piece(3)] as [Buffer, Buffer, Buffer, Buffer];
    const forged: Record<string, Buffer[]> = {
      swapped: [b, a, c, d],
      doubled: [a, b, b, c, d],
      'without one': [a, c, d],
      'last in place of another': [a, b, d],
      'another as the last': [a, b, c],
      'only the first': [a],
      nothing: [],
    };
    for (const [name, pieces] of Object.entries(forged)) {
      files.put(PATH, Buffer.concat([header, ...pieces]));
      expect(await readAll(files, [key]), name).to.be.oneOf(['SEAL_DAMAGED', 'SEAL_CUT']);
    }
    for (let bytes = HEADER_BYTES; bytes < whole.length; bytes += 9973) {
      files.put(PATH, whole.subarray(0, bytes));
      const opened = await new SoundFiles(files, ringOf([key])).openRecording(PATH).then(
        () => 'opened',
        (error: HalinaError) => error.code,
      );
      expect(opened, `cut to ${bytes}`).to.be.oneOf(['SEAL_DAMAGED', 'SEAL_CUT']);
    }
  });

  it('is refused in the place of another call, with another key, with none, and in clear where it was sealed', async () => {
    const plain = soundOf(70_000);
    const { files, key } = await sealed(plain);
    expect(await readAll(files, [key], { owner: newCallId(1), sealed: true })).to.equal('SEAL_OTHER');
    expect(await readAll(files, [newSealKey('recording', owner)])).to.equal('SEAL_KEY_MISSING');
    expect(await readAll(files, [{ ...newSealKey('recording', owner), keyId: key.keyId }])).to.equal('SEAL_DAMAGED');
    const locked = await new SoundFiles(files, noKeys).whyLocked(PATH);
    expect(locked).to.include('no key').and.to.include(owner);
    files.put(PATH, plain);
    expect(await readAll(files, [key], { sealed: true })).to.equal('SEAL_OTHER');
    expect(await readAll(files, [])).to.deep.equal(plain);
  });

  it('seals no number twice under a key, and is not written out of order', async () => {
    const cipher = new PieceCipher(
      { kind: 'recording', owner, keyId: '00'.repeat(16), session: 0 },
      newSealKey('recording', owner),
    );
    const failure = (act: () => unknown): string => {
      try {
        act();
        return 'sealed';
      } catch (error) {
        return (error as HalinaError).code;
      }
    };
    const seal = (number: number, last = false): string => failure(() => cipher.seal(number, Buffer.alloc(3), last));
    expect([seal(1), seal(1), seal(2), seal(1), seal(0), seal(0), seal(3, true), seal(4)]).to.deep.equal(
      ['sealed', 'SEAL_NONCE', 'sealed', 'SEAL_NONCE', 'sealed', 'SEAL_NONCE', 'sealed', 'SEAL_NONCE'], // prettier-ignore
    );
    const { files, key } = await sealed(soundOf(100));
    files.put(PATH, Buffer.alloc(0));
    const writer = await new SoundFiles(files).createRecording(PATH, key);
    await writer.write(Buffer.alloc(2 * PIECE_BYTES), 0);
    const code = await writer.write(Buffer.alloc(10), PIECE_BYTES + 5).then(
      () => 'written',
      (error: HalinaError) => error.code,
    );
    expect(code).to.equal('SEAL_ORDER');
  });

  it('takes the bytes on the disk that were reckoned with', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 * PIECE_BYTES }), (bytes) => {
        expect(plainBytes(sealedBytes(bytes))).to.equal(bytes);
        expect(sealedBytes(plainWithin(bytes)) <= bytes || plainWithin(bytes) === 0).to.equal(true);
        expect(plainWithin(sealedBytes(bytes))).to.equal(bytes);
      }),
    );
    expect(plainBytes(HEADER_BYTES)).to.equal(undefined);
    expect(plainBytes(HEADER_BYTES + TAG_BYTES)).to.equal(0);
  });
});

/** A sealed spool: blocks as they were written, torn by crashes, opened again, tampered with. */
import { expect } from 'chai';
import fc from 'fast-check';
import { newCallId } from '../../../src/base/call-id.js';
import { HalinaError } from '../../../src/base/errors.js';
import { HEADER_BYTES, parseHeader, parsePieceHead, SPOOL_PIECE_OVERHEAD } from '../../../src/vault/format.js';
import { newSealKey, ringOf, type SealKey } from '../../../src/vault/seal-key.js';
import { SoundFiles } from '../../../src/vault/sound-files.js';
import { SPOOL_OVERHEAD, SpoolSealer, wholeSessions } from '../../../src/vault/spool-sealer.js';
import { chance } from '../../support/chance.js';
import { MemoryFiles } from '../../support/memory-files.js';

const PATH = '/spool/one.pcap';
const owner = newCallId(1_700_000_000_000);

interface Made {
  readonly bytes: Buffer;
  readonly plain: Buffer;
  readonly keys: SealKey[];
  /** Where each piece begins, with its head. */
  readonly places: number[];
}

/** Sessions of blocks of these lengths; each one torn but the last. */
function made(sessions: readonly (readonly number[])[], { ends = true, torn = 0 } = {}): Made {
  const keys: SealKey[] = [];
  const places: number[] = [];
  let file = Buffer.alloc(0);
  let plain = Buffer.alloc(0);
  sessions.forEach((lengths, session) => {
    const key = newSealKey('spool', owner);
    keys.push(key);
    // As the thread that writes spools does where it opens one again.
    const found = wholeSessions((offset, length) => file.subarray(offset, offset + length), file.length);
    expect(found.sessions).to.equal(session);
    file = file.subarray(0, found.end);
    const sealer = new SpoolSealer(key, found.sessions);
    file = Buffer.concat([file, sealer.header]);
    lengths.forEach((length, n) => {
      const block = Buffer.alloc(length, 1 + ((n + 7 * session) % 250));
      places.push(file.length);
      file = Buffer.concat([
        file,
        ...sealer.seal(block, ends && session === sessions.length - 1 && n === lengths.length - 1),
      ]);
      plain = Buffer.concat([plain, block]);
    });
    if (torn > 0) file = Buffer.concat([file, Buffer.concat(sealer.seal(Buffer.alloc(500), false)).subarray(0, torn)]);
  });
  return { bytes: file, plain, keys, places };
}

type Read = { readonly bytes: Buffer; readonly complete: boolean | undefined; readonly damaged: number };

async function read(bytes: Buffer, keys: readonly SealKey[], salvage = false): Promise<Read | string> {
  const files = new MemoryFiles();
  files.put(PATH, bytes);
  try {
    const file = await new SoundFiles(files, ringOf(keys)).openSpool(PATH, { salvage });
    const found = await file.read(0, file.bytes);
    return { bytes: found, complete: file.complete, damaged: file.damagedBytes };
  } catch (error) {
    if (!(error instanceof HalinaError)) throw error;
    return error.code;
  }
}

describe('a sealed spool', () => {
  it('gives any range of what was written, over sessions and torn ends', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(lengths, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 400 }),
        fc.nat(9000),
        fc.nat(4000),
        async (sessions, torn, from, length) => {
          const { bytes, plain, keys } = made(sessions, { torn, ends: torn === 0 });
          const files = new MemoryFiles();
          files.put(PATH, bytes);
          const file = await new SoundFiles(files, ringOf(keys)).openSpool(PATH, { salvage: false });
          expect(file.bytes).to.equal(plain.length);
          expect(file.complete).to.equal(torn === 0);
          expect((await file.read(from, length)).equals(plain.subarray(from, from + length))).to.equal(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('uses no nonce twice: a session that is opened again has a key of its own, and numbers go on within one', () => {
    const { bytes } = made([[10, 20, 30], [5], [7, 7]], { torn: 30, ends: false });
    const used = new Set<string>();
    let keyId = '';
    for (let at = 0; at < bytes.length;) {
      const header = parseHeader(bytes.subarray(at, at + HEADER_BYTES));
      const head = parsePieceHead(bytes, at);
      if (header) keyId = header.keyId;
      if (head) {
        expect(used.has(`${keyId} ${head.number}`)).to.equal(false);
        used.add(`${keyId} ${head.number}`);
      }
      if (!header && !head) break;
      at += header ? HEADER_BYTES : (head?.length ?? 0) + SPOOL_PIECE_OVERHEAD;
    }
    expect(used.size).to.be.at.least(6);
  });

  it('takes the bytes on the disk that the writer reckons with', () => {
    const { bytes, plain } = made([[100, 200, 300]]);
    expect(bytes.length).to.equal(plain.length + SPOOL_OVERHEAD.opening + 3 * SPOOL_OVERHEAD.block);
  });

  it('never reads as something else: a flipped bit is refused by name, or is the torn end of a spool without its last mark', async () => {
    const { bytes, plain, keys } = made([[300, 200, 100, 50]]);
    const { below } = chance(3);
    for (let at = 0; at < bytes.length; at += at < HEADER_BYTES ? 1 : 1 + below(6)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
      const found = await read(changed, keys);
      if (typeof found === 'string') expect(found).to.be.oneOf(['SEAL_DAMAGED', 'SEAL_KEY_MISSING']);
      else if (at < 8) expect(found.complete).to.equal(undefined); // no sealed file any more: nothing of it is a record
      else {
        expect(found.complete, `byte ${at}`).to.equal(false);
        expect(found.bytes.equals(plain.subarray(0, found.bytes.length)), `byte ${at}`).to.equal(true);
      }
    }
  });

  it('refuses pieces that are swapped, doubled or left out, sessions too; a cut end lacks its last mark', async () => {
    const { bytes, keys, places } = made([
      [300, 200, 100],
      [80, 70],
    ]);
    const ends = [...places.slice(1), bytes.length];
    const second = (places[3] as number) - HEADER_BYTES;
    ends[2] = second;
    const piece = (n: number): Buffer => bytes.subarray(places[n], ends[n]);
    const [h1, h2] = [bytes.subarray(0, HEADER_BYTES), bytes.subarray(second, places[3])];
    const [a, b, c, d, e] = [0, 1, 2, 3, 4].map(piece) as [Buffer, Buffer, Buffer, Buffer, Buffer];
    const forged: Record<string, Buffer[]> = {
      swapped: [h1, b, a, c, h2, d, e],
      doubled: [h1, a, a, b, c, h2, d, e],
      'without one': [h1, a, c, h2, d, e],
      'without the first of a session': [h1, a, b, c, h2, e],
      'sessions swapped': [h2, d, e, h1, a, b, c],
      'without the first session': [h2, d, e],
      'a session twice': [h1, a, b, c, h2, d, e, h2, d, e],
      'a piece of another session': [h1, a, b, c, h2, a, d, e],
    };
    for (const [name, parts] of Object.entries(forged))
      expect(await read(Buffer.concat(parts), keys), name).to.equal('SEAL_DAMAGED');
    const cut = await read(bytes.subarray(0, places[4]), keys);
    expect(cut).to.have.property('complete', false);
  });

  it('is salvaged around what is damaged, in order, and says how much that was', async () => {
    const { bytes, plain, keys, places } = made([[300, 200, 100, 50]]);
    const changed = Buffer.from(bytes);
    const inSecond = (places[1] as number) + 20;
    changed[inSecond] = (changed[inSecond] ?? 0) ^ 1;
    const zeros = await read(changed, keys, true);
    if (typeof zeros === 'string') throw new Error(zeros);
    expect(zeros.damaged).to.equal(200);
    expect(zeros.bytes.subarray(0, 300).equals(plain.subarray(0, 300))).to.equal(true);
    expect(zeros.bytes.subarray(300, 500).equals(Buffer.alloc(200))).to.equal(true);
    expect(zeros.bytes.subarray(500).equals(plain.subarray(500))).to.equal(true);
    const headless = Buffer.from(bytes);
    headless.fill(0, places[1], (places[1] as number) + 16);
    const passed = await read(headless, keys, true);
    if (typeof passed === 'string') throw new Error(passed);
    expect(passed.damaged).to.be.at.least(200);
    expect(passed.bytes.equals(Buffer.concat([plain.subarray(0, 300), plain.subarray(500)]))).to.equal(true);
    // Moved: what is out of its turn is left out, never heard in another place.
    const parts = [
      bytes.subarray(0, places[1]),
      bytes.subarray(places[2], places[3]),
      bytes.subarray(places[1], places[2]),
      bytes.subarray(places[3]),
    ];
    const moved = await read(Buffer.concat(parts), keys, true);
    if (typeof moved === 'string') throw new Error(moved);
    expect(moved.damaged).to.be.at.least(200);
    expect(moved.bytes.equals(Buffer.concat([plain.subarray(0, 300), plain.subarray(500)]))).to.equal(true);
  });

  it('is not read without its key', async () => {
    const { bytes, keys } = made([[300], [200]]);
    expect(await read(bytes, keys.slice(0, 1))).to.equal('SEAL_KEY_MISSING');
    expect(await read(bytes, [])).to.equal('SEAL_KEY_MISSING');
  });
});

/** The bounds on recordings where time is what makes them hard: five minutes with every fault at once, and two hours. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSpool } from '../../src/recording/encode-spool.js';
import type { EncodedRecording } from '../../src/recording/encode-spool.js';
import type { EncoderName } from '../../src/recording/mp3/encoder.js';
import { FILE_HEADER_BYTES } from '../../src/spool/pcap.js';
import type { SpoolRecord } from '../../src/spool/records.js';
import { align, alignPart, crosstalkDb, decodeAudio, speechLike, stereo } from '../support/audio.js';
import { callEntry, callRecords, markAt, rtpOf, spoolBytes } from '../support/spool-maker.js';

const MINUTE_MS = 60_000;

describe('a long recording', function () {
  this.timeout(15 * MINUTE_MS);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-long-'))));
  after(() => rmSync(folder, { recursive: true }));

  describe('of five minutes with 3 % loss, 40 ms jitter, reordering, clocks 200 ppm off and a new source half-way', () => {
    const seconds = 300;
    const left = speechLike(seconds, 21);
    const right = speechLike(seconds, 22);
    const bad = { loss: 0.03, jitterMs: 40, reorder: 0.02, duplicates: 0.01 };
    const half = (seconds / 2) * 8000;

    before(() => {
      const outside = { ...bad, leg: 'outside', fastPpm: 200 } as const;
      const records = [
        ...rtpOf({ ...outside, sound: left.subarray(0, half), seed: 1, ssrc: 1 }),
        ...rtpOf({ ...outside, sound: left.subarray(half), seed: 2, ssrc: 2, sequence: 7, fromMs: seconds * 500 }),
        ...rtpOf({ ...bad, leg: 'inside', codec: 'PCMU', sound: right, seed: 3, fastPpm: -200 }),
      ];
      writeFileSync(join(folder, 'five.pcap'), spoolBytes(callRecords(records, seconds * 1000)));
    });

    for (const encoder of ['lamejs', 'wasm'] satisfies EncoderName[]) {
      it(`keeps within every bound (${encoder})`, async () => {
        const output = join(folder, 'five.mp3');
        const { facts } = await encodeSpool(join(folder, 'five.pcap'), output, { kbps: 32, encoder });
        const audio = await decodeAudio(output);
        const heard = stereo(audio);
        expect(audio.durationMs).to.be.closeTo(seconds * 1000, 40);
        expect(align(left, heard.left).correlation).to.be.at.least(0.95);
        expect(align(right, heard.right).correlation).to.be.at.least(0.95);
        for (const fromMs of [0, 145_000, seconds * 1000 - 10_000]) {
          const part = { fromMs, lengthMs: 10_000 };
          const apart = alignPart(left, heard.left, part).delayMs - alignPart(right, heard.right, part).delayMs;
          expect(Math.abs(apart), `at ${fromMs} ms`).to.be.below(20);
          expect(Math.abs(alignPart(left, heard.left, part).delayMs), `at ${fromMs} ms`).to.be.below(20);
        }
        expect(crosstalkDb(heard.left, left, right)).to.be.at.most(-40);
        expect(crosstalkDb(heard.right, right, left)).to.be.at.most(-40);
        expect(facts.outside.restarts).to.equal(1);
        expect(facts.inside.restarts).to.equal(0);
      });
    }
  });

  describe('of two hours with clocks 200 ppm off, one fast and one slow', () => {
    const CHUNK_SECONDS = 600;
    const CHUNKS = 12;
    const left = speechLike(CHUNK_SECONDS, 31);
    const right = speechLike(CHUNK_SECONDS, 32);
    const spool = join(tmpdir(), `halina-long-${process.pid}.pcap`);
    const pcm = join(tmpdir(), `halina-long-${process.pid}.pcm`);
    let peakBytes = 0;
    let encoded: EncodedRecording;

    before(async () => {
      writeSpool();
      const output = join(folder, 'two-hours.mp3');
      const onProgress = (): void => {
        const { arrayBuffers, heapUsed } = process.memoryUsage();
        peakBytes = Math.max(peakBytes, arrayBuffers + heapUsed);
      };
      onProgress();
      const before = peakBytes;
      encoded = await encodeSpool(spool, output, { kbps: 32, encoder: 'wasm', onProgress });
      peakBytes -= before;
      execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', output, '-f', 's16le', pcm]);
    });
    after(() => {
      rmSync(spool, { force: true });
      rmSync(pcm, { force: true });
    });

    /** The same ten minutes again and again: at 200 ppm they are a whole number of packets. */
    function writeSpool(): void {
      const jitter = { jitterMs: 40, loss: 0.01 };
      const outside = rtpOf({ ...jitter, leg: 'outside', sound: left, seed: 1, fastPpm: 200 });
      const inside = rtpOf({ ...jitter, leg: 'inside', sound: right, seed: 2, fastPpm: -200 });
      const head = callRecords([], undefined, callEntry());
      writeFileSync(spool, spoolBytes(head));
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        const records = [
          ...outside.map((r) => later(r, chunk, 50 * CHUNK_SECONDS * 1.0002)),
          ...inside.map((r) => later(r, chunk, 50 * CHUNK_SECONDS * 0.9998)),
        ].toSorted((a, b) => a.timeUs - b.timeUs);
        appendFileSync(spool, spoolBytes(records).subarray(FILE_HEADER_BYTES));
      }
      const end = markAt(CHUNKS * CHUNK_SECONDS * 1000, { type: 'end' });
      appendFileSync(spool, spoolBytes([end]).subarray(FILE_HEADER_BYTES));
    }

    /** The packet as it is sent `chunk` times ten minutes later. */
    function later(record: SpoolRecord, chunk: number, packets: number): SpoolRecord {
      if (record.kind !== 'rtp') return record;
      const rtp = Buffer.from(record.rtp);
      const by = chunk * Math.round(packets);
      rtp.writeUInt16BE((rtp.readUInt16BE(2) + by) & 0xffff, 2);
      rtp.writeUInt32BE((rtp.readUInt32BE(4) + by * 160) >>> 0, 4);
      return { ...record, rtp, timeUs: record.timeUs + chunk * CHUNK_SECONDS * 1e6 };
    }

    /** Ten seconds of both channels from `fromMs` on. */
    function heardAt(fromMs: number): { left: Float32Array; right: Float32Array } {
      const bytes = Buffer.alloc(10 * 8000 * 4);
      const file = openSync(pcm, 'r');
      readSync(file, bytes, 0, bytes.length, fromMs * 8 * 4);
      closeSync(file);
      const channel = (at: number): Float32Array =>
        Float32Array.from({ length: bytes.length / 4 }, (_, n) => bytes.readInt16LE(4 * n + at) / 32_768);
      return { left: channel(0), right: channel(2) };
    }

    it('lasts two hours to the sample', () => {
      expect(encoded.durationMs).to.equal(CHUNKS * CHUNK_SECONDS * 1000);
      expect(statSync(pcm).size).to.equal(CHUNKS * CHUNK_SECONDS * 8000 * 4);
    });

    it('has both channels within 2 ms of real time, and so of one another, at every hour', () => {
      for (const fromMs of [0, 30 * MINUTE_MS, 61 * MINUTE_MS, 119 * MINUTE_MS + 50_000]) {
        const inChunk = (fromMs % (CHUNK_SECONDS * 1000)) * 8;
        const heard = heardAt(fromMs);
        for (const side of ['left', 'right'] as const) {
          const reference = (side === 'left' ? left : right).subarray(inChunk, inChunk + 10 * 8000);
          const found = align(reference, heard[side], { maxDelayMs: 400 });
          expect(Math.abs(found.delayMs), `${side} at ${fromMs} ms`).to.be.below(2);
          expect(found.correlation, `${side} at ${fromMs} ms`).to.be.above(0.95);
        }
      }
      expect(encoded.facts.outside.driftPpm).to.be.closeTo(-200, 0.1);
      expect(encoded.facts.inside.driftPpm).to.be.closeTo(200, 0.1);
    });

    it('was made with less memory than its sound would take', () => {
      expect(peakBytes).to.be.below(150e6);
    });
  });
});

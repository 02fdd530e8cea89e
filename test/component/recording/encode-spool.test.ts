/** Bounds: correlation 0.95 a channel, the other party at −40 dB or less, channels within 20 ms, length within 40 ms. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSpool } from '../../../src/recording/encode-spool.js';
import type { EncodeOptions, EncodedRecording } from '../../../src/recording/encode-spool.js';
import { ENCODER_NAMES } from '../../../src/recording/mp3/encoder.js';
import type { SpoolRecord } from '../../../src/spool/records.js';
import { align, alignPart, crosstalkDb, decodeAudio, levelDb, speechLike, stereo } from '../../support/audio.js';
import { callRecords, markAt, rtpOf, spoolBytes } from '../../support/spool-maker.js';
import type { Impairments } from '../../support/spool-maker.js';

/** Long enough for the drift to show: below half a minute jitter of 40 ms hides what 200 ppm do. */
const LONG = { left: speechLike(32, 1), right: speechLike(32, 2) };
const SECONDS = 6;
const END_MS = SECONDS * 1000;
const left = LONG.left.subarray(0, SECONDS * 8000);
const right = LONG.right.subarray(0, SECONDS * 8000);
const SHORT = { left, right };
const silence = (seconds: number): Float32Array => new Float32Array(seconds * 8000);
/** Parts after one another. */
const joined = (...parts: readonly Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((p) => [...p]));

interface Heard extends EncodedRecording {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly decodedMs: number;
}

describe('a recording made of a spool', function () {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-recording-'))));
  after(() => rmSync(folder, { recursive: true }));

  async function hear(records: readonly SpoolRecord[], options: Partial<EncodeOptions> = {}): Promise<Heard> {
    const spool = join(folder, 'call.pcap');
    const output = join(folder, 'call.mp3');
    writeFileSync(spool, spoolBytes(records));
    const encoded = await encodeSpool(spool, output, { kbps: 32, encoder: 'wasm', ...options });
    const audio = await decodeAudio(output);
    return { ...encoded, ...stereo(audio), decodedMs: audio.durationMs };
  }

  function both(sent = SHORT, outside: Impairments = {}, inside: Impairments = {}): SpoolRecord[] {
    return [
      ...rtpOf({ leg: 'outside', sound: sent.left, seed: 5, ...outside }),
      ...rtpOf({ leg: 'inside', sound: sent.right, seed: 6, codec: 'PCMU', ...inside }),
    ];
  }

  function expectWithinBounds(heard: Heard, { left, right } = SHORT): void {
    const endMs = left.length / 8;
    expect(heard.decodedMs).to.be.closeTo(endMs, 0.2);
    expect(heard.durationMs).to.equal(endMs);
    const found = [align(left, heard.left, { maxDelayMs: 50 }), align(right, heard.right, { maxDelayMs: 50 })];
    for (const { correlation } of found) expect(correlation).to.be.at.least(0.95);
    for (const fromMs of [0, endMs - 4000]) {
      const part = { fromMs, lengthMs: 4000, maxDelayMs: 50 };
      expect(alignPart(left, heard.left, part).delayMs).to.be.within(-5, 5);
      expect(alignPart(right, heard.right, part).delayMs).to.be.within(-5, 5);
    }
    // Further apart it is chance that is measured in signals as short as these.
    const near = { maxDelayMs: 20 };
    expect(crosstalkDb(heard.left, left, right, near)).to.be.below(-40);
    expect(crosstalkDb(heard.right, right, left, near)).to.be.below(-40);
  }

  for (const encoder of ENCODER_NAMES) {
    it(`holds both parties, each in its channel, to the sample (${encoder})`, async () => {
      expectWithinBounds(await hear(callRecords(both(), END_MS), { encoder }));
    });
  }

  it('is the same through 3 % loss, 40 ms jitter, reordering and clocks 200 ppm off', async () => {
    const bad = { loss: 0.03, jitterMs: 40, reorder: 0.02, duplicates: 0.01 };
    const records = both(LONG, { ...bad, fastPpm: 200 }, { ...bad, fastPpm: -200 });
    const heard = await hear(callRecords(records, 32_000));
    expectWithinBounds(heard, LONG);
    expect(heard.facts.outside.lost).to.be.within(25, 75);
    expect(heard.facts.outside.duplicates).to.be.above(0);
    expect(heard.facts.outside.reordered).to.be.above(0);
    expect(heard.facts.outside.concealedMs).to.equal(heard.facts.outside.lost * 20);
    expect(heard.facts.outside.driftPpm).to.be.closeTo(-200, 20);
    expect(heard.facts.inside.driftPpm).to.be.closeTo(200, 20);
  });

  it('follows a source that changes SSRC, sequence and timestamps in mid-call', async () => {
    const cut = (SECONDS / 2) * 8000;
    const records = [
      ...rtpOf({ leg: 'outside', sound: left.subarray(0, cut), ssrc: 7 }),
      ...rtpOf({ leg: 'outside', sound: left.subarray(cut), ssrc: 8, fromMs: END_MS / 2, sequence: 9, timestamp: 5 }),
      ...rtpOf({ leg: 'inside', sound: right.subarray(0, cut), ssrc: 9 }),
      ...rtpOf({ leg: 'inside', sound: right.subarray(cut), ssrc: 9, fromMs: END_MS / 2, sequence: 9, timestamp: 5 }),
    ];
    const heard = await hear(callRecords(records, END_MS));
    expectWithinBounds(heard);
    expect(heard.facts.outside.restarts).to.equal(1);
    expect(heard.facts.inside.restarts).to.equal(1);
  });

  it('keeps the real length of a hold in which timestamps stood still, and no music of it', async () => {
    const first = speechLike(5, 11);
    const second = speechLike(5, 12);
    const music = speechLike(6, 13);
    const records = [
      ...rtpOf({ leg: 'outside', sound: first }),
      // After the hold the numbers go on as if there had been none.
      ...rtpOf({ leg: 'outside', sound: second, fromMs: 11_000, sequence: 65_750, timestamp: 0xffff_f000 + 40_000 }),
      ...rtpOf({ leg: 'inside', sound: joined(right.subarray(0, 40_000), music, right.subarray(0, 40_000)) }),
      markAt(5000, { type: 'hold', leg: 'inside' }),
      markAt(11_000, { type: 'resume', leg: 'inside' }),
    ];
    const heard = await hear(callRecords(records, 16_000));
    expect(align(joined(first, silence(6), second), heard.left)).to.include({ delayMs: 0 });
    expect(align(joined(first, silence(6), second), heard.left).correlation).to.be.above(0.97);
    expect(levelDb(heard.right.subarray(41_000, 87_000))).to.be.below(-80);
    const again = alignPart(joined(silence(11), right.subarray(0, 40_000)), heard.right, {
      fromMs: 11_000,
      lengthMs: 5000,
    });
    expect(again.delayMs).to.equal(0);
  });

  it('ends at a cut, and says why', async () => {
    const records = [...both(), markAt(4000, { type: 'cut', reason: 'stopped' })];
    const heard = await hear(callRecords(records, END_MS));
    expect(heard.decodedMs).to.equal(4000);
    expect(heard.facts.cut).to.deep.equal({ reason: 'stopped', atMs: 4000 });
  });

  it('marks the channel of a side that sent nothing', async () => {
    const heard = await hear(callRecords(rtpOf({ leg: 'inside', sound: right }), END_MS));
    expect(heard.decodedMs).to.equal(END_MS);
    expect(heard.facts.outside).to.include({ silent: true, packets: 0 });
    expect(heard.facts.inside.silent).to.equal(false);
    expect(levelDb(heard.left)).to.be.below(-90);
  });

  it('is silent and of the right length where no side sent anything', async () => {
    const heard = await hear(callRecords([], 3456));
    expect(heard.decodedMs).to.equal(3456);
    expect([heard.facts.outside.silent, heard.facts.inside.silent]).to.deep.equal([true, true]);
  });

  it('goes up to the last packet of a spool without end', async () => {
    const heard = await hear(callRecords(both()));
    expect(heard.decodedMs).to.be.closeTo(END_MS, 1);
    expect(heard.facts.recovered).to.equal(true);
    expect(align(left, heard.left).correlation).to.be.above(0.97);
  });

  it('refuses for good what there is nothing of', async () => {
    const refusals: [readonly SpoolRecord[], string][] = [
      [[], 'no whole record'],
      [[markAt(0, { type: 'end' })], 'neither sound nor a beginning'],
      [[markAt(0, { type: 'begin' }), markAt(9, { type: 'end' })], 'which call'],
    ];
    for (const [records, message] of refusals) {
      const error: unknown = await hear(records).catch((e: unknown) => e);
      expect(error).to.include({ code: 'SPOOL_UNREADABLE' });
      expect(error).to.have.property('message').that.includes(message);
    }
  });
});

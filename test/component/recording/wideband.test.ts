/** Recordings of calls in G.722 and Opus: 16 kHz, each party at its place, decoded by ffmpeg. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSpool } from '../../../src/recording/encode-spool.js';
import type { SpoolRecord } from '../../../src/spool/records.js';
import { align, decodeAudio, levelDb, speechLike, stereo } from '../../support/audio.js';
import { callRecords, markAt, spoolBytes } from '../../support/spool-maker.js';
import { voiceCodecs, voicePackets, WIDE_RATE } from '../../support/wideband.js';

const SECONDS = 4;
/** A voice, slowly, with what only 16 kHz can carry above it: a tone of 5 kHz that comes and goes. */
function voice(seed: number, high = 0.05): Float32Array {
  const low = speechLike(SECONDS, seed);
  return Float32Array.from({ length: SECONDS * WIDE_RATE }, (_, n) => {
    const between = ((low[n >> 1] ?? 0) + (low[(n + 1) >> 1] ?? 0)) / 2;
    return 0.5 * between + high * Math.sin((2 * Math.PI * 5000 * n) / WIDE_RATE) * (n % 16_000 < 8000 ? 1 : 0);
  });
}

/** The level at one frequency, against full scale. */
function levelAt(sound: Float32Array, hertz: number, rate: number): number {
  let re = 0;
  let im = 0;
  sound.forEach((x, n) => {
    re += x * Math.cos((2 * Math.PI * hertz * n) / rate);
    im += x * Math.sin((2 * Math.PI * hertz * n) / rate);
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / sound.length);
}
const highDb = (sound: Float32Array): number => levelAt(sound, 5000, WIDE_RATE);

/** Every second sample: the measures' delays are in samples of 8 kHz then. */
const halved = (sound: Float32Array): Float32Array => sound.filter((_, n) => n % 2 === 0);

describe('a recording of a call with sound at 16 kHz', function () {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-wideband-'))));
  after(() => rmSync(folder, { recursive: true }));

  async function hear(records: readonly SpoolRecord[], kbps = 64) {
    const [spool, output] = [join(folder, 'call.pcap'), join(folder, 'call.mp3')];
    const marks = [markAt(0, voiceCodecs('outside')), markAt(0, voiceCodecs('inside'))];
    const [call, ...rest] = callRecords(records, SECONDS * 1000);
    if (!call) throw new Error('no record');
    writeFileSync(spool, spoolBytes([call, ...rest.slice(0, 2), ...marks, ...rest.slice(2)]));
    const { facts } = await encodeSpool(spool, output, { kbps, encoder: 'wasm' });
    const audio = await decodeAudio(output);
    return { facts, rate: audio.rate, ...stereo(audio) };
  }

  const expectAlike = (sent: Float32Array, heard: Float32Array, least = 0.9): void => {
    const { correlation, delayMs } = align(halved(sent), halved(heard), { maxDelayMs: 50 });
    expect(correlation).to.be.above(least);
    expect(delayMs).to.be.within(-20, 20);
  };

  for (const codec of ['G722', 'opus'] as const) {
    it(`has what ${codec} carried, beside a party in PCMA`, async () => {
      const [left, right] = [voice(1, 0), voice(2)];
      const heard = await hear([
        ...(await voicePackets({ leg: 'outside', codec: 'PCMA', sound: left })),
        ...(await voicePackets({ leg: 'inside', codec, sound: right })),
      ]);
      expect([heard.rate, heard.facts.rate]).to.deep.equal([WIDE_RATE, WIDE_RATE]);
      expect(heard.left.length).to.equal(SECONDS * WIDE_RATE);
      expectAlike(left, heard.left);
      expectAlike(right, heard.right);
      expect(highDb(heard.right.subarray(0, 8000))).to.be.above(highDb(right.subarray(0, 8000)) - 8);
      expect(highDb(heard.right.subarray(0, 8000))).to.be.above(highDb(heard.left.subarray(0, 8000)) + 20);
      expect(heard.facts.inside).to.include({ lost: 0, restarts: 0 });
    });

    for (const packetMs of [10, 60]) {
      it(`has ${codec} of ${packetMs} ms a packet, with jitter and loss`, async () => {
        const right = voice(3);
        const faults = { loss: 0.08, jitterMs: 15 };
        const heard = await hear(await voicePackets({ leg: 'inside', codec, sound: right, packetMs, ...faults }));
        expectAlike(right, heard.right, 0.5);
        expect(heard.facts.inside.lost).to.be.above(0);
        expect(levelDb(heard.left)).to.be.below(-60);
      });
    }
  }

  it('goes on through a change of codec in mid-call, on one line of numbers', async () => {
    const right = voice(4, 0);
    const middle = right.length / 2;
    const before = await voicePackets({
      leg: 'inside',
      codec: 'PCMA',
      sound: right.subarray(0, middle),
      timestamp: 0,
      sequence: 0,
    });
    const after = await voicePackets({
      leg: 'inside',
      codec: 'G722',
      sound: right.subarray(middle),
      fromMs: (SECONDS * 1000) / 2,
      sequence: before.length,
      timestamp: (SECONDS * 8000) / 2,
    });
    const heard = await hear([...before, ...after]);
    // Each half by itself: G.722 is later by a millisecond of its own.
    expectAlike(right.subarray(0, middle), heard.right.subarray(0, middle));
    expectAlike(right.subarray(middle), heard.right.subarray(middle));
    expect(heard.facts.inside).to.include({ lost: 0, packets: before.length + after.length });
  });

  it('stays at 8 kHz where nobody was heard in more', async () => {
    const heard = await hear(await voicePackets({ leg: 'inside', codec: 'PCMU', sound: voice(5, 0) }));
    expect(heard.rate).to.equal(8000);
    expect(heard.facts).not.to.have.property('rate');
  });

  it('is made at 8 kHz, with nothing folded down from above, where the bitrate is too low for more', async () => {
    const right = voice(6, 0.3);
    const heard = await hear(await voicePackets({ leg: 'inside', codec: 'G722', sound: right }), 24);
    expect(heard.rate).to.equal(8000);
    // 5 kHz would be heard at 3.
    const at3 = (sound: Float32Array): number => levelAt(sound, 3000, 8000);
    expect(at3(heard.right.subarray(0, 4000))).to.be.below(at3(heard.right.subarray(4000, 8000)) + 6);
    expect(levelAt(heard.right.subarray(0, 4000), 3000, 8000)).to.be.below(-50);
  });
});

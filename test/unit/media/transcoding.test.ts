/** Sides that speak different codecs, packet by packet; what is heard is decoded and compared with what was said. */
import { expect } from 'chai';
import {
  createVoiceDecoder,
  createVoiceEncoder,
  voiceClock,
  type VoiceCodec,
  voiceRate,
} from '../../../src/codecs/voice.js';
import { encodeSound } from '../../../src/media/session/plane/sound.js';
import { readTelephoneEvent } from '../../../src/rtp/telephone-event.js';
import { align, speechLike } from '../../support/audio.js';
import { type PlaneFixture, planeFixture, type PlanePeer, type Sent } from '../../support/media/plane.js';

const TYPE: Readonly<Record<VoiceCodec, number>> = { PCMA: 8, PCMU: 0, G722: 9, opus: 96 };
const LINES = ['a=rtpmap:96 opus/48000/2', 'a=rtpmap:101 telephone-event/8000', 'a=rtpmap:102 telephone-event/48000'];
/** A voice at a codec's own rate. */
const voiceAt = (rate: number, seconds: number): Int16Array => {
  const sound = speechLike(seconds, 5);
  return Int16Array.from({ length: seconds * rate }, (_, n) => {
    const place = (n * 8000) / rate;
    const [one, two] = [sound[Math.floor(place)] ?? 0, sound[Math.ceil(place)] ?? 0];
    return 20_000 * (one + (place % 1) * (two - one));
  });
};

describe('sides with different codecs', function () {
  let f: PlaneFixture;

  const bridged = async (outside: VoiceCodec, inside: VoiceCodec): Promise<void> => {
    f = planeFixture();
    f.caller.agree(f.caller.sdp(`${TYPE[outside]} 101 102`, LINES));
    f.handset.agree(f.handset.sdp(`${TYPE[inside]} 101 102`, LINES));
    f.plane.bridge(true);
    // Codecs that are loaded at first use are there a moment later; until then nothing is sent.
    for (const codec of [outside, inside]) (await createVoiceDecoder(codec)).close();
    for (const codec of [outside, inside]) (await createVoiceEncoder(codec)).close();
  };

  /** A voice, a packet every `frameMs`; `lost`: which of them never come. */
  async function says(
    peer: PlanePeer,
    codec: VoiceCodec,
    seconds: number,
    options: { frameMs?: number; lost?: number[] } = {},
  ) {
    const { frameMs = 20, lost = [] } = options;
    const encoder = await createVoiceEncoder(codec);
    const sound = voiceAt(voiceRate(codec), seconds);
    const samples = (voiceRate(codec) * frameMs) / 1000;
    const lasts = (voiceClock(codec) * frameMs) / 1000;
    for (let n = 0; (n + 1) * samples <= sound.length; n++) {
      const payload = Buffer.from(encoder.encode(sound.subarray(n * samples, (n + 1) * samples)));
      if (lost.includes(n)) {
        peer.sequence++;
        peer.timestamp += lasts;
      } else peer.sends(payload, { type: TYPE[codec], lasts });
      f.clock.advance(frameMs);
      await Promise.resolve(); // a decoder that was just asked for
    }
    encoder.close();
  }

  async function heardBy(peer: PlanePeer, codec: VoiceCodec): Promise<Float32Array> {
    const decoder = await createVoiceDecoder(codec);
    const samples = peer.heard
      .filter(({ payloadType }) => payloadType === TYPE[codec])
      .flatMap(({ payload }) => [...decoder.decode(payload, 0, payload.length)]);
    decoder.close();
    const every = voiceRate(codec) / 8000;
    return Float32Array.from(samples.filter((_, n) => n % every === 0));
  }

  const pairs: [VoiceCodec, VoiceCodec][] = [
    ['PCMA', 'G722'],
    ['G722', 'PCMU'],
    ['PCMA', 'opus'],
    ['opus', 'PCMA'],
    ['opus', 'G722'],
  ];
  for (const [from, to] of pairs) {
    it(`hear one another: ${from} as ${to}, one packet for each, on one line of numbers and times`, async () => {
      await bridged(from, to);
      await says(f.caller, from, 2);
      const { heard } = f.handset;
      expect(heard.length).to.be.within(96, 100);
      const [first] = heard;
      if (!first) throw new Error('nothing was heard');
      heard.forEach((packet, n) => {
        expect(packet.payloadType).to.equal(TYPE[to]);
        expect(packet.sequence).to.equal((first.sequence + n) & 0xffff);
        expect(packet.timestamp).to.equal((first.timestamp + (n * voiceClock(to)) / 50) >>> 0);
        expect(packet.marker).to.equal(n === 0);
      });
      const sound = Float32Array.from(voiceAt(8000, 2));
      const { correlation, delayMs } = align(sound, await heardBy(f.handset, to), { maxDelayMs: 100 });
      expect(correlation).to.be.above(from === 'opus' ? 0.6 : 0.85);
      // Of the first packets some may have come before the decoder was there.
      expect(delayMs).to.be.within(-80, 30);
    });
  }

  it('take packets of any length, and send 20 ms', async () => {
    await bridged('G722', 'PCMA');
    for (const frameMs of [10, 30, 60]) await says(f.caller, 'G722', 1, { frameMs });
    const { heard } = f.handset;
    expect(heard.length).to.be.within(140, 150);
    expect(new Set(heard.map(({ payload }) => payload.length))).to.deep.equal(new Set([160]));
    const gaps = heard.slice(1).map((packet, n) => packet.timestamp - (heard[n] as Sent).timestamp);
    expect(Math.max(...gaps)).to.equal(160);
  });

  it('hear a lost packet as sound that is made up, or as nothing, in its time', async () => {
    await bridged('opus', 'PCMA');
    await says(f.caller, 'opus', 1, { lost: [20, 30, 31, 32, 33, 34] });
    const { heard } = f.handset;
    const span = ((heard.at(-1)?.timestamp ?? 0) - (heard[0]?.timestamp ?? 0)) / 160 + 1;
    expect(span).to.be.within(heard.length + 4, heard.length + 6);
    expect(heard.filter(({ marker }) => marker).length).to.equal(2);
  });

  it('press keys that are made anew, at the clock rate of the other side', async () => {
    await bridged('PCMA', 'opus');
    await says(f.caller, 'PCMA', 1);
    f.caller.presses('7');
    f.clock.advance(400);
    const keys = f.handset.heard.filter(({ payloadType }) => payloadType === 102);
    expect(keys.map(({ payload }) => readTelephoneEvent(payload, 0, 4)?.key)).to.deep.equal(Array(7).fill('7'));
    expect(readTelephoneEvent(keys.at(-1)?.payload ?? Buffer.alloc(0), 0, 4)?.duration).to.equal(4800);
    expect(f.news.filter(({ type }) => type === 'dtmf')).to.have.lengthOf(1);
  });

  it('are relayed byte by byte where they have the same codec', async () => {
    await bridged('G722', 'G722');
    const payload = Buffer.from(Array.from({ length: 160 }, (_, n) => n));
    f.caller.sends(payload, { type: 9 });
    await bridged('opus', 'opus');
    f.caller.sends(Buffer.from([0x48, 1, 2, 3]), { type: 96, lasts: 960 });
    expect(f.handset.heard.map((packet) => [...packet.payload])).to.deep.equal([[0x48, 1, 2, 3]]);
  });

  it('hear a prompt in their codec, all of it', async () => {
    for (const codec of ['G722', 'opus'] as const) {
      await bridged('PCMA', codec);
      f.plane.bridge(false);
      const prompt = voiceAt(8000, 1);
      let sent = 0;
      f.plane.leg('inside').play(encodeSound(prompt), false, ({ framesSent }) => (sent = framesSent));
      for (let n = 0; n < 60; n++) f.clock.advance(20);
      expect(sent).to.equal(50);
      const heard = await heardBy(f.handset, codec);
      const { correlation } = align(Float32Array.from(prompt), heard, { maxDelayMs: 60 });
      expect(correlation).to.be.above(0.85);
    }
  });
});

describe('comfort noise', () => {
  it('goes on to a side that takes it, and is left out, unseen, for one that does not', () => {
    for (const takes of [true, false]) {
      const f = planeFixture();
      f.caller.agree(f.caller.sdp('8 13 101'));
      f.handset.agree(f.handset.sdp(takes ? '8 13 101' : '8 101'));
      f.plane.bridge(true);
      f.caller.sends(1);
      f.caller.sends(Buffer.from([60]), { type: 13 });
      f.caller.sends(2);
      const { heard } = f.handset;
      expect(heard.map(({ payloadType }) => payloadType)).to.deep.equal(takes ? [8, 13, 8] : [8, 8]);
      expect(heard.map(({ sequence }) => (sequence - (heard[0]?.sequence ?? 0)) & 0xffff)).to.deep.equal(
        heard.map((_, n) => n),
      );
    }
  });
});

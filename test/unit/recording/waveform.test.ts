import { expect } from 'chai';
import { WaveformBuilder, WAVEFORM_BYTES, WAVEFORM_POINTS, waveformOf } from '../../../src/recording/waveform.js';

describe('the picture of the sound', () => {
  it('shows where each channel is loud, whatever blocks the sound comes in', () => {
    const samples = 80_000; // 100 a point
    const outside = new Float32Array(samples);
    const inside = new Float32Array(samples);
    outside[250] = -0.25;
    inside[79_999] = 1;
    const builder = new WaveformBuilder(samples);
    for (let from = 0; from < samples; from += 33_333)
      builder.add(from, outside.subarray(from, from + 33_333), inside.subarray(from, from + 33_333));
    const waveform = waveformOf(builder.bytes());
    const loud = (points: Uint8Array | undefined): number[][] =>
      [...(points ?? [])].flatMap((value, at) => (value > 0 ? [[at, value]] : []));
    expect(loud(waveform?.outside)).to.deep.equal([[2, 128]]);
    expect(loud(waveform?.inside)).to.deep.equal([[WAVEFORM_POINTS - 1, 255]]);
  });
  it('is of one length, for a recording of nothing too', () => {
    const builder = new WaveformBuilder(0);
    builder.add(0, new Float32Array(5).fill(0.1), new Float32Array(5));
    expect(builder.bytes().length).to.equal(WAVEFORM_BYTES);
  });
});

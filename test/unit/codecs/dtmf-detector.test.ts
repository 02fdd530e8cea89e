import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DtmfDetector } from '../../../src/codecs/dtmf-detector.js';
import { aLawToLinear, muLawToLinear, toALaw, toMuLaw } from '../../../src/codecs/g711.js';
import { chance, speechLike } from '../../support/audio.js';

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const ROWS = ['123A', '456B', '789C', '*0#D'];
const frequencies = (key: string): [number, number] => {
  const row = ROWS.findIndex((keys) => keys.includes(key));
  return [LOW[row] ?? 0, HIGH[ROWS[row]?.indexOf(key) ?? 0] ?? 0];
};

interface Press {
  readonly ms?: number;
  /** dB of the high tone over the low one. */
  readonly twist?: number;
  /** dB below −6 dBm0 for each tone. */
  readonly down?: number;
  /** Share by which the tones are off. */
  readonly off?: [number, number];
  /** Effective value of white noise under it. */
  readonly noise?: number;
}

const silence = (ms: number): number[] => Array.from({ length: ms * 8 }, () => 0);
const press = (key: string, { ms = 60, twist = 0, down = 0, off = [0, 0], noise = 0 }: Press = {}): number[] => {
  const [low, high] = frequencies(key);
  const amplitude = 11_000 * 10 ** (-down / 20);
  const random = chance(7);
  return Array.from({ length: ms * 8 }, (_, n) => {
    const t = (2 * Math.PI * n) / 8000;
    const tones = Math.sin(t * low * (1 + off[0]) + 1) + 10 ** (twist / 20) * Math.sin(t * high * (1 + off[1]));
    return amplitude * tones + noise * Math.sqrt(12) * (random() - 0.5);
  });
};

/** The keys that are found, listening in packets of 20 ms. */
function keysIn(samples: readonly number[], detector = new DtmfDetector()): string {
  const bytes = Uint8Array.from(samples, (sample) => toALaw(Math.max(-32_768, Math.min(32_767, Math.round(sample)))));
  let keys = '';
  for (let at = 0; at < bytes.length; at += 160)
    keys += detector.listen(bytes, at, Math.min(at + 160, bytes.length), aLawToLinear) ?? '';
  return keys;
}

const alone = (key: string, how?: Press): string => keysIn([...silence(50), ...press(key, how), ...silence(50)]);

describe('the detector of keys in sound (Q.24)', () => {
  it('finds every key', () => {
    const all = '0123456789*#ABCD';
    expect(keysIn(all.split('').flatMap((key) => [...press(key), ...silence(60)]))).to.equal(all);
  });

  it('finds presses of 40 ms, wherever they begin', () => {
    for (let lead = 0; lead < 160; lead += 9)
      expect(
        keysIn([...silence(50), ...silence(50).slice(0, lead), ...press('7', { ms: 40 }), ...silence(50)]),
      ).to.equal('7');
  });

  it('does not take 20 ms for a press', () => {
    expect(alone('5', { ms: 20 })).to.equal('');
  });

  it('counts a long press once, and the same key twice when there was a pause', () => {
    expect(alone('1', { ms: 2_000 })).to.equal('1');
    expect(keysIn([...press('1'), ...silence(40), ...press('1'), ...silence(40)])).to.equal('11');
  });

  it('is not deceived by an interruption of 10 ms', () => {
    expect(keysIn([...press('1'), ...silence(10), ...press('1'), ...silence(40)])).to.equal('1');
  });

  it('takes tones up to 1.5 % off, and none that are 3.5 % off', () => {
    for (const low of [-1, 0, 1])
      for (const high of [-1, 0, 1]) {
        expect(alone('5', { off: [low * 0.015, high * 0.015] }), `${low}, ${high}`).to.equal('5');
        if (low !== 0) expect(alone('5', { off: [low * 0.035, high * 0.035] }), `${low}, ${high}`).to.equal('');
      }
  });

  it('takes the high tone 4 dB above and 8 dB below the low one, and no more than 6 and 10', () => {
    expect([4, -8].map((twist) => alone('9', { twist }))).to.deep.equal(['9', '9']);
    expect([6, -10].map((twist) => alone('9', { twist, down: 6 }))).to.deep.equal(['', '']);
  });

  it('hears down to about −31 dBm0 a tone, and nothing at −36', () => {
    expect(alone('3', { down: 24 })).to.equal('3');
    expect(alone('3', { down: 30 })).to.equal('');
  });

  it('hears through noise 15 dB below', () => {
    const level = 11_000; // effective value of the two tones together
    expect(alone('8', { ms: 80, noise: level * 10 ** (-15 / 20) })).to.equal('8');
  });

  it('takes no single tone, no dial tone and no tone with its harmonics for a key', () => {
    const tones = (...hertz: number[]): number[] =>
      Array.from({ length: 1_600 }, (_, n) =>
        hertz.reduce((s, f) => s + 7_000 * Math.sin((2 * Math.PI * f * n) / 8000), 0),
      );
    for (const hertz of [[697], [1209], [425], [350, 440], [770, 1336, 1540], [697, 1209, 2418], [697, 852]])
      expect(keysIn(tones(...hertz)), hertz.join('+')).to.equal('');
  });

  it('works in µ-law as well', () => {
    const bytes = Uint8Array.from([...press('#'), ...silence(20)], (sample) => toMuLaw(Math.round(sample)));
    expect(new DtmfDetector().listen(bytes, 0, bytes.length, muLawToLinear)).to.equal('#');
  });

  it('says that something sounds before the press is certain', () => {
    const detector = new DtmfDetector();
    keysIn(press('1', { ms: 20 }), detector);
    expect(detector.isSounding).to.equal(true);
    keysIn(silence(60), detector);
    expect(detector.isSounding).to.equal(false);
  });

  it('hears no key in speech: four minutes of made voices, and a real sentence', () => {
    const voices = [1, 2, 3, 4].map((seed) => [...speechLike(60, seed)].map((sample) => sample * 32_767));
    expect(voices.map((voice) => keysIn(voice))).to.deep.equal(['', '', '', '']);
    const spoken = readFileSync(join('test', 'unit', 'codecs', 'data', 'speech-pl.al'));
    const linear = Array.from(spoken, (byte) => aLawToLinear[byte] ?? 0);
    expect(keysIn(linear)).to.equal('');
    expect(keysIn([...linear, ...press('4'), ...linear])).to.equal('4');
  });
});

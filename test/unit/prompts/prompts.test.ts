/** The committed announcements: every text has its sound, made from that text, in the form that they are kept in. */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(import.meta.dirname, '../../../../prompts');
const languages = ['pl', 'en'];
const made = JSON.parse(readFileSync(join(folder, 'prompts.json'), 'utf8')) as Record<
  string,
  { text: string; textSha256: string; wavSha256: string }
>;

interface MusicScript {
  readonly waitingMusic: () => unknown;
  readonly wavOf: (sound: unknown) => Buffer;
}

const names = (language: string, kind: string): string[] =>
  readdirSync(join(folder, language))
    .filter((file) => file.endsWith(kind))
    .map((file) => basename(file, kind))
    .toSorted();
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Peak and RMS of 16-bit samples after the 44 bytes of a plain RIFF header, in dB below full scale. */
function levels(wav: Buffer): { peak: number; rms: number } {
  let peak = 0;
  let sum = 0;
  for (let i = 44; i < wav.length; i += 2) {
    const sample = wav.readInt16LE(i) / 32768;
    peak = Math.max(peak, Math.abs(sample));
    sum += sample * sample;
  }
  return { peak: 20 * Math.log10(peak), rms: 10 * Math.log10(sum / ((wav.length - 44) / 2)) };
}

describe('the prompts', () => {
  it('hold the wording of the ordinance, § 1.3.2', () => {
    expect(readFileSync(join(folder, 'pl/notice.txt'), 'utf8').trim()).to.equal(
      'Uprzejmie informujemy, że rozmowy są rejestrowane. Kontynuowanie połączenia oznacza zgodę na nagrywanie.',
    );
  });

  it('are the same in every language', () => {
    for (const language of languages) {
      expect(names(language, '.txt')).to.deep.equal(names('pl', '.txt'));
      expect(names(language, '.wav')).to.deep.equal(names('pl', '.txt'));
    }
  });

  it('have a sound for every text of the parts of speech, and a text for every sound', () => {
    for (const parts of ['pl-parts', 'en-parts']) expect(names(parts, '.wav')).to.deep.equal(names(parts, '.txt'));
  });

  it('hold the waiting music that the script makes (else: npm run prompts)', async () => {
    const script = pathToFileURL(resolve(folder, '../scripts/lib/waiting-music.mjs')).href;
    const { waitingMusic, wavOf } = (await import(script)) as MusicScript;
    expect(sha256(readFileSync(join(folder, 'music/waiting.wav')))).to.equal(sha256(wavOf(waitingMusic())));
  });

  const spoken = ['pl', 'en', 'pl-parts', 'en-parts'];
  for (const key of spoken.flatMap((one) => names(one, '.txt').map((name) => `${one}/${name}`))) {
    it(`${key}.wav is the sound of ${key}.txt (else: npm run prompts)`, () => {
      const text = readFileSync(join(folder, `${key}.txt`));
      expect(made[key]?.textSha256).to.equal(sha256(text));
      expect(made[key]?.wavSha256).to.equal(sha256(readFileSync(join(folder, `${key}.wav`))));
    });

    const rate = key.includes('-parts/') ? 8_000 : 16_000;
    it(`${key}.wav is ${rate / 1000} kHz, 16 bit, mono, and as loud as the others`, () => {
      const wav = readFileSync(join(folder, `${key}.wav`));
      expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).to.equal('RIFFWAVEfmt ');
      expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).to.deep.equal([
        1,
        1,
        rate,
        16,
      ]);
      // Single words are as loud as sentences on the whole; their peaks lie lower, for want of pauses.
      expect(levels(wav).peak).to.be.within(rate === 8_000 ? -9 : -6, -3);
      expect(levels(wav).rms).to.be.within(-22, -19);
    });
  }
});

/** The committed announcements: every text has its sound, made from that text, in the form that they are kept in. */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../../prompts');
const languages = ['pl', 'en'];
const made = JSON.parse(readFileSync(join(folder, 'prompts.json'), 'utf8')) as Record<
  string,
  { text: string; textSha256: string; wavSha256: string }
>;

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

  for (const key of languages.flatMap((language) => names(language, '.txt').map((name) => `${language}/${name}`))) {
    it(`${key}.wav is the sound of ${key}.txt (else: npm run prompts)`, () => {
      const text = readFileSync(join(folder, `${key}.txt`));
      expect(made[key]?.textSha256).to.equal(sha256(text));
      expect(made[key]?.wavSha256).to.equal(sha256(readFileSync(join(folder, `${key}.wav`))));
    });

    it(`${key}.wav is 16 kHz, 16 bit, mono, and as loud as the others`, () => {
      const wav = readFileSync(join(folder, `${key}.wav`));
      expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).to.equal('RIFFWAVEfmt ');
      expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).to.deep.equal([
        1, 1, 16_000, 16,
      ]);
      expect(levels(wav).peak).to.be.within(-6, -3);
      expect(levels(wav).rms).to.be.within(-22, -19);
    });
  }
});

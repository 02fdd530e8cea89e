// Makes the announcements from their texts: prompts/<language>/<name>.txt → <name>.wav (16 kHz, 16 bit, mono), spoken
// by espeak-ng and levelled by sox; and in the same way the parts of which numbers are spoken (<language>-parts, 8 kHz, cut
// close), and the waiting music. prompts/prompts.json then says which text each WAV holds and the SHA-256 of both, so
// that a test finds a text that was changed without its sound. Run by hand, with `npm run prompts`; what it makes is
// committed, and nobody needs espeak-ng to run Halina.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { wavOf, waitingMusic } from './lib/waiting-music.mjs';

const root = join(import.meta.dirname, '..', 'prompts');
/** Seconds of silence before and after; what is put together from parts has none but the breath between words. */
const whole = { rate: 16_000, pad: ['0.3', '0.2'] };
const part = { rate: 8_000, pad: ['0.02', '0.06'] };
const folders = {
  pl: { voice: 'pl', ...whole },
  en: { voice: 'en-gb', ...whole },
  'pl-parts': { voice: 'pl', ...part },
  'en-parts': { voice: 'en-gb', ...part },
};
/** Words a minute: slower than espeak-ng's own 175, for a listener who does not expect the message. */
const SPEED = 150;
/** Of espeak-ng's 200: the filters after it need the room. */
const AMPLITUDE = 50;
const LEVEL_DB = -20;
const PEAK_DB = -3.5;

function run(program, args, input) {
  const result = spawnSync(program, args, { input, encoding: 'utf8' });
  if (result.error?.code === 'ENOENT') {
    console.error(`${program} is not installed: sudo apt-get install espeak-ng sox`);
    process.exit(1);
  }
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
  return result;
}

/** Level and peak in dB below full scale, as `sox FILE -n stats` prints them. */
function measure(file) {
  const { stderr } = run('sox', [file, '-n', 'stats']);
  const figure = (name) => Number(new RegExp(`^${name}\\s+(-?[\\d.]+)`, 'm').exec(stderr)?.[1]);
  return { level: figure('RMS lev dB'), peak: figure('Pk lev dB') };
}

function speak({ voice, rate, pad }, text, target, work) {
  const [raw, trimmed, limited] = ['raw.wav', 'trimmed.wav', 'limited.wav'].map((name) => join(work, name));
  const speech = ['-v', voice, '-s', String(SPEED), '-a', String(AMPLITUDE)];
  run('espeak-ng', [...speech, '-w', raw, '--stdin'], text);
  // Below 100 Hz a telephone carries nothing. Silence at both ends is cut, then put back in exact lengths: what leads
  // is a buffer for the first packets, which the caller's telephone may still lose. No dither (-D): the same text
  // always gives the same bytes.
  const silence = ['silence', '1', '0.05', '0.3%', 'reverse'];
  const form = ['-r', String(rate), '-c', '1', '-b', '16'];
  run('sox', ['-D', raw, ...form, trimmed, 'highpass', '100', ...silence, ...silence]);
  // The limiter takes the few high peaks, the last gain then brings the whole to the level as far as the peaks allow.
  const limit = LEVEL_DB - PEAK_DB - measure(trimmed).level;
  run('sox', ['-D', trimmed, '-b', '16', limited, 'gain', '-l', limit.toFixed(2), 'gain', String(PEAK_DB)]);
  const { level, peak } = measure(limited);
  const gain = Math.min(LEVEL_DB - level, PEAK_DB - peak);
  run('sox', ['-D', limited, '-b', '16', target, 'gain', gain.toFixed(2), 'pad', ...pad]);
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

const work = mkdtempSync(join(tmpdir(), 'halina-prompts-'));
const made = {};
try {
  for (const [folder, form] of Object.entries(folders)) {
    for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith('.txt'))) {
      const name = basename(file, '.txt');
      const text = readFileSync(join(root, folder, file), 'utf8').trim();
      const wav = join(root, folder, `${name}.wav`);
      speak(form, text, wav, work);
      made[`${folder}/${name}`] = { text, textSha256: sha256(join(root, folder, file)), wavSha256: sha256(wav) };
      console.log(`prompts/${folder}/${name}.wav`);
    }
  }
  writeFileSync(join(root, 'music', 'waiting.wav'), wavOf(waitingMusic()));
  console.log('prompts/music/waiting.wav');
} finally {
  rmSync(work, { recursive: true });
}
writeFileSync(join(root, 'prompts.json'), `${JSON.stringify(made, null, 2)}\n`);

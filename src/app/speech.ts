/** Speech from a text, by espeak-ng where it is installed, in the form of our announcements: 16 kHz, mono, levelled. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HalinaError } from '../base/errors.js';
import { resample } from '../codecs/resample.js';
import { readWav, writeWav } from '../codecs/wav.js';

const RATE = 16_000;
/** Words a minute: slower than espeak-ng's own 175, for a listener who does not expect the message. */
const SPEED = 150;
/** Silence before and after, milliseconds: the first packets may be lost. */
const BEFORE = 300;
const AFTER = 200;
/** Root mean square and peak that are aimed at, of full scale: -20 and -3.5 dB. */
const LEVEL = 0.1;
const PEAK = 0.668;
const FULL = 32_767;
const TIMEOUT_MS = 20_000;

const voices: Readonly<Record<string, string>> = { pl: 'pl', en: 'en-gb' };

export async function canSpeak(): Promise<boolean> {
  try {
    await promisify(execFile)('espeak-ng', ['--version'], { timeout: TIMEOUT_MS });
    return true;
  } catch {
    return false; // not installed, which the page says
  }
}

/** A WAV file. Rejects with `SPEECH_UNAVAILABLE`. */
export async function speak(language: string, text: string): Promise<Buffer> {
  const voice = voices[language];
  if (voice === undefined) throw unavailable(`there is no voice for the language ${language}`);
  const { samples, rate } = readWav(await spoken(voice, text), 'the speech');
  return writeWav({ rate: RATE, samples: framed(levelled(resample(samples, rate, RATE))) });
}

function spoken(voice: string, text: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const args = ['-v', voice, '-s', String(SPEED), '--stdout', '--stdin'];
    const options = { encoding: 'buffer', timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 } as const;
    const child = execFile('espeak-ng', args, options, (error, stdout) => {
      if (error) reject(unavailable('espeak-ng could not be run', error));
      else resolve(stdout);
    });
    child.stdin?.on('error', () => {}); // it has ended: the callback says why
    child.stdin?.end(text);
  });
}

function levelled(samples: Int16Array): Int16Array {
  let [sum, peak] = [0, 1];
  for (const sample of samples) {
    sum += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  const gain = Math.min((LEVEL * FULL) / Math.max(1, rms), (PEAK * FULL) / peak);
  return samples.map((sample) => Math.round(sample * gain));
}

function framed(samples: Int16Array): Int16Array {
  const [before, after] = [(BEFORE * RATE) / 1000, (AFTER * RATE) / 1000];
  const whole = new Int16Array(before + samples.length + after);
  whole.set(samples, before);
  return whole;
}

const unavailable = (why: string, cause?: unknown): HalinaError =>
  new HalinaError('SPEECH_UNAVAILABLE', why, { hint: 'on Debian and Ubuntu: sudo apt-get install espeak-ng', cause });

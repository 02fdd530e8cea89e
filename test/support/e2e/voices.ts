/** Two voices for the two ends of a call, made by espeak-ng once and kept beside the build: WAV for baresip, A-law for the rest. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from './process.js';

const folder = resolve(import.meta.dirname, '../../../../dist/peers/voices');

const sentences = {
  caller: [
    'Dzień dobry, dzwonię w sprawie podatku od nieruchomości za bieżący rok.',
    'Dostałem decyzję i nie rozumiem, skąd wzięła się kwota w drugim wierszu.',
    'Czy może mi pani powiedzieć, do kiedy trzeba zapłacić pierwszą ratę?',
    'Mieszkam przy ulicy Spółdzielczej, numer dwadzieścia siedem.',
  ],
  employee: [
    'Urząd Miejski w Halinowie, słucham pana, proszę mówić spokojnie i powoli.',
    'Już sprawdzam w systemie, to potrwa dosłownie kilka sekund, proszę poczekać.',
    'Pierwsza rata jest do piętnastego marca, druga do piętnastego maja.',
    'Kwota wynika ze stawki uchwalonej przez radę oraz z powierzchni budynku.',
  ],
} as const;

export interface Voice {
  /** 16-bit mono WAV, 8 kHz. */
  readonly wav: string;
  /** Raw A-law, 8 kHz: sample for sample what the WAV says. */
  readonly alaw: string;
}

/** A voice that speaks without end for `seconds` (its sentences again and again, in another order each time). */
export async function voice(who: keyof typeof sentences, seconds = 120): Promise<Voice> {
  const name = join(folder, `${who}-${seconds}`);
  const files = { wav: `${name}.wav`, alaw: `${name}.al` };
  if (existsSync(files.alaw)) return files;
  await mkdir(folder, { recursive: true });
  const list = sentences[who];
  const rounds = Math.ceil(seconds / 16);
  const text = [...Array(rounds).keys()].flatMap((round) => list.map((_, n) => list[(n * 3 + round) % list.length]));
  const part = `${name}.${process.pid}`; // tests that run beside one another may all find it missing
  await writeFile(`${part}.txt`, text.join('\n'));
  const speaker = who === 'caller' ? ['-v', 'pl', '-p', '35', '-s', '165'] : ['-v', 'pl+f3', '-p', '60', '-s', '150'];
  await run('espeak-ng', [...speaker, '-f', `${part}.txt`, '-w', `${part}.raw.wav`]);
  const shape = ['gain', '-n', '-4', 'rate', '8000', 'trim', '0', String(seconds)];
  await run('sox', [`${part}.raw.wav`, '-c', '1', '-b', '16', `${part}.wav`, ...shape]);
  await run('sox', [`${part}.wav`, '-t', 'al', '-r', '8000', '-c', '1', `${part}.al`]);
  await Promise.all([rm(`${part}.txt`), rm(`${part}.raw.wav`)]);
  await rename(`${part}.wav`, files.wav);
  await rename(`${part}.al`, files.alaw);
  return files;
}

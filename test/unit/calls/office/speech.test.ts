/** Numbers as they are spoken, each from 0 to 999, word by word against the languages' own rules. */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { digits, number, position, wait, type Spoken } from '../../../../src/calls/office/speech/speech.js';
import type { Language } from '../../../../src/calls/office/speech/words.js';

const prompts = resolve(import.meta.dirname, '../../../../../prompts');

/** The words that are heard: the texts of the recordings, one after another. */
function heard(spoken: readonly Spoken[]): string {
  return spoken
    .map(({ name, language }) => {
      expect(existsSync(join(prompts, language, `${name}.wav`)), `${language}/${name}.wav`).to.equal(true);
      return readFileSync(join(prompts, language, `${name}.txt`), 'utf8').trim();
    })
    .join(' ')
    .replaceAll('.', '');
}

const pl = {
  units: ['', 'jeden', 'dwa', 'trzy', 'cztery', 'pięć', 'sześć', 'siedem', 'osiem', 'dziewięć'],
  teens: ['dziesięć', 'jedenaście', 'dwanaście', 'trzynaście', 'czternaście', 'piętnaście', 'szesnaście', 'siedemnaście', 'osiemnaście', 'dziewiętnaście'],
  tens: ['', '', 'dwadzieścia', 'trzydzieści', 'czterdzieści', 'pięćdziesiąt', 'sześćdziesiąt', 'siedemdziesiąt', 'osiemdziesiąt', 'dziewięćdziesiąt'],
  hundreds: ['', 'sto', 'dwieście', 'trzysta', 'czterysta', 'pięćset', 'sześćset', 'siedemset', 'osiemset', 'dziewięćset'],
  unitsth: ['', 'pierwsze', 'drugie', 'trzecie', 'czwarte', 'piąte', 'szóste', 'siódme', 'ósme', 'dziewiąte'],
  teensth: ['dziesiąte', 'jedenaste', 'dwunaste', 'trzynaste', 'czternaste', 'piętnaste', 'szesnaste', 'siedemnaste', 'osiemnaste', 'dziewiętnaste'],
  tensth: ['', '', 'dwudzieste', 'trzydzieste', 'czterdzieste', 'pięćdziesiąte', 'sześćdziesiąte', 'siedemdziesiąte', 'osiemdziesiąte', 'dziewięćdziesiąte'],
  hundredsth: ['', 'setne', 'dwusetne', 'trzechsetne', 'czterechsetne', 'pięćsetne', 'sześćsetne', 'siedemsetne', 'osiemsetne', 'dziewięćsetne'],
}; // prettier-ignore
const en = {
  units: ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  teens: ['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
  tens: ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'],
};

/** Three figures, as a school grammar takes a number apart. */
const figures = (n: number): [number, number, number] => [Math.floor(n / 100), Math.floor(n / 10) % 10, n % 10];
const join3 = (...words: string[]): string => words.filter((word) => word !== '').join(' ');

function polish(n: number): string {
  const [h, t, u] = figures(n);
  if (n === 0) return 'zero';
  return join3(pl.hundreds[h] ?? '', t === 1 ? (pl.teens[u] ?? '') : join3(pl.tens[t] ?? '', pl.units[u] ?? ''));
}

function polishOrdinal(n: number): string {
  const [h, t, u] = figures(n);
  if (t === 0 && u === 0) return pl.hundredsth[h] ?? '';
  const below = t === 1 ? (pl.teensth[u] ?? '') : join3(pl.tensth[t] ?? '', pl.unitsth[u] ?? '');
  return join3(pl.hundreds[h] ?? '', below);
}

function polishMinutes(n: number): string {
  // The form of the noun is what the Unicode plural rules say of Polish.
  const noun = { one: 'minuta', few: 'minuty', many: 'minut' }[new Intl.PluralRules('pl').select(n) as 'one' | 'few'];
  const numeral = n === 1 ? 'jedna' : polish(n).replace(/\bdwa$/, 'dwie');
  return `${numeral} ${noun}`;
}

function english(n: number): string {
  const [h, t, u] = figures(n);
  if (n === 0) return 'zero';
  const below = t === 1 ? (en.teens[u] ?? '') : join3(en.tens[t] ?? '', en.units[u] ?? '');
  const hundreds = h === 0 ? '' : `${en.units[h]} hundred`;
  return hundreds !== '' && below !== '' ? `${hundreds} and ${below}` : hundreds + below;
}

function englishOrdinal(n: number): string {
  const odd: Record<string, string> = { one: 'first', two: 'second', three: 'third', five: 'fifth', eight: 'eighth', nine: 'ninth', twelve: 'twelfth' }; // prettier-ignore
  return english(n).replace(/[a-z]+$/, (last) => odd[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`)); // prettier-ignore
}

const each = (from: number, check: (n: number) => void): void => {
  for (let n = from; n <= 999; n++) check(n);
};

describe('spoken numbers', () => {
  it('are right in Polish from 0 to 999', () =>
    each(0, (n) => expect(heard(number(n, 'cardinal', 'pl'))).to.equal(polish(n))));
  it('have the right minutes in Polish from 0 to 999', () =>
    each(0, (n) => expect(heard(number(n, 'minutes', 'pl'))).to.equal(polishMinutes(n))));
  it('have the right place in a row in Polish from 1 to 999', () =>
    each(1, (n) => expect(heard(number(n, 'ordinal', 'pl'))).to.equal(polishOrdinal(n))));
  it('are right in English from 0 to 999', () =>
    each(0, (n) => expect(heard(number(n, 'cardinal', 'en'))).to.equal(english(n))));
  it('have the right minutes in English from 0 to 999', () =>
    each(0, (n) =>
      expect(heard(number(n, 'minutes', 'en'))).to.equal(`${english(n)} ${n === 1 ? 'minute' : 'minutes'}`),
    ));
  it('have the right place in a row in English from 1 to 999', () =>
    each(1, (n) => expect(heard(number(n, 'ordinal', 'en'))).to.equal(englishOrdinal(n))));

  it('by hand, those that grammars warn of', () => {
    const minutes = [1, 2, 5, 12, 21, 22, 32, 101, 112, 122].map((n) => heard(number(n, 'minutes', 'pl')));
    expect(minutes).to.deep.equal([
      'jedna minuta',
      'dwie minuty',
      'pięć minut',
      'dwanaście minut',
      'dwadzieścia jeden minut',
      'dwadzieścia dwie minuty',
      'trzydzieści dwie minuty',
      'sto jeden minut',
      'sto dwanaście minut',
      'sto dwadzieścia dwie minuty',
    ]);
  });

  it('that cannot be said are not said', () => {
    for (const n of [-1, 1.5, 1000, NaN]) expect(number(n, 'cardinal', 'pl')).to.deep.equal([]);
    expect(number(0, 'ordinal', 'pl')).to.deep.equal([]);
    expect(position(0, 'pl')).to.deep.equal([]);
  });
});

describe('what a caller in a queue is told', () => {
  const cases: readonly (readonly [Language, number, string])[] = [
    ['pl', 1, 'Państwa połączenie jest następne w kolejce'],
    ['pl', 2, 'Państwa połączenie jest drugie w kolejce'],
    ['pl', 21, 'Państwa połączenie jest dwudzieste pierwsze w kolejce'],
    ['en', 1, 'Your call is next in the queue'],
    ['en', 3, 'Your call is third in the queue'],
    ['en', 112, 'Your call is one hundred and twelfth in the queue'],
  ];
  for (const [language, place, text] of cases)
    it(`at place ${place}: ${text}`, () => expect(heard(position(place, language))).to.equal(text));

  const waits: readonly (readonly [number, string])[] = [
    [0, 'Przewidywany czas oczekiwania wynosi mniej niż minutę'],
    [60_000, 'Przewidywany czas oczekiwania: jedna minuta'],
    [60_001, 'Przewidywany czas oczekiwania: dwie minuty'],
    [21 * 60_000, 'Przewidywany czas oczekiwania: dwadzieścia jeden minut'],
    [60 * 60_000, 'Przewidywany czas oczekiwania: sześćdziesiąt minut'],
    [60 * 60_000 + 1, 'Przewidywany czas oczekiwania przekracza godzinę'],
  ];
  for (const [ms, text] of waits) it(`a wait of ${ms} ms: ${text}`, () => expect(heard(wait(ms, 'pl'))).to.equal(text));

  it('numbers are said figure by figure', () => {
    expect(heard(digits('+48 22', 'pl'))).to.equal('cztery osiem dwa dwa');
    expect(heard(digits('201', 'en'))).to.equal('two zero one');
  });
});

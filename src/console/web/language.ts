/** The language of the pages: Polish, or English for whoever chose it. */
export type Language = 'pl' | 'en';

const KEPT = 'halina.language';

const chosen = (): Language => {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'pl' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('pl') || !navigator.language.toLowerCase().startsWith('en')
    ? 'pl'
    : 'en';
};

let language = chosen();
document.documentElement.lang = language;

export const currentLanguage = (): Language => language;

/** The pages are drawn anew by whoever calls this. */
export function chooseLanguage(wanted: Language): void {
  language = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

/** A text in the reader's language. */
export const say = (pl: string, en: string): string => (language === 'pl' ? pl : en);

export interface Text {
  readonly pl: string;
  readonly en: string;
}
export const tell = (text: Text): string => text[language];

/** Making one takes longer than using it a hundred times, and a table has hundreds of times in it. */
function kept<T>(make: (locale: string) => T): () => T {
  const made = new Map<Language, T>();
  return () => {
    const one = made.get(language) ?? make(language === 'pl' ? 'pl-PL' : 'en-GB');
    made.set(language, one);
    return one;
  };
}

const plurals = new Intl.PluralRules('pl');

/** A number of things: 1 rozmowa, 2 rozmowy, 5 rozmów. */
export function count(n: number, pl: readonly [string, string, string], en: readonly [string, string]): string {
  if (language === 'en') return `${number(n)} ${n === 1 ? en[0] : en[1]}`;
  const form = plurals.select(n);
  return `${number(n)} ${form === 'one' ? pl[0] : form === 'few' ? pl[1] : pl[2]}`;
}

const numbers = [0, 1].map((digits) =>
  kept((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits })),
);
export const number = (n: number, digits: 0 | 1 = 0): string => numbers[digits]?.().format(n) ?? String(n);

const GB = 1e9;
export const bytes = (n: number): string =>
  n >= GB ? `${number(n / GB, 1)} GB` : n >= 1e6 ? `${number(n / 1e6)} MB` : `${number(n / 1e3)} kB`;

const inForm = (form: Intl.DateTimeFormatOptions): (() => Intl.DateTimeFormat) =>
  kept((locale) => new Intl.DateTimeFormat(locale, form));
const formats = {
  time: inForm({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  day: inForm({ day: 'numeric', month: 'long', year: 'numeric' }),
  date: inForm({ day: '2-digit', month: '2-digit', year: 'numeric' }),
  moment: inForm({ day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
};

export const when = (at: number, how: keyof typeof formats = 'moment'): string => formats[how]().format(at);

/** `2026-03-10` in a table: 10.03.2026. */
export const shortDay = (day: string): string => (day === '' ? '' : when(Date.parse(`${day}T12:00:00`), 'date'));

/** A day of the calendar, `2026-03-10`, as it is written: 10 marca 2026. */
export const onDay = (day: string): string => (day === '' ? '' : when(Date.parse(`${day}T12:00:00`), 'day'));

const MOBILE = /^(45|5[0137]|6[0569]|7[2389]|88)/;

/** A Polish number in the groups in which it is said: +48 600 100 200, +48 22 783 60 00. Another stays as it is. */
export function phone(number: string): string {
  const own = /^\+48(\d{9})$/.exec(number)?.[1];
  if (own === undefined) return number;
  const parts = MOBILE.test(own) ? /(...)(...)(...)/.exec(own) : /(..)(...)(..)(..)/.exec(own);
  return ['+48', ...(parts ?? []).slice(1)].join('\u00a0');
}

/** A name among words: „zapasowe”. */
export const quoted = (name: string): string => (language === 'pl' ? `„${name}”` : `“${name}”`);

/** 1:05, 2:03:09. */
export function length(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Every picture of docs/ekrany: who looks, where, and what is done there first. */
import type { Page } from 'playwright-core';
import { Newcomer } from '../newcomer.js';
import type { Citizen, Who } from './people.js';
import type { SeededOffice } from './office.js';

export interface Shot {
  readonly name: string;
  /** Nobody: before logging in. */
  readonly who?: Who;
  readonly path: string | ((office: SeededOffice) => string);
  /** Done before the picture is taken, by visible names. */
  readonly first?: (person: Newcomer, office: SeededOffice) => Promise<void>;
  /** Words that are to be read when the page is there. */
  readonly reads: string | RegExp;
  readonly dark?: true;
  readonly width?: number;
  /** Only what is seen without scrolling. */
  readonly top?: true;
  /** Has to log in with a second factor from now on, and has none. */
  readonly limited?: true;
}

const request =
  (citizen: Citizen) =>
  ({ requests }: SeededOffice): string =>
    `/requests/${requests[citizen]}`;
const call = ({ asked }: SeededOffice): string => `/calls/${asked.swiatek.entry.id}`;

const common: readonly Shot[] = [
  { name: 'logowanie', path: '/', reads: 'Zaloguj' },
  { name: 'drugi-skladnik', who: 'dpo', path: '/', limited: true, reads: 'Sześć cyfr z aplikacji' },
  { name: 'moje-konto', who: 'staff', path: '/me', reads: 'OR.077.4.2026' },
];

const requests: readonly Shot[] = [
  { name: 'czeka-biuro', who: 'front_office', path: '/inbox', reads: 'Irena Malec' },
  { name: 'czeka-sekretarz', who: 'secretary', path: '/inbox', reads: 'Barbara Lis' },
  { name: 'czeka-kierownik', who: 'unit_head', path: '/inbox', reads: 'Krzysztof Baran' },
  { name: 'wnioski', who: 'secretary', path: '/requests', reads: 'Żaneta Świątek-Łoś' },
  { name: 'wniosek-przyjecie', who: 'front_office', path: '/requests/new', reads: 'Wnioskodawca oświadcza' },
  { name: 'wniosek-dopasowanie', who: 'front_office', path: request('malec'), reads: 'Której rozmowy dotyczy' },
  { name: 'wniosek-uzupelnienie', who: 'front_office', path: request('wojcik'), reads: 'czeka na uzupełnienie' },
  {
    name: 'wniosek-wezwanie',
    who: 'front_office',
    path: request('malec'),
    reads: 'Przygotuj wezwanie',
    first: (person) => person.unfold('Wezwij do uzupełnienia'),
  },
  { name: 'wniosek-opinia', who: 'unit_head', path: request('baran'), reads: 'Wydaj opinię' },
  { name: 'wniosek-decyzja', who: 'secretary', path: request('lis'), reads: 'Zapisz termin' },
  { name: 'wniosek-termin', who: 'staff', path: request('zieba'), reads: 'Rozpocznij odsłuch' },
  { name: 'wniosek-zakonczony', who: 'front_office', path: request('swiatek'), reads: 'Protokół odsłuchu' },
  { name: 'wniosek-odmowa', who: 'front_office', path: request('kos'), reads: 'Odmowa udostępnienia nagrania' },
  {
    name: 'wniosek-doreczenie',
    who: 'front_office',
    path: request('kos'),
    reads: 'Wpisz doręczenie',
    first: (person) => person.unfold('Podpis i doręczenie'),
  },
  { name: 'wniosek-kopia', who: 'secretary', path: request('jablonska'), reads: 'Wydaj zgodę' },
];

const calls: readonly Shot[] = [
  { name: 'dzisiaj', who: 'administrator', path: '/', reads: /604.118.250/ },
  { name: 'dzisiaj-ciemne', who: 'administrator', path: '/', reads: /604.118.250/, dark: true },
  { name: 'dzisiaj-telefon', who: 'secretary', path: '/', reads: /604.118.250/, width: 390, top: true },
  { name: 'rozmowy', who: 'staff', path: '/calls?direction=inbound', reads: 'Szukaj', top: true },
  {
    name: 'rozmowa',
    who: 'administrator',
    path: call,
    reads: /wysłał serwer/,
    first: (person) => person.press('Pokaż zdarzenia'),
  },
  {
    name: 'odtwarzacz',
    who: 'administrator',
    path: call,
    reads: 'Głośność rozmówcy',
    first: async (person) => {
      await person.enters({ 'Znak sprawy': 'SK.1510.3.2026' });
      await person.press('Otwórz nagranie');
    },
  },
  { name: 'zabezpieczenia', who: 'secretary', path: '/holds', reads: 'zabezpieczone' },
  {
    name: 'zabezpieczenie',
    who: 'administrator',
    path: call,
    reads: 'Powód',
    top: true,
    first: async (person) => {
      await person.press('Zabezpiecz');
      await person.enters({ Powód: 'Skarga SK.1510.3.2026' });
    },
  },
];

const oversight: readonly Shot[] = [
  { name: 'potwierdzenia', who: 'secretary', path: '/confirm', reads: 'Potwierdzam' },
  {
    name: 'udostepnienie',
    who: 'secretary',
    path: ({ disclosure }) => `/disclosures/${disclosure}`,
    reads: 'Wyraź zgodę na udostępnienie',
  },
  { name: 'udostepnienia', who: 'administrator', path: '/disclosures', reads: /Komisariat/ },
  { name: 'zastepstwa', who: 'secretary', path: '/deputies', reads: 'Paweł Borecki' },
  { name: 'sprawozdania', who: 'secretary', path: '/reports', reads: 'Pobierz PDF', first: march },
  {
    name: 'rejestr-wnioskow',
    who: 'dpo',
    path: '/reports',
    reads: 'OR.1431.4.2026',
    first: (person) => person.choose('Co', 'Rejestr wniosków'),
  },
  {
    name: 'dziennik',
    who: 'auditor',
    path: '/audit',
    reads: 'Dziennik jest nienaruszony',
    top: true,
    first: (person) => person.press('Sprawdź dziennik teraz'),
  },
];

async function march(person: Newcomer): Promise<void> {
  await person.enters({ 'Miesiąc (rok-miesiąc)': '2026-03' });
}

const upkeep: readonly Shot[] = [
  { name: 'aparaty', who: 'administrator', path: '/handsets', reads: '240' },
  {
    name: 'aparat-kod',
    who: 'administrator',
    path: '/handsets',
    reads: 'Nie zostawiaj go na ekranie',
    top: true,
    first: async (person) => {
      await person.press('Pokaż kod konfiguracji');
      await person.press('Pokaż kod');
    },
  },
  {
    name: 'kierowanie',
    who: 'administrator',
    path: '/routing',
    reads: /Ze zmianami, których jeszcze nie zapisano/,
    first: async (person) => {
      await person.enters({ 'Wybrany numer': '22 783 60 00', Środa: '08:00-17:00' });
      await person.press('Sprawdź');
    },
  },
  { name: 'komunikaty', who: 'administrator', path: '/prompts', reads: 'Wgraj komunikat', top: true },
  { name: 'wzory', who: 'administrator', path: '/letters', reads: 'Podgląd (PDF)' },
  { name: 'powiadomienia', who: 'administrator', path: '/alerts', reads: /Wyślij próbne|powiadom/i },
  { name: 'kopia-zapasowa', who: 'administrator', path: '/backup', reads: /kopi/i },
  { name: 'lacza', who: 'administrator', path: '/trunks', reads: 'zapasowe' },
  {
    name: 'miejsce',
    who: 'administrator',
    path: '/quota',
    reads: 'Powód zmiany',
    first: (person) => person.enters({ 'Nowy przydział (GB)': '30' }),
  },
  { name: 'konta', who: 'administrator', path: '/accounts', reads: 'Joanna Wilk' },
  {
    name: 'konto-nowe',
    who: 'administrator',
    path: '/accounts',
    reads: 'Nazwa użytkownika',
    top: true,
    first: async (person) => {
      await person.press('Nowe konto');
      await person.enters({ 'Imię i nazwisko': 'Anna Mazurek', 'Nazwa użytkownika': 'amazurek' });
      await person.tick('Biuro Podawcze');
    },
  },
  {
    name: 'upowaznienie',
    who: 'administrator',
    path: '/accounts',
    reads: 'Numer upoważnienia',
    top: true,
    first: async (person) => {
      await person.inRow('Agnieszka Sikora').unfold('Więcej');
      await person.inRow('Agnieszka Sikora').press('Wpisz upoważnienie');
      await person.enters({ 'Numer upoważnienia': 'OR.077.9.2026', Zakres: 'odsłuch nagrań na posiedzeniach' });
    },
  },
];

/** The last: the session has begun then. */
const session: Shot = {
  name: 'odsluch',
  who: 'staff',
  path: request('zieba'),
  reads: 'Głośność rozmówcy',
  first: async (person) => {
    await person.enters({ 'Jak potwierdzono tożsamość wnioskodawcy': 'dowód osobisty okazany' });
    await person.press('Rozpocznij odsłuch');
    await person.press(/^Otwórz nagranie rozmowy z/);
  },
};

export const shots: readonly Shot[] = [...common, ...requests, ...calls, ...oversight, ...upkeep, session];

/** Takes it; gives the picture. */
export async function take(page: Page, url: string, shot: Shot, office: SeededOffice): Promise<Buffer> {
  const { path, first, reads, top } = shot;
  const person = new Newcomer(page);
  await page.goto(url + (typeof path === 'string' ? path : path(office)));
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await first?.(person, office);
  await person.reads(reads);
  await page.evaluate('document.fonts.ready');
  await page.evaluate('document.activeElement instanceof HTMLElement && document.activeElement.blur()');
  // A bar that is always in sight stands at the end of a picture of the whole page.
  if (!top && (await page.locator('.save-bar').count()) > 0) {
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    await page.setViewportSize({ width: page.viewportSize()?.width ?? 1240, height });
  }
  return page.screenshot({ fullPage: !top, animations: 'disabled' });
}

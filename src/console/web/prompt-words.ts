/** The program's announcements in plain words; the office's own ones have but their names. */
import { say, tell, type Text } from './language.js';
import type { shippedPrompts } from '../../config/notice.js';

const words: Readonly<Record<(typeof shippedPrompts)[number], Text>> = {
  busy: { pl: 'Numer jest zajęty', en: 'The number is busy' },
  closed: { pl: 'Urząd jest nieczynny', en: 'The office is closed' },
  'code-refused': { pl: 'Kod nie został przyjęty', en: 'The code was refused' },
  'do-not-disturb-off': { pl: 'Nie przeszkadzać: wyłączone', en: 'Do not disturb: off' },
  'do-not-disturb-on': { pl: 'Nie przeszkadzać: włączone', en: 'Do not disturb: on' },
  'forward-off': { pl: 'Przekierowanie wyłączone', en: 'Forwarding: off' },
  'forward-on': { pl: 'Przekierowanie włączone', en: 'Forwarding: on' },
  'group-in': { pl: 'Aparat zalogowany', en: 'The handset is logged in' },
  'group-out': { pl: 'Aparat wylogowany', en: 'The handset is logged out' },
  information: { pl: 'Pełna informacja o nagrywaniu (art. 13 RODO)', en: 'The whole information (GDPR 13)' },
  menu: { pl: 'Zapowiedź z wyborem klawiszem', en: 'The menu' },
  'menu-invalid': { pl: 'Nie ma takiego wyboru', en: 'There is no such choice' },
  'night-automatic': { pl: 'Tryb nocny: według godzin pracy', en: 'Night mode: by the opening hours' },
  'night-closed': { pl: 'Tryb nocny: zamknięte', en: 'Night mode: closed' },
  'night-open': { pl: 'Tryb nocny: otwarte', en: 'Night mode: open' },
  'no-answer': { pl: 'Nikt nie odbiera', en: 'Nobody answers' },
  notice: { pl: 'Informacja o nagrywaniu', en: 'Notice of recording' },
  'notice-opt-in': { pl: 'Informacja o nagrywaniu, ze zgodą klawiszem', en: 'Notice of recording, consent by a key' },
  'notice-opt-out': { pl: 'Informacja o nagrywaniu, ze sprzeciwem klawiszem', en: 'Notice of recording, refusal by a key' }, // prettier-ignore
  'please-wait': { pl: 'Proszę czekać', en: 'Please wait' },
  private: { pl: 'Rozmowa prywatna: koniec nagrywania', en: 'Private call: recording ends' },
  'queue-full': { pl: 'Kolejka jest pełna', en: 'The queue is full' },
  'recording-stopped': { pl: 'Nagrywanie zatrzymane', en: 'Recording stopped' },
  reminder: { pl: 'Przypomnienie dla pracownika o nagrywaniu', en: 'Reminder for the employee' },
  unavailable: { pl: 'Numer jest niedostępny', en: 'The number cannot be reached' },
};

export function promptName(name: string): string {
  const known = Object.entries(words).find(([one]) => one === name);
  return known ? tell(known[1]) : name;
}

/** Languages of announcements, as words after a name: `Informacja o nagrywaniu, po polsku`. */
export function inLanguage(language: string): string {
  if (language === 'pl') return say('po polsku', 'in Polish');
  if (language === 'en') return say('po angielsku', 'in English');
  return languageName(language);
}

export function languageName(language: string): string {
  if (language === 'pl') return say('polski', 'Polish');
  if (language === 'en') return say('angielski', 'English');
  return language;
}

/**
 * Errors of the rooms below, by their code, as the console tells them. Rooms that speak to programs (archive, configuration) have English
 * messages, those that speak to people (accounts, requests) Polish ones: what is missing in the other language stands here. A code
 * that is not here is a failure of ours.
 */
import type { Text } from './language.js';
import type { ProblemKind } from './problem.js';

export interface Told {
  readonly kind: ProblemKind;
  /** Without: what the room says, as a sentence. */
  readonly pl?: string;
  readonly en?: string;
}

const archive: Readonly<Record<string, Told>> = {
  SEARCH_INVALID: {
    kind: 'invalid',
    pl: 'Podaj cały numer z +48 albo co najmniej trzy ostatnie cyfry.',
  },
  ARCHIVE_UNKNOWN_CALL: { kind: 'not-found', pl: 'Nie ma takiej rozmowy.' },
  ARCHIVE_ERASED: { kind: 'gone', pl: 'Nagranie tej rozmowy zostało usunięte.' },
  ARCHIVE_GONE: { kind: 'gone', pl: 'Nagrania tej rozmowy już nie ma.' },
  ARCHIVE_NO_RECORDING: { kind: 'not-found', pl: 'Ta rozmowa nie ma nagrania.' },
  ARCHIVE_RESTRICTED: {
    kind: 'not-now',
    pl: 'Przetwarzanie tego nagrania jest ograniczone (art. 18 RODO): nie wolno go odtwarzać, dopóki ograniczenie nie zostanie zniesione.',
  },
  ARCHIVE_HELD: {
    kind: 'not-now',
    pl: 'To nagranie jest zabezpieczone. Najpierw trzeba zwolnić zabezpieczenie; widać je na stronie rozmowy.',
  },
  ARCHIVE_LISTENED: {
    kind: 'not-now',
    pl: 'Ktoś właśnie słucha tego nagrania. Spróbuj ponownie, gdy skończy.',
  },
  ARCHIVE_BUSY: {
    kind: 'not-now',
    pl: 'Program właśnie pracuje nad tym nagraniem. Spróbuj ponownie za minutę.',
  },
  ARCHIVE_OUT_OF_ORDER: {
    kind: 'not-now',
    pl: 'Stan tego nagrania jest już inny. Odśwież stronę i spróbuj jeszcze raz.',
  },
  GUARD_UNKNOWN: { kind: 'not-found', pl: 'Tego zabezpieczenia już nie ma. Odśwież stronę.' },
  GUARD_INVALID: { kind: 'invalid', pl: 'Podaj powód zabezpieczenia i sprawdź datę.' },
  ERASURE_TWO_PERSONS: { kind: 'forbidden', pl: 'Usunięcie nagrania potwierdza druga osoba: Sekretarz.' },
  ERASURE_INVALID: { kind: 'invalid', pl: 'Podaj, dlaczego nagranie ma być usunięte.' },
  COPY_TOO_LONG: {
    kind: 'not-now',
    pl: 'Nagranie jest za długie, by zrobić z niego kopię w konsoli. Administrator robi ją poleceniem „halina export”.',
  },
  MP3_DAMAGED: { kind: 'not-now', pl: 'Plik nagrania jest uszkodzony. Powiadom administratora.' },
  EXPORT_DAMAGED: {
    kind: 'not-now',
    pl: 'Plik nagrania nie jest tym, co nagrano: jego skrót się nie zgadza. Powiadom administratora i Inspektora Ochrony Danych.',
  },
  EXPORT_UNPROVEN: {
    kind: 'not-now',
    pl: 'Dziennik zdarzeń nie zna jeszcze tego nagrania, więc nie da się dowieść, że jest prawdziwe. Spróbuj ponownie za kilka minut.',
  },
  PROMPT_UNKNOWN: { kind: 'invalid', pl: 'Nie ma takiego komunikatu. Odśwież stronę.' },
  SPEECH_UNAVAILABLE: {
    kind: 'unavailable',
    pl: 'Na serwerze nie ma programu, który czyta tekst (espeak-ng). Zainstaluje go administrator; plik WAV można wgrać już teraz.',
  },
  CONFIG_NOT_WRITTEN: {
    kind: 'not-now',
    pl: 'Nie można zapisać pliku ustawień. Sprawdź prawa do pliku i miejsce na dysku.',
  },
  PAPER_FAILED: {
    kind: 'unavailable',
    pl: 'Nie udało się przygotować pisma. Spróbuj ponownie; jeśli się powtórzy, powiadom administratora.',
  },
};

const people: Readonly<Record<string, Told>> = {
  LOGIN_TAKEN: { kind: 'invalid', en: 'There is an account of this user name already.' },
  LOGIN_INVALID: {
    kind: 'invalid',
    pl: 'Nazwa użytkownika ma od 2 do 40 znaków: małe litery bez polskich znaków, cyfry, kropki i myślniki, na przykład a.kowalska.',
    en: 'A user name has 2 to 40 small letters, digits, dots and hyphens, such as a.kowalska.',
  },
  NAME_MISSING: { kind: 'invalid', en: 'Enter the name.' },
  ROLES_CONFLICT: {
    kind: 'invalid',
    en: 'The data-protection officer is independent: not an administrator, Secretary or head of a unit.',
  },
  LAST_ADMINISTRATOR: { kind: 'not-now', en: 'At least one administrator has to remain.' },
  LAST_SECRETARY: {
    kind: 'not-now',
    en: 'At least one Secretary has to remain: give the role to the successor first.',
  },
  LINK_INVALID: { kind: 'gone', en: 'This link has been used or is too old.' },
  DOCUMENT_MISSING: { kind: 'invalid', en: "Enter the number of the Mayor's document." },
  DATES_INVALID: { kind: 'invalid', en: 'The days do not fit: the end is before the beginning, or in the past.' },
  REASON_MISSING: { kind: 'invalid', en: 'Enter a reason.' },
  DEPUTY_INVALID: { kind: 'invalid', en: 'This person cannot stand in for that one in this role.' },
  ACTION_OVER: { kind: 'not-now', en: 'This was answered already, or its term is over.' },
  TWO_PERSONS: { kind: 'forbidden', en: 'Another person than the one who asked has to confirm it.' },
  NOT_ALLOWED: { kind: 'forbidden', en: 'This is not for your role.' },
  BUSY: { kind: 'too-many', pl: 'Zbyt wiele osób loguje się naraz. Spróbuj ponownie za chwilę.' },
};

const requests: Readonly<Record<string, Told>> = {
  REQUEST_UNKNOWN: { kind: 'not-found', en: 'There is no such request.' },
  REQUEST_OPEN: { kind: 'not-now', en: "Only a case that is over goes to the office's records." },
  PAPER_UNKNOWN: { kind: 'not-found', en: 'There is no such paper.' },
  PAPER_INVALID: { kind: 'invalid', en: 'This is no PDF file.' },
  COPY_NOT_APPROVED: {
    kind: 'not-now',
    en: 'A copy is made after the Secretary approved it, and before it is handed over.',
  },
  TEMPLATE_INVALID: { kind: 'invalid', en: 'The template cannot be used.' },
  TEMPLATE_UNKNOWN: { kind: 'not-found', en: 'There is no such template.' },
  DISCLOSURE_UNKNOWN: { kind: 'not-found', en: 'There is no such disclosure.' },
  DISCLOSURE_OPEN: { kind: 'not-now', en: "Only a case that is over goes to the office's records, once." },
  DISCLOSURE_UNSEALED: { kind: 'not-now', en: 'The recordings are not sealed, or were handed over already.' },
  CASE_SIGN_MISSING: { kind: 'invalid', en: 'Enter the case sign.' },
  REFERENCE_MISSING: { kind: 'invalid', en: 'Enter the case number.' },
};

/** Fastify's own. */
const http: Readonly<Record<string, Told>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { kind: 'too-large' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { kind: 'wrong-type' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { kind: 'bad-request' },
  FST_ERR_CTP_INVALID_JSON_BODY: { kind: 'bad-request' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { kind: 'bad-request' },
  FST_ERR_BAD_URL: { kind: 'bad-request' },
  FST_ERR_MAX_PARAM_LENGTH: { kind: 'bad-request' },
};

export const toldByCode: ReadonlyMap<string, Told> = new Map(
  Object.entries({ ...archive, ...people, ...requests, ...http, AUDIT_FAILED: { kind: 'audit-unavailable' as const } }),
);

/** What a room says in the middle of a line, as a sentence. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

export const textOf = ({ pl, en }: Told, message: string): Text => ({
  pl: pl ?? sentence(message),
  en: en ?? sentence(message),
});

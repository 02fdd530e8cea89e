/**
 * Who may do what: the one table from which the routes' checks, the tests and the handbook's table are made.
 *
 * A cell is a named condition. `yes` and `no` need nothing more; every other one names the fact that must be there
 * (`conditions`), which `judge` looks for. The workflow of the requests governs where it is narrower, and what the
 * system does as an effect of a transition needs no permission of a person.
 */
import type { Role } from './roles.js';

/** What a cell can say, and what it asks for. */
export const conditions = {
  yes: { pl: 'tak', en: 'yes' },
  no: { pl: 'nie', en: 'no' },
  'with-purpose': { pl: 'po podaniu celu', en: 'with a purpose' },
  'session-or-given-purpose': {
    pl: 'na zatwierdzonym odsłuchu albo w celu wskazanym przez Sekretarza',
    en: 'in an approved session or with a purpose given by the Secretary',
  },
  'within-request': { pl: 'w ramach wniosku', en: 'within a request' },
  'own-unit-within-request': { pl: 'własna komórka, w ramach wniosku', en: 'own unit, within a request' },
  'own-unit': { pl: 'własna komórka', en: 'own unit' },
  'to-match-request': { pl: 'w celu dopasowania wniosku', en: 'to match a request' },
  designated: { pl: 'wyznaczony do odsłuchu', en: 'designated for it' },
  'secretary-confirms': { pl: 'za potwierdzeniem Sekretarza', en: 'the Secretary confirms' },
  'second-person': { pl: 'za potwierdzeniem drugiej osoby', en: 'with a second person' },
  'deputy-of-secretary-or-dpo': {
    pl: 'zastępcy Sekretarza i Inspektora, na podstawie dokumentu Burmistrza',
    en: "deputies of the Secretary and the data-protection officer, with the Mayor's document",
  },
  'deputy-of-staff-or-unit-head': {
    pl: 'zastępcy wyznaczonych pracowników i kierowników',
    en: 'deputies of designated employees and heads of units',
  },
} as const;
export type Condition = keyof typeof conditions;

interface Row {
  readonly pl: string;
  readonly en: string;
  /** Who may; a role that is not named may not. */
  readonly who: Partial<Record<Role, Exclude<Condition, 'no'>>>;
}

const administration = { administrator: 'yes' } as const;
const clerks = { secretary: 'yes', staff: 'yes', front_office: 'yes' } as const;
const readers = { administrator: 'yes', secretary: 'yes', dpo: 'yes', auditor: 'yes' } as const;

const table = {
  'live.see': {
    pl: 'podgląd trwających rozmów, łączy, aparatów, dysku i alarmów',
    en: 'see live calls, trunks, handsets, disk, alarms',
    who: { administrator: 'yes', secretary: 'yes', staff: 'yes' },
  },
  'settings.change': { pl: 'zmiana ustawień', en: 'change settings', who: administration },
  'quota.change': { pl: 'zmiana przydziału dysku', en: 'change the quota', who: administration },
  'accounts.change': { pl: 'zmiana kont', en: 'change accounts', who: administration },
  'handsets.change': { pl: 'zmiana aparatów', en: 'change handsets', who: administration },
  'calls.search': {
    pl: 'wyszukiwanie rozmów (metadane)',
    en: 'search calls (metadata)',
    who: {
      administrator: 'yes',
      secretary: 'yes',
      staff: 'yes',
      dpo: 'within-request',
      unit_head: 'own-unit-within-request',
      front_office: 'to-match-request',
    },
  },
  'recording.hear': {
    pl: 'odsłuch nagrania',
    en: 'hear a recording',
    who: { administrator: 'with-purpose', secretary: 'with-purpose', staff: 'session-or-given-purpose' },
  },
  'purpose.give': {
    pl: 'wskazanie pracownikowi celu odsłuchu',
    en: 'give an employee a purpose to hear for',
    who: { secretary: 'yes' },
  },
  'request.see': {
    pl: 'wgląd w wniosek',
    en: 'see a request',
    who: { ...clerks, dpo: 'within-request', unit_head: 'own-unit-within-request' },
  },
  'request.file': { pl: 'złożenie wniosku', en: 'file a request', who: clerks },
  'request.complete': { pl: 'uzupełnienie wniosku', en: 'complete a request', who: clerks },
  'request.match': { pl: 'dopasowanie wniosku do nagrań', en: 'match a request to recordings', who: clerks },
  'request.withdraw': { pl: 'wycofanie wniosku', en: 'withdraw a request', who: clerks },
  'opinion.dpo': {
    pl: 'opinia Inspektora Ochrony Danych',
    en: 'opinion as data-protection officer',
    who: { dpo: 'yes' },
  },
  'opinion.unit': {
    pl: 'opinia kierownika komórki',
    en: 'opinion as head of the unit',
    who: { unit_head: 'own-unit' },
  },
  'request.decide': {
    pl: 'decyzja, termin odsłuchu, wyznaczenie osób obecnych',
    en: 'decide, set the date, name who is present',
    who: { secretary: 'yes' },
  },
  'session.conduct': {
    pl: 'rozpoczęcie i zakończenie odsłuchu',
    en: 'open and close a listening session',
    who: { secretary: 'yes', staff: 'designated' },
  },
  'hold.place': {
    pl: 'zabezpieczenie albo ograniczenie przetwarzania nagrania',
    en: 'place a hold or a restriction',
    who: { administrator: 'yes', secretary: 'yes' },
  },
  'hold.release': {
    pl: 'zwolnienie zabezpieczenia albo ograniczenia',
    en: 'release a hold or a restriction',
    who: { administrator: 'secretary-confirms', secretary: 'yes' },
  },
  'recording.erase': { pl: 'usunięcie nagrania', en: 'erase a recording', who: { administrator: 'second-person' } },
  'recording.export': { pl: 'eksport nagrania', en: 'export a recording', who: { administrator: 'second-person' } },
  'action.confirm': {
    pl: 'potwierdzenie czynności innej osoby',
    en: "confirm another's action (erasure, release, export, …)",
    who: { secretary: 'yes' },
  },
  'deputy.name': {
    pl: 'wyznaczenie zastępcy',
    en: 'name a deputy',
    who: { administrator: 'deputy-of-secretary-or-dpo', secretary: 'deputy-of-staff-or-unit-head' },
  },
  'disclosure.see': {
    pl: 'wgląd w udostępnienie organowi',
    en: 'see a disclosure',
    who: { administrator: 'yes', secretary: 'yes', dpo: 'yes' },
  },
  'disclosure.prepare': { pl: 'przygotowanie udostępnienia organowi', en: 'prepare a disclosure', who: administration },
  'disclosure.approve': {
    pl: 'zgoda na udostępnienie organowi',
    en: 'approve a disclosure',
    who: { secretary: 'yes' },
  },
  'disclosure.opinion': { pl: 'opinia o udostępnieniu organowi', en: 'opinion on a disclosure', who: { dpo: 'yes' } },
  'audit.read': { pl: 'dziennik zdarzeń', en: 'audit log', who: readers },
  'reports.read': { pl: 'zestawienia', en: 'reports', who: readers },
  'evidence.read': { pl: 'dowody odtworzenia komunikatu', en: 'evidence of the notice', who: readers },
  'register.read': { pl: 'rejestr żądań i wniosków', en: 'register of rights and requests', who: readers },
} as const satisfies Record<string, Row>;

export type Permission = keyof typeof table;
export const permissions = Object.keys(table) as Permission[];

/** The table's rows, for pages and documents. */
export const permissionTable: Readonly<Record<Permission, Row>> = table;

/** What the table says of a role. */
export const cell = (permission: Permission, role: Role): Condition => permissionTable[permission].who[role] ?? 'no';

/** The people of a made-up town hall, its telephones, and who calls it. No name or number is a real person's. */
import type { Role } from '../../../../src/accounts/roles.js';

export interface Employee {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly units?: readonly string[];
  readonly extensions?: readonly string[];
  readonly authorisation?: string;
}

export const employees = {
  administrator: {
    login: 'twrona',
    name: 'Tomasz Wrona',
    roles: ['administrator'],
    authorisation: 'OR.077.3.2026',
  },
  staff: {
    login: 'asikora',
    name: 'Agnieszka Sikora',
    roles: ['staff'],
    extensions: ['203'],
    authorisation: 'OR.077.4.2026',
  },
  second: { login: 'pborecki', name: 'Paweł Borecki', roles: ['staff'], authorisation: 'OR.077.5.2026' },
  dpo: { login: 'mlisowski', name: 'Marek Lisowski', roles: ['dpo'] },
  unit_head: {
    login: 'rgasior',
    name: 'Renata Gąsior',
    roles: ['unit_head'],
    units: ['Podatki i opłaty'],
    extensions: ['210'],
  },
  registrar: { login: 'jzurek', name: 'Jan Żurek', roles: ['unit_head'], units: ['Urząd Stanu Cywilnego'] },
  front_office: { login: 'kdabek', name: 'Katarzyna Dąbek', roles: ['front_office'], extensions: ['202'] },
  auditor: { login: 'jwilk', name: 'Joanna Wilk', roles: ['auditor'] },
  // The last: from then on roles that hear wait for a second person.
  secretary: {
    login: 'emaj',
    name: 'Elżbieta Maj-Kowalska',
    roles: ['secretary'],
    authorisation: 'OR.077.2.2026',
  },
} as const satisfies Record<string, Employee>;
export type Who = keyof typeof employees;

export const handsets = [
  { extension: '201', displayName: 'Sekretariat Burmistrza', unit: 'Organizacyjny', maker: 'yealink' },
  { extension: '202', displayName: 'Biuro Podawcze', unit: 'Organizacyjny', maker: 'yealink' },
  { extension: '203', displayName: 'Agnieszka Sikora', unit: 'Organizacyjny', maker: 'yealink' },
  { extension: '210', displayName: 'Renata Gąsior', unit: 'Podatki i opłaty', maker: 'snom' },
  { extension: '211', displayName: 'Podatki, pokój 4', unit: 'Podatki i opłaty', maker: 'snom' },
  { extension: '220', displayName: 'USC, akty i odpisy', unit: 'Urząd Stanu Cywilnego', maker: 'yealink' },
  { extension: '230', displayName: 'Odpady i woda', unit: 'Gospodarka komunalna', maker: 'yealink' },
  { extension: '240', displayName: 'Planowanie i budownictwo', unit: 'Budownictwo' },
] as const;

/** Who asks to hear a call. The first two words of `number` are of ranges that any telephone may have. */
export const citizens = {
  swiatek: { name: 'Żaneta Świątek-Łoś', number: '600 100 241', street: 'Spółdzielcza 27', town: 'Halinów' },
  wojcik: { name: 'Stanisław Wójcik', number: '502 110 387', street: 'Bema 4', town: 'Halinów' },
  jablonska: { name: 'Marta Jabłońska', number: '691 204 556', street: 'Okuniewska 118', town: 'Halinów' },
  baran: { name: 'Krzysztof Baran', number: '22 760 41 18', street: 'Polna 9', town: 'Długa Kościelna' },
  malec: { name: 'Irena Malec', number: '513 447 902', street: 'Warszawska 61', town: 'Halinów' },
  zieba: { name: 'Ludwik Zięba', number: '606 918 273', street: 'Piłsudskiego 15', town: 'Halinów' },
  lis: { name: 'Barbara Lis', number: '664 508 219', street: 'Mickiewicza 8', town: 'Halinów' },
  kos: { name: 'Grażyna Kos-Nowak', number: '785 330 614', street: 'Józefin 22', town: 'Józefin' },
} as const;
export type Citizen = keyof typeof citizens;

export const e164 = (number: string): string => `+48${number.replaceAll(' ', '')}`;

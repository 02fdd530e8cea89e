/** How people come into a console in which nobody is yet: by links that work once, with a password and a second factor. */
import type { Browser } from 'playwright-core';
import { fromBase32, hotp, stepAt } from '../../../src/accounts/totp.js';
import { pageOf } from './browser.js';
import { Newcomer } from './newcomer.js';

export interface Hired {
  readonly name: string;
  readonly login: string;
  /** The role as it is called on the screen. */
  readonly role: string;
}

const passwordOf = (login: string): string => `zielony rower pod lipą ${login}`;

export class FirstDay {
  constructor(
    private readonly browser: Browser,
    readonly url: string,
  ) {}

  /** A browser of one's own, at an address that one was given. */
  async at(address: string): Promise<Newcomer> {
    const page = await pageOf(this.browser, this.url);
    await page.goto(address);
    return new Newcomer(page);
  }

  async firstAdministrator(link: string, { name, login }: Omit<Hired, 'role'>): Promise<Newcomer> {
    const person = await this.at(link);
    await person.isOn('Pierwszy administrator');
    await person.enters({ 'Imię i nazwisko': name, 'Nazwa użytkownika': login, Hasło: passwordOf(login) });
    await person.press('Zapisz hasło');
    await this.#logIn(person, login, true);
    return person;
  }

  /** The administrator makes the account and hands over the link. `waits`: the role is for the Secretary to confirm. */
  async hire(administrator: Newcomer, { name, login, role }: Hired, waits = false): Promise<string> {
    await administrator.follow('Konta');
    await administrator.press('Nowe konto');
    const window = administrator.inWindow('Nowe konto');
    await window.enters({ 'Imię i nazwisko': name, 'Nazwa użytkownika': login });
    await window.tick(role);
    await window.press('Zapisz');
    if (waits) {
      await window.reads(/czeka na potwierdzenie Sekretarza/);
      await window.press('Zamknij');
    }
    await administrator.inRow(name).press('Odnośnik do hasła');
    await administrator.reads('Przekaż ten odnośnik osobiście');
    const link = /https?:\S+\/link#\S+/.exec(await administrator.inWindow('Odnośnik do hasła').text())?.[0] ?? '';
    await administrator.inWindow('Odnośnik do hasła').press('Zamknij');
    return link;
  }

  /** By the link; `factor`: the role asks for a second one. */
  async comesIn(link: string, { login }: Hired, factor: boolean): Promise<Newcomer> {
    const person = await this.at(link);
    await person.isOn('Nowe hasło');
    await person.enters({ Hasło: passwordOf(login) });
    await person.press('Zapisz hasło');
    await this.#logIn(person, login, factor);
    return person;
  }

  /** By the page for it, for the first time in a role that asks for a second factor. */
  async logsIn({ login }: Hired): Promise<Newcomer> {
    const person = await this.at(this.url);
    await this.#logIn(person, login, true);
    return person;
  }

  async #logIn(person: Newcomer, login: string, factor: boolean): Promise<void> {
    await person.isOn('Logowanie');
    await person.enters({ 'Nazwa użytkownika': login, Hasło: passwordOf(login) });
    await person.press('Zaloguj');
    if (factor) await secondFactor(person);
    await person.isOn('Dzisiaj');
  }
}

async function secondFactor(person: Newcomer): Promise<void> {
  await person.isOn('Drugi składnik logowania');
  await person.reads('Sześć cyfr z aplikacji');
  const key = /klucz: ((?:[A-Z2-7]{4}\s?){8})/.exec(await person.text())?.[1]?.replaceAll(/\s/g, '') ?? '';
  await person.enters({ 'Sześć cyfr z aplikacji': hotp(fromBase32(key), stepAt(Date.now())) });
  await person.press('Potwierdź');
  await person.isOn('Kody zapasowe');
  await person.press('Mam je, dalej');
  await person.isOn('Dzisiaj');
}

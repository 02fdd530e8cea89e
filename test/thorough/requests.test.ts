/** The access request in Chromium: each of its people finds the way by visible names, from filing to the protocol; axe and 320 px at each page. */
import { expect } from 'chai';
import type { Role } from '../../src/accounts/roles.js';
import { expectWellMade } from '../support/console/browser.js';
import { inBrowsers, type Browsers } from '../support/console/browsers.js';
import type { Newcomer } from '../support/console/newcomer.js';
import type { RequestPeople } from '../support/console/request-people.js';

describe('an access request in the browser', function () {
  this.timeout(240_000);
  let browsers: Browsers;
  let office: RequestPeople;
  before(async () => {
    browsers = await inBrowsers();
    office = browsers.people;
  });
  after(() => browsers.close());

  /** Somebody's browser on their inbox. */
  const as = (role: Role): Promise<Newcomer> => browsers.at(role, 'Czeka na mnie');

  const wellMade = ({ page }: Newcomer, name: string): Promise<void> => expectWellMade(page, name);

  it('goes from the front office to a protocol through five browsers', async () => {
    const front = await as('front_office');
    await front.reads('Teraz nic na Ciebie nie czeka.');
    await wellMade(front, 'inbox-empty');
    await front.follow('Wnioski');
    await front.reads('Nie ma żadnego wniosku.');
    await front.follow('Przyjmij wniosek');
    await front.isOn('Przyjęcie wniosku');
    await wellMade(front, 'request-new');
    await front.enters({
      'Data wpływu': '2026-01-05',
      'Imię i nazwisko': 'Żaneta Świątek-Łoś',
      'Ulica i numer': 'Spółdzielcza 1',
      'Kod pocztowy': '05-074',
      Miejscowość: 'Halinów',
      'Numer telefonu': '600 100 200',
      'Data rozmowy': '2026-01-05',
      'Czego dotyczyła rozmowa': 'Odpis aktu',
      'Cel odsłuchania': 'Skarga',
    });
    await front.tick(/Wnioskodawca oświadcza/);
    await front.tick('Wniosek jest podpisany');
    await front.press('Przyjmij wniosek');
    await front.reads('Potwierdzenie złożenia wniosku (PDF)');
    await front.tick(/600.100.200/);
    await front.enters({ 'Jak sprawdzono udział w rozmowie': 'oświadczenie i dowód osobisty' });
    await wellMade(front, 'request-match');
    await front.press('Wskaż rozmowę i poproś o opinie');
    await front.reads(/w opiniowaniu/);

    for (const role of ['dpo', 'unit_head'] as const) {
      const person = await browsers.opens(role, /Wydaj opinię/);
      await person.enters({ Uzasadnienie: 'brak zastrzeżeń' });
      await person.press('Wydaj opinię');
      await person.reads('Teraz nie masz tu nic do zrobienia.');
      await person.page.context().close();
    }
    const secretary = await browsers.opens('secretary', /Zdecyduj: wyznacz termin/);
    await secretary.enters({ 'Dzień i godzina odsłuchu': '2026-01-06T09:00', Miejsce: 'pokój 12' });
    await secretary.tick('Osoba staff');
    await wellMade(secretary, 'request-decide');
    await secretary.press('Zapisz termin i przygotuj zawiadomienie');
    await secretary.reads('Zawiadomienie o terminie odsłuchu (PDF)');
    await wellMade(secretary, 'request-approved');

    await office.nextDay();
    const staff = await browsers.opens('staff', /Poprowadź odsłuch/);
    await staff.enters({ 'Jak potwierdzono tożsamość wnioskodawcy': 'dowód osobisty okazany' });
    await staff.press('Rozpocznij odsłuch');
    await staff.reads('odsłuch trwa');
    await staff.press(/^Otwórz nagranie rozmowy z/);
    await staff.reads('Głośność rozmówcy');
    await staff.press('Potwierdzam protokół');
    await staff.reads(/^potwierdza$/);
    await wellMade(staff, 'session');
    await staff.enters({ 'Uwagi do protokołu': 'bez uwag' });
    await staff.press('Zakończ odsłuch i sporządź protokół');
    await staff.reads('Protokół odsłuchu (PDF)');
    await wellMade(staff, 'request-completed');
    const actions = (await office.whole.events('request')).map(({ action }) => action);
    const steps = ['file', 'match', 'give-opinion', 'approve', 'open-session', 'confirm-protocol', 'close-session'];
    for (const action of steps) expect(actions).to.include(action);
  });
});

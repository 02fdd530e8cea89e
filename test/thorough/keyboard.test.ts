/** The whole of an access request without a mouse, from the form to the protocol; and no page from which Tab leads nowhere. */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { Role } from '../../src/accounts/roles.js';
import { pageOf, startBrowser } from '../support/console/browser.js';
import { Keyboard } from '../support/console/keyboard.js';
import { RequestPeople } from '../support/console/request-people.js';
import { RedisStand } from '../support/console/stand.js';
import { until } from '../support/until.js';

describe('by the keyboard alone', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let office: RequestPeople;
  let browser: Browser;
  let url: string;
  before(async () => {
    redis = await RedisStand.start();
    office = await RequestPeople.open(redis);
    url = await office.whole.listen();
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await office.close();
    await redis.close();
  });

  async function as(role: Role): Promise<Keyboard> {
    const page = await pageOf(browser, url, office.visitors[role]);
    await page.goto(url);
    await page.getByRole('heading', { name: 'Dzisiaj' }).waitFor();
    return new Keyboard(page);
  }

  const says = ({ page }: Keyboard, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const isOn = ({ page }: Keyboard, title: string | RegExp): Promise<void> =>
    page.getByRole('heading', { level: 1, name: title }).waitFor();
  /** Where the focus is after a step was taken: at the title, from which one reads on. */
  const atTitle = ({ page }: Keyboard): Promise<unknown> =>
    page.waitForFunction('document.activeElement?.id === "title"');

  it('the first key leads past the menu to the content', async () => {
    const keys = await as('front_office');
    await keys.press('Tab');
    const stop = await keys.look();
    expect([stop.name, stop.shown, stop.inView]).to.deep.equal(['Przejdź do treści', true, true]);
    await keys.press('Enter');
    await keys.press('Tab');
    expect((await keys.look()).name).to.equal('Przyjmij wniosek');
    await keys.page.context().close();
  });

  it('a request goes from the form to the protocol', async () => {
    const front = await as('front_office');
    await front.enter('Przyjmij wniosek');
    await isOn(front, 'Przyjęcie wniosku');
    await front.to('O co wnosi');
    await front.press('ArrowDown');
    await front.press('ArrowUp');
    await front.date('Data wpływu', '2026-01-05');
    await front.type('Imię i nazwisko', 'Żaneta Świątek-Łoś');
    await front.type('Ulica i numer', 'Spółdzielcza 1');
    await front.type('Kod pocztowy', '05-074');
    await front.type('Miejscowość', 'Halinów');
    await front.type('Numer telefonu', '600 100 200');
    await front.date('Data rozmowy', '2026-01-05');
    await front.type('Czego dotyczyła rozmowa', 'Odpis aktu');
    await front.type('Cel odsłuchania', 'Skarga');
    await front.tick('Wnioskodawca oświadcza, że brał udział w rozmowie');
    await front.tick('Wniosek jest podpisany');
    await front.enter('Przyjmij wniosek');
    await isOn(front, /^Wniosek nr/);
    await front.tick(/600.100.200/);
    await front.type('Jak sprawdzono udział w rozmowie', 'oświadczenie i dowód osobisty');
    await front.enter('Wskaż rozmowę i poproś o opinie');
    await says(front, /w opiniowaniu/);
    await atTitle(front);

    for (const role of ['dpo', 'unit_head'] as const) {
      const keys = await as(role);
      await keys.enter(/^Wydaj opinię/);
      await isOn(keys, /^Wniosek nr/);
      await keys.type('Uzasadnienie', 'brak zastrzeżeń');
      await keys.enter('Wydaj opinię');
      await says(keys, 'Teraz nie masz tu nic do zrobienia.');
      await atTitle(keys);
      await keys.page.context().close();
    }

    const secretary = await as('secretary');
    await secretary.enter(/^Zdecyduj/);
    await isOn(secretary, /^Wniosek nr/);
    await secretary.date('Dzień i godzina odsłuchu', '2026-01-06T09:00');
    await secretary.type('Miejsce', 'pokój 12');
    await secretary.tick('Osoba staff');
    await secretary.enter('Zapisz termin i przygotuj zawiadomienie');
    await says(secretary, 'Zawiadomienie o terminie odsłuchu (PDF)');
    await atTitle(secretary);

    await office.nextDay();
    const staff = await as('staff');
    await staff.enter(/^Poprowadź odsłuch/);
    await isOn(staff, /^Wniosek nr/);
    await staff.type('Jak potwierdzono tożsamość wnioskodawcy', 'dowód osobisty okazany');
    await staff.enter('Rozpocznij odsłuch');
    await says(staff, 'odsłuch trwa');
    await staff.enter(/^Otwórz nagranie rozmowy z/);
    await staff.page.waitForFunction('document.activeElement?.textContent === "Odtwórz"');
    await staff.press('Shift+Tab');
    expect((await staff.look()).name).to.equal('Miejsce w nagraniu');
    const isAt = (seconds: number): Promise<unknown> =>
      staff.page.waitForFunction(`document.activeElement.getAttribute("aria-valuenow") === "${seconds}"`);
    await staff.press('ArrowRight');
    await isAt(5);
    await staff.press('Home');
    await isAt(0);
    await staff.enter('Potwierdzam protokół');
    await says(staff, /^potwierdza$/);
    await staff.type('Uwagi do protokołu', 'bez uwag');
    await staff.enter('Zakończ odsłuch i sporządź protokół');
    await says(staff, 'Protokół odsłuchu (PDF)');
    await atTitle(staff);
  });

  it('no page keeps the focus, hides it, or leads it up and down', async () => {
    const page = await pageOf(browser, url, office.visitors.administrator);
    for (const path of ['/', '/calls', `/calls/${office.call}`, '/accounts', '/handsets', '/quota', '/me']) {
      await page.goto(url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Wczytywanie…').first().waitFor({ state: 'hidden' });
      const stops = await new Keyboard(page).walk();
      expect(stops.length, path).to.be.greaterThan(8);
      expect(
        stops.filter(({ shown }) => !shown).map(({ name }) => name),
        `${path}: not shown`,
      ).to.deep.equal([]);
      expect(
        stops.filter(({ inView }) => !inView).map(({ name }) => name),
        `${path}: out of view`,
      ).to.deep.equal([]);
      expect(
        stops.filter(({ onwards }) => !onwards).map(({ name }) => name),
        `${path}: back`,
      ).to.deep.equal([]);
    }
    await page.context().close();
  });

  /**
   * Goes on by `step`, and types in the first field that is shown in a form so found as soon as it is in the page, before it is painted:
   * on a busy machine a person is as quick. Gives what has the focus then, and what stands in the field when all is quiet.
   */
  async function typesAtOnce({ page }: Keyboard, form: string, step: () => Promise<void>): Promise<[string, string]> {
    await page.evaluate(`void (window.halinaTyped = new Promise((done) => new MutationObserver((_, seen) => {
      const field = document.querySelector('${form} :is(input[type=text], textarea)');
      if (!field?.checkVisibility()) return;
      seen.disconnect();
      const focused = document.activeElement.id;
      field.value = 'halina';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      // What waits for the page to be painted has come after two frames.
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done([focused, field.value]), 100)));
    }).observe(document.body, { childList: true, subtree: true })))`);
    await step();
    return page.evaluate<[string, string]>('halinaTyped');
  }

  it('a key that is pressed as soon as a page is there is not lost', async () => {
    const keys = await as('administrator');
    const [title, typed] = ['title', 'halina'];
    expect(await typesAtOnce(keys, 'form[role=search]', () => keys.enter('Rozmowy'))).to.deep.equal([title, typed]);
    await office.filed();
    const front = await as('front_office');
    const request = async (): Promise<void> => {
      await front.enter('Wnioski');
      await front.enter(/^\d+.2026$/); // the newest
    };
    expect(await typesAtOnce(front, 'main form', request)).to.deep.equal([title, typed]);
    for (const { page } of [keys, front]) await page.context().close();
  });

  it('a window takes the focus, gives it back, and is left by Escape', async () => {
    const page = await pageOf(browser, url, office.visitors.administrator);
    await page.goto(`${url}/accounts`);
    const keys = new Keyboard(page);
    await page.getByRole('button', { name: 'Nowe konto' }).waitFor();
    await keys.enter('Nowe konto');
    const window = page.getByRole('dialog', { name: 'Nowe konto' });
    await window.waitFor();
    expect(await page.evaluate('document.activeElement.closest("dialog") !== null')).to.equal(true);
    await keys.press('Escape');
    await window.waitFor({ state: 'hidden' });
    await until('the button has the focus again', async () => (await keys.look()).name === 'Nowe konto');
    await page.context().close();
  });
});

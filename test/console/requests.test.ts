/** The access request in Chromium: each of its people finds the way by visible names, from filing to the protocol. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Role } from '../../src/accounts/roles.js';
import { RequestPeople } from '../support/console/request-people.js';
import { RedisStand } from '../support/console/stand.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env['HALINA_PICTURES'];

describe('an access request in the browser', function () {
  this.timeout(240_000);
  let redis: RedisStand;
  let office: RequestPeople;
  let browser: Browser;
  let url: string;
  before(async () => {
    redis = await RedisStand.start();
    office = await RequestPeople.open(redis);
    url = await office.whole.listen();
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  });
  after(async () => {
    await browser.close();
    await office.close();
    await redis.close();
  });

  /** Somebody's browser on their inbox. */
  async function as(role: Role): Promise<Page> {
    const context = await browser.newContext({ bypassCSP: true, locale: 'pl', timezoneId: 'Europe/Warsaw' });
    const [name = '', value = ''] = office.visitors[role].cookie.split('=');
    const https = url.replace('http:', 'https:');
    await context.addCookies([{ name, value, url: https, secure: true, httpOnly: true, sameSite: 'Strict' }]);
    const page = await context.newPage();
    await page.goto(`${url}/inbox`);
    await page.waitForSelector('#inbox');
    return page;
  }

  /** Nothing that axe sees, nothing wider than 320 px; a picture where one is asked for. */
  async function wellMade(page: Page, name: string): Promise<void> {
    await page.evaluate(axe);
    const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(
      found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
      name,
    ).to.deep.equal([]);
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(wide, `${name} at 320 px`).to.be.at.most(0);
    await page.setViewportSize({ width: 1280, height: 900 });
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  }

  async function opens(role: Role, task: RegExp): Promise<Page> {
    const page = await as(role);
    await page.getByRole('link', { name: task }).click();
    await page.waitForSelector('#facts');
    return page;
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
  const says = (page: Page, text: string) => page.getByText(text).first().waitFor();

  it('goes from the front office to a protocol through five browsers', async () => {
    const front = await as('front_office');
    await wellMade(front, 'inbox-empty');
    await front.getByRole('link', { name: 'Wnioski', exact: true }).click();
    await front.waitForSelector('#requests');
    await front.getByRole('link', { name: 'Przyjmij wniosek' }).click();
    await front.waitForSelector('#form');
    await wellMade(front, 'request-new');
    const fields = {
      'Data wpływu': '2026-01-05',
      'Imię i nazwisko': 'Żaneta Świątek-Łoś',
      'Ulica i numer': 'Spółdzielcza 1',
      'Kod pocztowy': '05-074',
      Miejscowość: 'Halinów',
      'Numer telefonu': '600 100 200',
      'Data rozmowy': '2026-01-05',
      'Czego dotyczyła rozmowa': 'Odpis aktu',
      'Cel odsłuchania': 'Skarga',
    };
    for (const [label, value] of Object.entries(fields)) await front.getByLabel(label, { exact: true }).fill(value);
    await front.getByLabel('Wnioskodawca oświadcza').check();
    await front.getByLabel('Wniosek jest podpisany').check();
    await press(front, 'Przyjmij wniosek');
    await says(front, 'Potwierdzenie złożenia wniosku (PDF)');
    await front.getByLabel('+48600100200').check();
    await front.getByLabel('Jak sprawdzono udział w rozmowie').fill('oświadczenie i dowód osobisty');
    await wellMade(front, 'request-match');
    await press(front, 'Wskaż rozmowę i poproś o opinie');
    await says(front, 'w opiniowaniu');

    for (const role of ['dpo', 'unit_head'] as const) {
      const page = await opens(role, /Wydaj opinię/);
      await page.getByLabel('Uzasadnienie').fill('brak zastrzeżeń');
      await press(page, 'Wydaj opinię');
      await says(page, 'nie ma tu nic do zrobienia');
      await page.context().close();
    }
    const secretary = await opens('secretary', /Zdecyduj: wyznacz termin/);
    await secretary.getByLabel('Dzień i godzina odsłuchu').fill('2026-01-06T09:00');
    await secretary.getByLabel('Miejsce', { exact: true }).fill('pokój 12');
    await secretary.getByLabel('Osoba staff').check();
    await wellMade(secretary, 'request-decide');
    await press(secretary, 'Zapisz termin i przygotuj zawiadomienie');
    await says(secretary, 'Zawiadomienie o terminie odsłuchu (PDF)');
    await wellMade(secretary, 'request-approved');

    await office.nextDay();
    const staff = await opens('staff', /Poprowadź odsłuch/);
    await staff.getByLabel('Jak potwierdzono tożsamość wnioskodawcy').fill('dowód osobisty okazany');
    await press(staff, 'Rozpocznij odsłuch');
    await says(staff, 'odsłuch trwa');
    await press(staff, 'Otwórz nagranie rozmowy z');
    await staff.waitForSelector('.player');
    await press(staff, 'Potwierdzam protokół');
    await wellMade(staff, 'session');
    await staff.getByLabel('Uwagi do protokołu').fill('bez uwag');
    await press(staff, 'Zakończ odsłuch i sporządź protokół');
    await says(staff, 'Protokół odsłuchu (PDF)');
    await wellMade(staff, 'request-completed');
    const actions = (await office.whole.events('request')).map(({ action }) => action);
    for (const action of [
      'file',
      'match',
      'give-opinion',
      'approve',
      'open-session',
      'confirm-protocol',
      'close-session',
    ])
      expect(actions).to.include(action);
  });
});

/** The routing page in Chromium: what is typed is in the draft, mistakes stand at their fields, nothing is lost unasked. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectWellMade, pageOf, startBrowser } from '../support/console/browser.js';
import { Newcomer } from '../support/console/newcomer.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

describe('the draft of the routing', function () {
  this.timeout(120_000);
  let redis: RedisStand;
  let whole: Whole;
  let browser: Browser;
  let page: Page;
  let person: Newcomer;
  let url: string;
  let admin: string;
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    admin = await whole.account('admin', 'administrator');
    url = await whole.listen();
    browser = await startBrowser();
    page = await pageOf(browser, url, await whole.visitor(admin));
    person = new Newcomer(page);
  });
  after(async () => {
    await browser.close();
    await whole.close();
    await redis.close();
  });
  beforeEach(async () => {
    await page.goto(`${url}/routing`);
    await person.reads('Nie ma zmian do zapisania');
  });

  const saved = async (): Promise<string> =>
    (await whole.ask('GET', '/routing', await whole.visitor(admin)))
      .json<{ sections: { name: string; text: string }[] }>()
      .sections.map(({ text }) => text)
      .join('\n');

  it('tells of a mistake at its field, previews what is typed, and saves it in one step', async () => {
    await person.enters({ Wtorek: 'rano', 'Wybrany numer': '+48227836000', 'Dzień i godzina': '2026-03-10T10:00' });
    await person.reads('„rano” to nie są godziny. Napisz na przykład 08:00-16:00.');
    await person.press('Zapisz');
    expect(await page.evaluate('document.activeElement.value'), 'the field has the focus').to.equal('rano');
    await expectWellMade(page, 'with a mistake');
    await person.enters({ Wtorek: '9-15' });
    await person.press('Sprawdź');
    await person.reads('Ze zmianami, których jeszcze nie zapisano.');
    // Saved although the last letters have just been typed.
    await person.enters({ Wtorek: '9-17' });
    await person.press('Zapisz');
    await person.reads('Zapisano. Zmiana działa od następnej rozmowy.');
    expect(await saved()).to.match(/tue: \["9:00-17:00"\]/);
    expect(await page.getByLabel('Wtorek', { exact: true }).inputValue()).to.equal('09:00-17:00');
  });

  it('asks for what an entry lacks only when it is to be saved', async () => {
    await person.press('Dodaj numer');
    await person.reads('Niezapisane zmiany: popraw albo uzupełnij pola');
    await person.doesNotRead('Wypełnij to pole.');
    await person.press('Zapisz');
    await person.reads('Wypełnij to pole.');
    await person.press('Cofnij zmiany');
    await person.reads('Nie ma zmian do zapisania');
    await person.doesNotRead('Wypełnij to pole.');
  });

  it('has a new queue, and then a menu that leads to it', async () => {
    const queues = person.within('Kolejki');
    await queues.press('Dodaj kolejkę');
    await queues.enters({ 'Nazwa kolejki 1': 'biuro', 'Które aparaty dzwonią': '201', 'Ile osób może czekać': '0' });
    await person.reads('Wpisz liczbę całkowitą 1–999.');
    await queues.enters({ 'Ile osób może czekać': '7' });
    await person.press('Zapisz');
    await person.reads('Zapisano. Zmiana działa od następnej rozmowy.');
    const menus = person.within('Zapowiedzi z wyborem klawiszem');
    await menus.press('Dodaj zapowiedź');
    await menus.enters({ 'Nazwa zapowiedzi 1': 'powitanie', 'Numery wewnętrzne (bez klawisza)': '201' });
    await menus.choose('Dokąd prowadzi klawisz 1', 'kolejka');
    await menus.choose('Która kolejka (klawisz 1)', 'biuro');
    await expectWellMade(page, 'with a menu and a queue');
    await person.press('Zapisz');
    await person.reads('Zapisano. Zmiana działa od następnej rozmowy.');
    expect(await saved())
      .to.contain('maxLength: 7')
      .and.match(/"1":\s+queue: biuro/);
  });

  it('warns before it is lost: by a link, by the way back, by closing the tab', async () => {
    await person.follow('Aparaty');
    await person.isOn('Aparaty');
    await person.follow('Kierowanie rozmów');
    await person.enters({ Środa: '10-12' });
    await person.reads('Niezapisane zmiany');
    const asked = person.inWindow('Masz niezapisane zmiany');
    for (const leave of [() => person.follow('Aparaty'), () => page.goBack(), () => person.press('Wyloguj')]) {
      await leave();
      await asked.press('Zostań na stronie');
      await person.isOn('Kierowanie rozmów');
      expect(new URL(page.url()).pathname).to.equal('/routing');
      expect(await page.getByLabel('Środa', { exact: true }).inputValue()).to.equal('10-12');
    }
    const closing = page.waitForEvent('dialog');
    const loading = page.reload();
    const question = await closing;
    expect(question.type()).to.equal('beforeunload');
    await Promise.all([question.accept(), loading]);
    await person.reads('Nie ma zmian do zapisania');
    await person.enters({ Środa: '10-12' });
    await person.reads('Niezapisane zmiany');
    await person.follow('Aparaty');
    await asked.press('Opuść bez zapisywania');
    await person.isOn('Aparaty');
    expect(await saved()).not.to.contain('wed:');
  });

  it('has no form for what was changed as text', async () => {
    await person.unfold('Godziny pracy');
    const text = page.getByLabel('Godziny pracy (schedules)');
    await text.fill((await text.inputValue()).replace('08:00', '07:00'));
    await person.within('Godziny pracy').reads('Tę część zmieniono niżej, jako tekst.');
    await person.press('Zapisz');
    await person.reads('Zapisano. Zmiana działa od następnej rozmowy.');
    expect(await page.getByLabel('Poniedziałek', { exact: true }).inputValue()).to.equal('07:00-16:00');
  });
});

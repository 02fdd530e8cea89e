/**
 * A disclosure to an authority in Chromium, from its letter to the protocol of the hand-over: three people find the way by visible
 * names; axe and 320 px at each page.
 */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { inBrowsers, type Browsers } from '../support/console/browsers.js';
import { expectWellMade } from '../support/console/browser.js';
import { pdfFacts, pdfText } from '../support/pdf.js';

describe('a disclosure to an authority in the browser', function () {
  this.timeout(180_000);
  let office: Browsers;
  before(async () => void (office = await inBrowsers()));
  after(() => office.close());

  it('goes from the letter to the protocol through three browsers', async () => {
    const administrator = await office.at('administrator', 'Dzisiaj');
    await administrator.follow('Rozmowy');
    await administrator.inRow(/600.100.200/).follow(/^05\.01\.2026/);
    await administrator.isOn('Rozmowa');
    await administrator.follow('Udostępnij organowi');
    await administrator.isOn('Nowe udostępnienie organowi');
    await administrator.enters({
      Organ: 'Prokuratura Rejonowa w Mińsku Mazowieckim',
      'Znak pisma organu': 'PR 1 Ds. 7.2026',
      'Data wpływu': '2026-01-05',
      'Podstawa prawna': 'art. 217 § 1 k.p.k.',
      Zakres: 'Nagranie jednej rozmowy z groźbami',
    });
    await expectWellMade(administrator.page, 'disclosure-new');
    await administrator.press('Zarejestruj udostępnienie');
    await administrator.isOn('Udostępnienie nr U1/2026');
    await administrator.reads('Sprawdź organ, podstawę prawną i zakres.');
    await administrator.enters({
      'Co ustalono o organie, podstawie prawnej i zakresie': 'Podpis prokuratora sprawdzono.',
    });
    await expectWellMade(administrator.page, 'disclosure-check');
    await administrator.press('Sprawdzono: przekaż do decyzji');
    await administrator.reads('Stan: sprawdzone, czeka na decyzję Sekretarza');

    const officer = await office.at('dpo', 'Czeka na mnie');
    await officer.follow(/Wydaj opinię/);
    await officer.reads('Podpis prokuratora sprawdzono.');
    await officer.enters({ Uzasadnienie: 'Zakres wynika z postanowienia.' });
    await officer.press('Wydaj opinię');
    await officer.reads('za: Zakres wynika z postanowienia.');

    const secretary = await office.at('secretary', 'Czeka na mnie');
    await secretary.follow(/Zdecyduj: wyraź zgodę albo odmów/);
    await secretary.reads('za: Zakres wynika z postanowienia.');
    await secretary.reads('Podpis prokuratora sprawdzono.');
    await expectWellMade(secretary.page, 'disclosure-decide');
    await secretary.press('Wyraź zgodę na udostępnienie');
    await secretary.reads('Stan: zgoda Sekretarza, do przekazania');
    await secretary.reads('Teraz nie masz tu nic do zrobienia.');

    await administrator.follow('Czeka na mnie');
    await administrator.follow(/Zapieczętuj nagrania/);
    await administrator.press('Zapieczętuj nagrania');
    await administrator.reads('Pobierz zapieczętowany plik (ZIP)');
    const sealed = await administrator.takes('Pobierz zapieczętowany plik (ZIP)');
    const sum = createHash('sha256').update(sealed).digest('hex');
    await administrator.reads(sum);
    await administrator.enters({ 'Komu przekazano': 'asp. Jan Kos', Pokwitowanie: 'pokwitowanie nr 3' });
    await expectWellMade(administrator.page, 'disclosure-sealed');
    await administrator.press('Odnotuj przekazanie');
    await administrator.reads('Protokół przekazania (PDF)');
    await administrator.doesNotRead('Pobierz zapieczętowany plik (ZIP)');
    await expectWellMade(administrator.page, 'disclosure-over');
    const protocol = await administrator.takes('Protokół przekazania (PDF)');
    const said = ['Prokuratura Rejonowa w Mińsku Mazowieckim', 'PR 1 Ds. 7.2026', 'asp. Jan Kos', 'pokwitowanie nr 3', 'Zakres wynika z postanowienia', 'Podpis prokuratora sprawdzono']; // prettier-ignore
    for (const one of said) expect(pdfText(protocol)).to.include(one);
    expect(pdfText(protocol).replaceAll(/\s/g, '')).to.include(sum);
    expect(pdfFacts(protocol)).to.deep.include({ tagged: true, embedded: true });

    const actions = (await office.people.whole.events('disclosure')).map(({ action }) => action);
    expect(actions).to.include.members(['file', 'check', 'give-opinion', 'approve', 'seal', 'downloaded', 'hand-over']);
  });
});

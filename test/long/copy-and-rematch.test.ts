/** Two other ways of a request in Chromium, by visible names: the copy of GDPR 15 with a part cut out, and calls named anew. */
import { expect } from 'chai';
import { expectWellMade } from '../support/console/browser.js';
import { inBrowsers, type Browsers } from '../support/console/browsers.js';
import { pdfText } from '../support/pdf.js';

describe('a request in the browser', function () {
  this.timeout(180_000);
  let office: Browsers;
  beforeEach(async () => void (office = await inBrowsers()));
  afterEach(() => office.close());

  it('of art. 15 ends with a copy without the parts of others, made by the Secretary and handed over', async () => {
    const { people } = office;
    await people.whole.authorise(people.ids.secretary);
    const id = await people.filed({}, 'art15');
    await people.matched(id);
    await people.opinions(id);

    const secretary = await office.opens('secretary', /kopi/);
    await secretary.press('Wytnij fragment');
    await secretary.enters({ 'Od (m:ss)': '0:05', 'Do (m:ss)': '0:02' });
    await secretary.press('Wydaj zgodę');
    await secretary.reads('Popraw czasy fragmentów: od i do jako minuty:sekundy.');
    await secretary.enters({ 'Od (m:ss)': '0:02', 'Do (m:ss)': '0:05' });
    await expectWellMade(secretary.page, 'copy-approve');
    await secretary.press('Wydaj zgodę');
    await secretary.reads('Kopii jeszcze nie przygotowano: robi to Sekretarz.');
    await secretary.reads('Przygotuj kopię nagrania.');
    await secretary.press('Przygotuj kopię');
    await secretary.reads('Pobierz kopię (ZIP)');
    await expectWellMade(secretary.page, 'copy-made');
    const file = (await secretary.takes('Pobierz kopię (ZIP)')).toString('latin1');
    expect(file).to.include('"cuts":[{').and.include('"fromMs":2000').and.include('"toMs":5000');
    const letter = pdfText(await secretary.takes('Pismo przewodnie do kopii (PDF)'));
    expect(letter).to.include('Żaneta Świątek-Łoś');

    const front = await office.opens('front_office', /kopi/);
    await front.enters({ 'Komu i jak wydano': 'osobiście, dowód okazany' });
    await front.press('Odnotuj wydanie kopii');
    await front.reads('Kopię wydano; plik usunięto.');
    await expectWellMade(front.page, 'copy-over');
    expect(people.whole.call.holds.held, 'held no longer').to.deep.equal([]);
  });

  it('is matched again by staff: the Secretary has no decision to take until the opinions are given anew', async () => {
    const { people } = office;
    const id = await people.filed();
    await people.matched(id);
    await people.opinions(id);

    const staff = await office.at('staff', 'Wnioski', 'Wnioski o udostępnienie nagrania');
    await staff.inRow('Żaneta Świątek-Łoś').follow(/\/2026$/);
    await staff.reads('Stan: czeka na decyzję');
    await staff.unfold('Dopasuj ponownie');
    await staff.reads(/Dotychczasowe zabezpieczenia zostaną zwolnione, a opinie wydane od nowa/);
    await staff.tick(/600.100.200/);
    await staff.enters({ 'Jak sprawdzono udział w rozmowie': 'ponowna rozmowa z wnioskodawczynią' });
    await expectWellMade(staff.page, 'rematch');
    await staff.press('Wskaż rozmowę i poproś o opinie');
    await staff.reads('Stan: w opiniowaniu');
    expect(people.whole.call.holds.held, 'held again').to.deep.equal([people.call]);

    const secretary = await office.at('secretary', 'Czeka na mnie');
    await secretary.reads('Teraz nic na Ciebie nie czeka.');
    for (const role of ['dpo', 'unit_head'] as const) {
      const person = await office.opens(role, /Wydaj opinię/);
      await person.enters({ Uzasadnienie: 'bez zmian' });
      await person.press('Wydaj opinię');
      await person.reads('Teraz nie masz tu nic do zrobienia.');
    }
    await secretary.follow('Dzisiaj');
    await secretary.isOn('Dzisiaj');
    await secretary.follow('Czeka na mnie');
    await secretary.reads(/Zdecyduj: wyznacz termin/);
  });
});

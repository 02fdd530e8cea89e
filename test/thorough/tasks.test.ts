/**
 * Five tasks for each role, as one would ask a newcomer, done by what is written on the screen alone. The office is the one of
 * the pictures (test/support/console/seed): what one has done the next goes on with.
 */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { pageOf, startBrowser } from '../support/console/browser.js';
import { Newcomer } from '../support/console/newcomer.js';
import { seededOffice } from '../support/console/seed/story.js';
import type { SeededOffice } from '../support/console/seed/office.js';
import type { Who } from '../support/console/seed/people.js';
import { RedisStand } from '../support/console/stand.js';
import { pdfText } from '../support/pdf.js';

describe('on the first day', function () {
  this.timeout(60_000);
  let redis: RedisStand;
  let office: SeededOffice;
  let browser: Browser;
  let url: string;
  before(async () => {
    redis = await RedisStand.start();
    office = await seededOffice(redis);
    url = await office.whole.listen();
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await office.close();
    await redis.close();
  });

  type Task = readonly [asked: string, done: (person: Newcomer) => Promise<void>];

  /** Each begins at the first page, logged in. */
  function tasks(who: Who, title: string, all: readonly Task[]): void {
    describe(title, () => {
      for (const [asked, done] of all)
        it(asked, async () => {
          const page = await pageOf(browser, url, office.visitors[who]);
          await page.clock.setFixedTime(office.now);
          await page.goto(url);
          const person = new Newcomer(page);
          await person.isOn('Dzisiaj');
          await done(person);
          await page.context().close();
        });
    });
  }

  tasks('front_office', 'the front office', [
    [
      'A citizen stands here with a form; enter it and give a receipt.',
      async (person) => {
        await person.follow('Przyjmij wniosek');
        await person.enters({
          'Imię i nazwisko': 'Zofia Ćwik',
          'Ulica i numer': 'Leśna 3',
          'Kod pocztowy': '05-074',
          Miejscowość: 'Halinów',
          'Numer telefonu': '604 118 250',
          'Data rozmowy': '2026-03-09',
          'Czego dotyczyła rozmowa': 'Zaświadczenie o niezaleganiu',
          'Cel odsłuchania': 'Skarga',
        });
        await person.tick('Wnioskodawca oświadcza, że brał udział w rozmowie');
        await person.press('Przyjmij wniosek');
        await person.isOn(/^Wniosek nr/);
        const receipt = await person.takes('Potwierdzenie złożenia wniosku (PDF)');
        expect(pdfText(receipt)).to.include('Zofia Ćwik');
      },
    ],
    [
      'She forgot to sign it; write to her.',
      async (person) => {
        await person.follow('Wnioski');
        await person.inRow('Zofia Ćwik').follow(/\/2026$/);
        await person.reads('We wniosku brakuje: podpisu.');
        await person.unfold('Wezwij do uzupełnienia');
        await person.press('Przygotuj wezwanie');
        expect(pdfText(await person.takes('Wezwanie do uzupełnienia (PDF)'))).to.include('Braki podpis');
      },
    ],
    [
      'Mr Wójcik has brought his form, now signed.',
      async (person) => {
        await person.follow('Wnioski');
        await person.inRow('Stanisław Wójcik').follow(/\/2026$/);
        await person.tick('Wniosek jest podpisany');
        await person.press('Zapisz uzupełniony wniosek');
        await person.reads('Stan: przyjęty');
      },
    ],
    [
      'Find the call that Mrs Malec means.',
      async (person) => {
        await person.follow(/Irena Malec/);
        await person.tick(/513.447.902/);
        await person.enters({ 'Jak sprawdzono udział w rozmowie': 'oświadczenie i dowód osobisty' });
        await person.press('Wskaż rozmowę i poproś o opinie');
        await person.reads('Stan: w opiniowaniu');
      },
    ],
    [
      'The refusal for Mrs Kos-Nowak went out by post; note it.',
      async (person) => {
        await person.follow('Wnioski');
        await person.inRow('Grażyna Kos-Nowak').follow(/\/2026$/);
        const papers = person.within('Pisma');
        const letter = papers.inItem('Odmowa udostępnienia nagrania');
        await letter.unfold('Podpis i doręczenie');
        await letter.choose('Jak doręczono', 'poczta');
        await letter.enters({ 'Dowód doręczenia': 'RR 541 208 400 PL' });
        await letter.press('Wpisz doręczenie');
        await letter.reads(/doręczone 10 marca 2026/);
      },
    ],
  ]);

  tasks('dpo', 'the data-protection officer', [
    [
      'Your opinion on the request of Mrs Malec is asked: you have nothing against it.',
      async (person) => {
        await person.follow(/Irena Malec/);
        await person.choose('Opinia', 'za udostępnieniem');
        await person.enters({ Uzasadnienie: 'W rozmowie nie padają dane innych osób.' });
        await person.press('Wydaj opinię');
        await person.reads('Teraz nie masz tu nic do zrobienia.');
      },
    ],
    [
      'Has anybody tampered with the audit log?',
      async (person) => {
        await person.follow('Dziennik zdarzeń');
        await person.press('Sprawdź dziennik teraz');
        await person.reads('Dziennik jest nienaruszony');
      },
    ],
    [
      'Who has heard recordings this month?',
      async (person) => {
        await person.follow('Dziennik zdarzeń');
        await person.choose('Rodzaj zdarzenia', 'odtwarzanie');
        await person.inRow(/odsłuchano/).reads('Agnieszka Sikora');
      },
    ],
    [
      'Send the register of requests to the auditor as a table.',
      async (person) => {
        await person.follow('Rejestry i sprawozdania');
        await person.choose('Co', 'Rejestr wniosków');
        await person.reads('OR.1431.4.2026');
        expect((await person.takes('Pobierz CSV')).toString()).to.include('OR.1431.4.2026');
      },
    ],
    [
      'Print the record of processing.',
      async (person) => {
        await person.follow('Rejestry i sprawozdania');
        await person.choose('Co', 'Rejestr czynności przetwarzania');
        await person.within(/czynności przetwarzania/).reads(/nagra/i);
        expect(pdfText(await person.takes('Pobierz PDF'))).to.include('czynności przetwarzania');
      },
    ],
  ]);

  tasks('unit_head', 'the head of a unit', [
    [
      'Say that you are against letting Mr Baran hear the call, and why.',
      async (person) => {
        await person.follow(/Krzysztof Baran/);
        await person.choose('Opinia', 'przeciw udostępnieniu');
        await person.enters({ Uzasadnienie: 'Pracownica podała dane sąsiada.' });
        await person.press('Wydaj opinię');
        await person.reads('Teraz nie masz tu nic do zrobienia.');
      },
    ],
    [
      'Nothing against Mrs Malec.',
      async (person) => {
        await person.follow('Czeka na mnie');
        await person.follow(/Irena Malec/);
        await person.enters({ Uzasadnienie: 'Nie zgłaszam zastrzeżeń.' });
        await person.press('Wydaj opinię');
        await person.reads('Stan: czeka na decyzję Sekretarza');
      },
    ],
    [
      'Which requests concern your unit, and how far are they?',
      async (person) => {
        await person.follow('Wnioski');
        await person.inRow('Żaneta Świątek-Łoś').reads('odsłuch zakończony');
        await person.doesNotRead('Grażyna Kos-Nowak');
      },
    ],
    [
      'Read what you wrote to Mrs Malec once more.',
      async (person) => {
        await person.follow('Wnioski');
        await person.inRow('Irena Malec').follow(/\/2026$/);
        await person.within('Przebieg sprawy').reads('„Nie zgłaszam zastrzeżeń.”');
      },
    ],
    [
      'You share the desk with a guest from abroad: show it in English, and go home.',
      async (person) => {
        await person.press('English');
        await person.isOn('Today');
        await person.press('Log out');
        await person.isOn('Log in');
      },
    ],
  ]);

  tasks('secretary', 'the Secretary', [
    [
      'Mrs Lis may hear her call, on Thursday at nine in room 12, with Mrs Sikora.',
      async (person) => {
        await person.follow(/Barbara Lis/);
        await person.enters({ 'Dzień i godzina odsłuchu': '2026-03-12T09:00', Miejsce: 'pokój 12' });
        await person.tick('Agnieszka Sikora');
        await person.press('Zapisz termin i przygotuj zawiadomienie');
        const notice = pdfText(await person.takes('Zawiadomienie o terminie odsłuchu (PDF)'));
        expect(notice).to.include('12 marca 2026 r., godz. 09:00').and.include('Barbara Lis');
      },
    ],
    [
      'Refuse Mr Baran.',
      async (person) => {
        await person.follow(/Krzysztof Baran/);
        await person.unfold('Odmowa');
        await person.enters({ 'Uzasadnienie (§ 2 ust. 5)': 'W rozmowie podano dane innej osoby.' });
        await person.press('Odmów');
        await person.reads('Stan: odmowa');
        expect(pdfText(await person.takes('Odmowa udostępnienia nagrania (PDF)'))).to.include('Krzysztof Baran');
      },
    ],
    [
      'The administrator wants a recording erased. It must stay.',
      async (person) => {
        await person.follow('Do potwierdzenia');
        await person.reads('Usunięcie nagrania');
        await person.press('Odmawiam');
        await person.reads('Nic nie czeka na potwierdzenie.');
      },
    ],
    [
      'Mrs Sikora has a day off in April: Mr Borecki stands in for her.',
      async (person) => {
        await person.follow('Zastępstwa');
        await person.choose('Kto zastępuje', 'Paweł Borecki');
        await person.choose('Kogo', 'Agnieszka Sikora');
        await person.choose('W roli', 'wyznaczony pracownik');
        await person.enters({ Od: '2026-04-20', 'Do (włącznie)': '2026-04-20', Powód: 'Dzień wolny' });
        await person.press('Wyznacz');
        await person.reads(/Dzień wolny/);
      },
    ],
    [
      'The Mayor asks for the report of March on paper.',
      async (person) => {
        await person.follow('Rejestry i sprawozdania');
        await person.enters({ 'Miesiąc (rok-miesiąc)': '2026-03' });
        await person.reads('Okres: marzec 2026');
        expect(pdfText(await person.takes('Pobierz PDF'))).to.include('Agnieszka Sikora');
      },
    ],
  ]);

  tasks('staff', 'a designated employee', [
    [
      'Mr Zięba is here for half past ten: let him hear the call and write the protocol.',
      async (person) => {
        // What was heard comes to the server as late as it can: it is in the protocol all the same.
        let tell = (): void => {};
        const late = new Promise<void>((resolve) => (tell = resolve));
        await person.page.route('**/heard', async (route) => {
          await late;
          await route.continue();
        });
        await person.follow(/Ludwik Zięba/);
        await person.enters({ 'Jak potwierdzono tożsamość wnioskodawcy': 'dowód osobisty okazany' });
        await person.press('Rozpocznij odsłuch');
        await person.press(/^Otwórz nagranie rozmowy z/);
        await person.press('Odtwórz');
        await person.reads(/0:0[2-9] \//);
        await person.press('Zatrzymaj');
        await person.press('Potwierdzam protokół');
        await person.reads(/^potwierdza$/);
        await person.enters({ 'Uwagi do protokołu': 'Bez uwag.' });
        await person.press('Zakończ odsłuch i sporządź protokół');
        tell();
        const protocol = pdfText(await person.takes('Protokół odsłuchu (PDF)'));
        expect(protocol)
          .to.include('Ludwik Zięba')
          .and.match(/od 0:00 do 0:0[2-9]/);
      },
    ],
    [
      'Which calls did extension 211 take on 9 March?',
      async (person) => {
        await person.follow('Rozmowy');
        await person.enters({ 'Numer wewnętrzny': '211', 'Od dnia': '2026-03-09', 'Do dnia': '2026-03-09' });
        await person.press('Szukaj');
        await person.reads('Podatki, pokój 4');
        await person.within('Wyniki').doesNotRead('Biuro Podawcze');
      },
    ],
    [
      'Was Mrs Malec told that her call is recorded?',
      async (person) => {
        await person.follow('Rozmowy');
        await person.enters({ 'Numer rozmówcy': '447902' });
        await person.press('Szukaj');
        await person
          .within('Wyniki')
          .inRow(/513.447.902/)
          .follow(/09\.03\.2026/);
        await person.within('Informacja o nagrywaniu').reads('odtworzona w całości');
      },
    ],
    [
      'A citizen asks for a blank form.',
      async (person) => {
        await person.follow('Wnioski');
        expect(pdfText(await person.takes('Pusty formularz (PDF)'))).to.match(/Imię i nazwisko \.{10}/);
      },
    ],
    [
      'Somebody asks by which authorisation you hear recordings.',
      async (person) => {
        await person.follow(/Agnieszka Sikora/);
        await person.isOn('Moje konto');
        await person.reads('OR.077.4.2026');
      },
    ],
  ]);

  tasks('administrator', 'the administrator', [
    [
      'Anna Mazurek begins in the front office today.',
      async (person) => {
        await person.follow('Konta');
        await person.press('Nowe konto');
        await person.enters({ 'Imię i nazwisko': 'Anna Mazurek', 'Nazwa użytkownika': 'amazurek' });
        await person.tick('Biuro Podawcze');
        await person.press('Zapisz');
        await person.inRow('Anna Mazurek').press('Odnośnik do hasła');
        await person.reads('Przekaż ten odnośnik osobiście');
        await person.reads(/\/link#/);
      },
    ],
    [
      'The Mayor has authorised Mr Borecki anew.',
      async (person) => {
        await person.follow('Konta');
        await person.inRow('Paweł Borecki').unfold('Więcej');
        await person.inRow('Paweł Borecki').press('Wpisz upoważnienie');
        await person.enters({ 'Numer upoważnienia': 'OR.077.11.2026', Zakres: 'odsłuch', 'Od dnia': '2026-03-10' });
        await person.press('Zapisz');
        await person.inRow('Paweł Borecki').reads('OR.077.11.2026');
      },
    ],
    [
      'There is an alarm about handset 240; see to it.',
      async (person) => {
        await person.reads(/Osoba, która używa aparatu 240, nie została poinformowana o nagrywaniu/);
        await person.follow('Aparaty');
        await person.inRow('Planowanie i budownictwo').press('Wpisz informację');
        await person.enters({ 'Kogo poinformowano': 'Ewa Rybak', Dnia: '2026-03-10' });
        await person.press('Zapisz');
        await person.inRow('Planowanie i budownictwo').reads('poinformowany');
      },
    ],
    [
      'What would go if there were 30 GB for recordings?',
      async (person) => {
        await person.follow('Miejsce na nagrania');
        await person.enters({ 'Nowy przydział (GB)': '30' });
        await person.reads(/Zostanie usuniętych od razu: 814 nagrań/);
      },
    ],
    [
      'There is a complaint about the call with Mrs Malec: it must not be deleted.',
      async (person) => {
        await person.follow('Rozmowy');
        await person.enters({ 'Numer rozmówcy': '447902' });
        await person.press('Szukaj');
        await person.inRow(/513.447.902/).follow(/09\.03\.2026/);
        await person.press('Zabezpiecz');
        await person.enters({ Powód: 'Skarga SK.1510.4.2026' });
        await person.press('Zapisz');
        await person.within('Zabezpieczenia').reads('Skarga SK.1510.4.2026');
      },
    ],
  ]);

  tasks('auditor', 'the auditor', [
    [
      'Prove that the log is whole.',
      async (person) => {
        await person.follow('Dziennik zdarzeń');
        await person.press('Sprawdź dziennik teraz');
        await person.reads('Dziennik jest nienaruszony');
      },
    ],
    [
      'What did Mrs Sikora do on 5 March?',
      async (person) => {
        await person.follow('Dziennik zdarzeń');
        await person.choose('Kto', 'Agnieszka Sikora');
        await person.enters({ 'Od dnia': '2026-03-05', 'Do dnia': '2026-03-05' });
        await person.inRow(/zakończono odsłuch/).reads('Agnieszka Sikora');
      },
    ],
    [
      'Who was refused what?',
      async (person) => {
        await person.follow('Dziennik zdarzeń');
        await person.choose('Rodzaj zdarzenia', 'odmowa dostępu');
        await person.inRow('odmowa dostępu').reads('Jan Żurek');
      },
    ],
    [
      'How many requests were refused in March?',
      async (person) => {
        await person.follow('Rejestry i sprawozdania');
        await person.enters({ 'Miesiąc (rok-miesiąc)': '2026-03' });
        await person.inRow('Odmowy').reads('2');
      },
    ],
    [
      'You hear nothing and see no call: make sure of it.',
      async (person) => {
        await person.doesNotRead('Rozmowy');
        await person.doesNotRead('Trwające rozmowy');
      },
    ],
  ]);
});

/**
 * A citizen calls the office, and later asks to hear that call: six people of the office carry the request, each in a browser
 * of their own and by what is written there, from the form to the protocol. Everything is the running program.
 */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../support/console/browser.js';
import { FirstDay } from '../support/console/first-day.js';
import type { Newcomer } from '../support/console/newcomer.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { CALLER, handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { pdfFacts, pdfText } from '../support/pdf.js';

const ZONE = 'Europe/Warsaw';
const UNIT = 'Podatki i opłaty';
/** The notice takes a second of it; what is played is stopped from its third second on, and it has less than ten. */
const TALK_MS = 10_500;

const people = {
  secretary: { name: 'Elżbieta Maj-Kowalska', login: 'emaj', role: 'Sekretarz' },
  staff: { name: 'Agnieszka Sikora', login: 'asikora', role: 'wyznaczony pracownik' },
  dpo: { name: 'Marek Lisowski', login: 'mlisowski', role: 'Inspektor Ochrony Danych' },
  head: { name: 'Renata Gąsior', login: 'rgasior', role: 'kierownik komórki organizacyjnej' },
  front: { name: 'Katarzyna Dąbek', login: 'kdabek', role: 'Biuro Podawcze' },
} as const;
type Who = keyof typeof people;

const dayOf = (at: number): string => new Date(at).toLocaleDateString('sv', { timeZone: ZONE });
const minuteOf = (at: number): string =>
  new Date(at).toLocaleString('sv', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' }).replace(' ', 'T');

describe('a citizen asks to hear a call', function () {
  this.timeout(240_000);
  let browser: Browser;
  before(needsNamespace);
  after(() => browser?.close());
  afterEach(stopAll);

  it('goes by six people from the telephone to the protocol', async () => {
    const config = officeConfig({
      notice: { folder: await shortNotice() },
      office: { name: 'Urząd Miejski w Halinowie' },
      handsets: [{ extension: '201', password: 'secret-201', displayName: 'Podatki, pokój 4', unit: UNIT }],
      console: { port: 8444 },
    });
    const halina = await Halina.start(config);
    const [[, url = '', link = '']] = [await halina.process.until(/(http\S+)\/link#(\S+)/)];
    const calling = call(halina);
    browser = await startBrowser();
    const office = new FirstDay(browser, url);
    const administrator = await office.firstAdministrator(`${url}/link#${link}`, {
      name: 'Tomasz Wrona',
      login: 'twrona',
    });
    const at = await everybodyComes(office, administrator);
    const startedAt = await calling;

    await files(at.front, startedAt);
    for (const who of ['dpo', 'head'] as const) await givesOpinion(at[who]);
    await decides(at.secretary);
    const protocol = await conducts(at.staff);

    const text = pdfText(protocol);
    for (const said of [
      'Urząd Miejski w Halinowie',
      'Żaneta Świątek-Łoś',
      'Agnieszka Sikora',
      'OR.077.4.2026',
      'dowód osobisty okazany',
      'Wnioskodawczyni odsłuchała początek rozmowy.',
    ])
      expect(text).to.include(said);
    expect(text).to.match(/od 0:00 do 0:0[3-9]/);
    expect(pdfFacts(protocol)).to.deep.include({ tagged: true, embedded: true, pages: 1 });
    await overseen(at.dpo);
    expect(await halina.stop()).to.equal(0);
  });

  /** Comes in, and is let in: the one who hears is confirmed by the Secretary, and authorised by the Mayor. */
  async function everybodyComes(office: FirstDay, administrator: Newcomer): Promise<Record<Who, Newcomer>> {
    const secretary = await office.comesIn(await office.hire(administrator, people.secretary), people.secretary, true);
    const staffLink = await office.hire(administrator, people.staff, true);
    const idle = await office.comesIn(staffLink, people.staff, false);
    await idle.doesNotRead('Trwające rozmowy');
    await idle.page.context().close();
    await secretary.follow('Do potwierdzenia');
    await secretary.reads('Agnieszka Sikora');
    await secretary.press('Potwierdzam');
    await secretary.reads('Nic nie czeka na potwierdzenie.');
    const dpo = await office.comesIn(await office.hire(administrator, people.dpo), people.dpo, true);
    const head = await office.comesIn(await office.hire(administrator, people.head), people.head, false);
    const front = await office.comesIn(await office.hire(administrator, people.front), people.front, false);
    await administrator.inRow('Renata Gąsior').press('Zmień');
    await administrator.inWindow('Renata Gąsior').enters({ 'Komórki, którymi kieruje': UNIT });
    await administrator.inWindow('Renata Gąsior').press('Zapisz');
    await administrator.reads(UNIT);
    await administrator.inRow('Agnieszka Sikora').unfold('Więcej');
    await administrator.inRow('Agnieszka Sikora').press('Wpisz upoważnienie');
    const from = { 'Od dnia': dayOf(Date.now()) };
    await administrator.enters({ 'Numer upoważnienia': 'OR.077.4.2026', Zakres: 'odsłuch nagrań', ...from });
    await administrator.press('Zapisz');
    await administrator.inRow('Agnieszka Sikora').reads('OR.077.4.2026');
    return { secretary, staff: await office.logsIn(people.staff), dpo, head, front };
  }
});

/** Somebody talks with the handset; gives when it began. */
async function call(halina: Halina): Promise<number> {
  await handset();
  await outsideSound();
  await (await outsideCall('caller-hangs-up', { talk: TALK_MS })).done();
  await halina.logged('recording kept');
  return (await halina.calls())[0]?.startedAt ?? 0;
}

async function files(front: Newcomer, startedAt: number): Promise<void> {
  await front.follow('Przyjmij wniosek');
  await front.isOn('Przyjęcie wniosku');
  await front.enters({
    'Data wpływu': dayOf(Date.now()),
    'Imię i nazwisko': 'Żaneta Świątek-Łoś',
    'Ulica i numer': 'Spółdzielcza 27',
    'Kod pocztowy': '05-074',
    Miejscowość: 'Halinów',
    'Numer telefonu': CALLER.replace('+48', ''),
    'Data rozmowy': dayOf(startedAt),
    'Czego dotyczyła rozmowa': 'Termin płatności pierwszej raty',
    'Cel odsłuchania': 'Wniesienie odwołania',
  });
  await front.tick('Wnioskodawca oświadcza, że brał udział w rozmowie');
  await front.tick('Wniosek jest podpisany');
  await front.press('Przyjmij wniosek');
  await front.reads('Potwierdzenie złożenia wniosku (PDF)');
  const receipt = pdfText(await front.takes('Potwierdzenie złożenia wniosku (PDF)'));
  expect(receipt)
    .to.include('Żaneta Świątek-Łoś')
    .and.match(/Numer w rejestrze 1\/20\d\d/);
  await front.tick(/601.234.567/);
  await front.enters({ 'Jak sprawdzono udział w rozmowie': 'oświadczenie i okazany dowód osobisty' });
  await front.press('Wskaż rozmowę i poproś o opinie');
  await front.reads(/w opiniowaniu/);
}

async function givesOpinion(person: Newcomer): Promise<void> {
  await person.follow('Czeka na mnie');
  await person.follow(/Wydaj opinię/);
  await person.enters({ Uzasadnienie: 'Rozmowa dotyczy wyłącznie wnioskodawczyni.' });
  await person.press('Wydaj opinię');
  await person.reads('Teraz nie masz tu nic do zrobienia.');
}

async function decides(secretary: Newcomer): Promise<void> {
  await secretary.follow('Czeka na mnie');
  await secretary.follow(/Zdecyduj/);
  // The minute after the next: a date lies in the future, and a session may begin half an hour before it.
  await secretary.enters({ 'Dzień i godzina odsłuchu': minuteOf(Date.now() + 120_000), Miejsce: 'pokój 12' });
  await secretary.tick('Agnieszka Sikora');
  await secretary.press('Zapisz termin i przygotuj zawiadomienie');
  await secretary.reads('Zawiadomienie o terminie odsłuchu (PDF)');
  const notice = pdfText(await secretary.takes('Zawiadomienie o terminie odsłuchu (PDF)'));
  expect(notice).to.include('pokój 12').and.include('Agnieszka Sikora');
}

async function conducts(staff: Newcomer): Promise<Buffer> {
  await staff.follow('Czeka na mnie');
  await staff.follow(/Poprowadź odsłuch/);
  await staff.enters({ 'Jak potwierdzono tożsamość wnioskodawcy': 'dowód osobisty okazany' });
  await staff.press('Rozpocznij odsłuch');
  await staff.press(/^Otwórz nagranie rozmowy z/);
  await staff.press('Odtwórz');
  await staff.reads(/0:0[3-9] \//);
  await staff.press('Zatrzymaj');
  await staff.press('Potwierdzam protokół');
  await staff.reads(/^potwierdza$/);
  await staff.enters({ 'Uwagi do protokołu': 'Wnioskodawczyni odsłuchała początek rozmowy.' });
  await staff.press('Zakończ odsłuch i sporządź protokół');
  await staff.reads('Protokół odsłuchu (PDF)');
  return staff.takes('Protokół odsłuchu (PDF)');
}

async function overseen(dpo: Newcomer): Promise<void> {
  await dpo.follow('Dziennik zdarzeń');
  await dpo.choose('Rodzaj zdarzenia', 'odtwarzanie');
  await dpo.inRow(/odsłuchano \(podał odtwarzacz\)/).reads('Agnieszka Sikora');
}

/** How the requests of the made-up town hall came to where they stand on the morning of 10 March 2026. */
import type { RedisStand } from '../stand.js';
import { SeededOffice } from './office.js';

const GRANTED = { remarks: 'Wnioskodawczyni odsłuchała całe nagranie. Bez uwag.', unconfirmed: [] };

/** An office with a request at each stage. */
export async function seededOffice(stand: RedisStand): Promise<SeededOffice> {
  const office = await SeededOffice.open(stand);
  await completed(office);
  await refused(office);
  await planned(office);
  await waiting(office);

  await upkeep(office);
  await backedUp(office, '2026-03-10', 71);
  await office.until('2026-03-10', 10, 20);
  await office.file('malec', '2026-03-10', {
    concerns: 'Ustalenia w sprawie rozłożenia podatku od nieruchomości na raty',
    purpose: 'Złożenie skargi na sposób załatwienia sprawy',
    spokeWith: 'Referat Podatków i Opłat',
  });
  await office.until('2026-03-10', 10, 24);
  return office;
}

/** Bytes that are sent at once, whatever was played. */
const PIECE = 80_000;

async function completed(office: SeededOffice): Promise<void> {
  await office.file('swiatek', '2026-03-02', {
    concerns: 'Termin płatności pierwszej raty podatku od nieruchomości',
    purpose: 'Wyjaśnienie rozbieżności przed wniesieniem odwołania',
    spokeWith: 'Referat Podatków i Opłat, pokój 4',
  });
  await office.match('swiatek');
  await office.opinion('dpo', 'swiatek', 'for', 'W rozmowie nie padają dane innych osób.');
  await office.opinion('unit_head', 'swiatek', 'for', 'Nie zgłaszam zastrzeżeń.');
  await office.until('2026-03-03', 9);
  await office.approve('swiatek', '2026-03-05', 10);
  await office.do('front_office', 'papers/4/delivery', 'swiatek', {
    channel: 'post',
    on: '2026-03-03',
    proof: 'RR 541 208 337 PL',
  });
  await office.until('2026-03-05', 10, 2);
  await office.do('staff', 'open-session', 'swiatek', { identity: 'dowód osobisty okazany' });
  const call = office.asked.swiatek.entry.id;
  const reply = await office.whole.ask('POST', `/calls/${call}/grants`, office.visitors.staff, {});
  const { grant } = reply.json<{ grant: string }>();
  // A piece at a time, as a browser asks.
  const { bytes = 0 } = office.recordingOf('swiatek');
  for (let from = 0; from < bytes; from += PIECE) {
    const range = `bytes=${from}-${Math.min(bytes, from + PIECE) - 1}`;
    await office.whole.ask('GET', `/recordings/${grant}`, office.visitors.staff, {}, { range });
  }
  await office.whole.ask('POST', `/recordings/${grant}/heard`, office.visitors.staff, { from: 0, to: 58 });
  await office.do('staff', 'confirm-protocol', 'swiatek');
  await office.do('staff', 'close-session', 'swiatek', GRANTED);
  await office.do('front_office', 'file-away', 'swiatek', { on: '2026-03-06', caseSign: 'OR.1431.4.2026' });
}

async function refused(office: SeededOffice): Promise<void> {
  await office.file('kos', '2026-03-05', {
    concerns: 'Treść odpisu aktu urodzenia bratanka',
    purpose: 'Sprawdzenie, co przekazano telefonicznie',
  });
  await office.match('kos');
  const others = 'W rozmowie padają dane dziecka, którego przedstawicielem wnioskodawczyni nie jest.';
  await office.opinion('dpo', 'kos', 'against', others);
  await office.opinion('registrar', 'kos', 'against', 'Podzielam zdanie Inspektora.');
  await office.until('2026-03-06', 11);
  await office.do('secretary', 'refuse', 'kos', {
    reasons: 'Nagranie zawiera dane osobowe innej osoby, a wnioskodawczyni nie wykazała prawa do ich poznania.',
  });
}

async function planned(office: SeededOffice): Promise<void> {
  await office.file('zieba', '2026-03-06', {
    concerns: 'Obietnica umorzenia odsetek',
    purpose: 'Dowód w postępowaniu podatkowym',
    spokeWith: 'Referat Podatków i Opłat',
  });
  await office.match('zieba');
  await office.opinion('dpo', 'zieba', 'for', 'Brak danych innych osób.');
  await office.opinion('unit_head', 'zieba', 'for', 'Bez zastrzeżeń.');
  await backedUp(office, '2026-03-07', 64);
  await backedUp(office, '2026-03-09', 3);
  await office.until('2026-03-09', 8, 30);
  await office.approve('zieba', '2026-03-10', 10.5);
}

async function waiting(office: SeededOffice): Promise<void> {
  await office.file('wojcik', '2026-03-06', {
    concerns: 'Odmowa odbioru odpadów wielkogabarytowych',
    purpose: 'Złożenie skargi do Rady Miejskiej',
    signed: false,
  });
  await office.do('front_office', 'ask-completion', 'wojcik', {
    gaps: ['signature'],
    note: 'Wniosek wpłynął pocztą bez podpisu.',
    until: '2026-03-23',
  });
  await office.file('baran', '2026-03-09', {
    concerns: 'Wysokość opłaty za odpady po zmianie liczby domowników',
    purpose: 'Wyjaśnienie, jaką stawkę podano',
    spokeWith: 'Referat Podatków i Opłat',
  });
  await office.match('baran');
  await office.opinion('dpo', 'baran', 'for', 'Rozmowa dotyczy wyłącznie wnioskodawcy.');
  await office.file('lis', '2026-03-09', {
    concerns: 'Zwolnienie z podatku od nieruchomości po pożarze budynku',
    purpose: 'Dołączenie do odwołania',
    spokeWith: 'Referat Podatków i Opłat',
  });
  await office.match('lis');
  await office.opinion('dpo', 'lis', 'for', 'Rozmowa dotyczy wyłącznie wnioskodawczyni.');
  await office.opinion('unit_head', 'lis', 'for', 'Nie zgłaszam zastrzeżeń.');
  await office.file('jablonska', '2026-03-09', {
    kind: 'art15',
    concerns: 'Rozmowa o zmianie nazwiska w akcie małżeństwa',
  });
  await office.match('jablonska');
  await office.opinion('dpo', 'jablonska', 'for', 'Kopię można wydać w całości.');
  await office.opinion('registrar', 'jablonska', 'for', 'Bez zastrzeżeń.');
}

/** The command that the server runs each night. */
async function backedUp(office: SeededOffice, day: string, files: number): Promise<void> {
  const note = (facts: { step: string; files?: number; bytes?: number }): Promise<unknown> =>
    office.whole.audit.append({ event: 'backup', actor: { by: 'command-line', uid: 0 }, facts });
  await office.until(day, 2, 15);
  await note({ step: 'begun' });
  await office.until(day, 2, 19);
  await note({ step: 'done', files, bytes: files * 1_720_000 });
}

/** What is not about requests: a hold of the administrator's, an erasure that waits for the Secretary, a deputy. */
async function upkeep(office: SeededOffice): Promise<void> {
  const { whole, visitors, ids } = office;
  const calls = await whole.ask('GET', '/calls?phase=recorded&limit=40', visitors.administrator);
  const [, second, , fourth] = calls.json<{ calls: { id: string }[] }>().calls;
  const hold = { effect: 'hold', kind: 'administrator', reason: 'Kontrola wewnętrzna, OR.1711.2.2026' };
  await whole.ask('POST', `/calls/${second?.id}/holds`, visitors.administrator, hold);
  const erasure = { reason: 'Rozmowa prywatna nagrana wbrew § 1 ust. 3 pkt 7' };
  await whole.ask('POST', `/calls/${fourth?.id}/erasure`, visitors.administrator, erasure);
  const deputy = { deputy: ids.second, of: ids.staff, role: 'staff', from: '2026-03-16', until: '2026-03-27' };
  await whole.ask('POST', '/deputies', visitors.secretary, { ...deputy, reason: 'Urlop wypoczynkowy' });
  office.disclosure = await disclosed(office, calls.json<{ calls: { id: string }[] }>().calls[6]?.id ?? '');
  // Another unit's head looks where there is nothing for them.
  await whole.ask('GET', `/requests/${office.requests.swiatek}`, visitors.registrar);
}

/** The police asks for a recording: checked, with the officer's opinion, it waits for the Secretary. */
async function disclosed({ whole, visitors }: SeededOffice, call: string): Promise<string> {
  const letter = {
    receivedOn: '2026-03-09',
    authority: 'Komisariat Policji w Halinowie',
    reference: 'RSD-114/26',
    legalBasis: 'art. 217 § 1 k.p.k., postanowienie prokuratora PR 1 Ds. 88.2026',
    scope: 'Nagranie jednej rozmowy z 6 marca 2026 r. z groźbami wobec pracownika',
    calls: [call],
    confidential: false,
    binding: true,
  };
  const filed = await whole.ask('POST', '/disclosures', visitors.administrator, letter);
  const { id } = filed.json<{ id: string }>();
  const findings = 'Postanowienie podpisane, zakres jednoznaczny.';
  await whole.ask('POST', `/disclosures/${id}/check`, visitors.administrator, { findings });
  const opinion = { verdict: 'for', text: 'Zakres nie wykracza poza postanowienie.' };
  await whole.ask('POST', `/disclosures/${id}/opinion`, visitors.dpo, opinion);
  return id;
}

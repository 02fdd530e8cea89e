/** The monthly report and the registers: what they count, and that no cell of theirs runs in a spreadsheet. */
import { expect } from 'chai';
import type { AuditEntry } from '../../../src/audit/reader.js';
import { csvOf } from '../../../src/requests/reports/csv.js';
import { monthlyReport, monthOf } from '../../../src/requests/reports/monthly.js';
import { processingRecord, requestRegister } from '../../../src/requests/reports/registers.js';
import { sheetOf } from '../../../src/requests/reports/sheet.js';
import type { ErasedRequest, RequestRecord } from '../../../src/requests/records.js';
import { HOUR, monday, people, Walk } from '../../support/requests.js';

const zone = 'Europe/Warsaw';

describe('CSV', () => {
  const cells = (...texts: string[]) => csvOf({ title: 'T', about: 'A', sections: [{ heading: 'H', columns: texts, rows: [] }] }).split('\r\n')[3]; // prettier-ignore
  for (const evil of [
    '=HYPERLINK("http://x")',
    '+48501',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '\u200B=1',
    '＝1',
    '|cmd',
  ])
    it(`shows ${JSON.stringify(evil)} as text`, () => {
      expect(csvOf({ title: evil, about: 'A', sections: [] })).to.match(/^\uFEFF"'/);
    });
  it('leaves harmless text as it is, and keeps separators and quotes inside of cells', () => {
    expect(cells('Żółć', 'a;b', 'a"b', '12:05', '2026-03-01')).to.equal('"Żółć";"a;b";"a""b";"12:05";"2026-03-01"');
  });
  it('cannot be broken out of by a line break', () => {
    expect(csvOf({ title: 'a\n=1', about: '"\r\n=1', sections: [] })).to.equal('\uFEFF"a\n=1";"""\r\n=1"\r\n\r\n');
  });
});

describe('the month of a report', () => {
  it('is one of the office’s calendar, over the change of clocks too', () => {
    expect(monthOf('2026-03', zone)).to.include({ from: Date.UTC(2026, 1, 28, 23), to: Date.UTC(2026, 2, 31, 22) });
    expect(monthOf('2026-02', zone).to).to.equal(monthOf('2026-03', zone).from);
  });
});

describe('the monthly report', () => {
  const record = (walk: Walk, events: RequestRecord['events'] = []): RequestRecord => {
    return { kind: 'request', id: walk.request.id, request: walk.request, events, papers: [] };
  };
  const erased: ErasedRequest = {
    kind: 'erased-request',
    id: 'r0',
    number: '3/2026',
    of: 'art15',
    receivedOn: '2026-03-31',
    ended: 'copy_issued',
    caseSign: 'OR.5',
    erasedAt: 0,
  };
  let seq = 0;
  const entry = (event: string, facts: object, more: Partial<AuditEntry> = {}): AuditEntry => ({
    seq: ++seq,
    hash: '',
    at: monday,
    event,
    actor: { by: 'account', id: 'anna' },
    object: { kind: 'recording', id: 'c1' },
    facts: facts as Record<string, unknown>,
    personal: {},
    erased: [],
    ...more,
  });
  async function* stream(entries: readonly AuditEntry[]): AsyncGenerator<AuditEntry> {
    for (const one of entries) yield await Promise.resolve(one);
  }
  const report = (entries: readonly AuditEntry[], register: readonly (RequestRecord | ErasedRequest)[] = []) =>
    monthlyReport({
      month: monthOf('2026-03', zone),
      zone,
      language: 'pl',
      register,
      events: stream(entries),
      nameOf: (id) => `Osoba ${id}`,
    });
  const rows = async (heading: string, ...given: Parameters<typeof report>) =>
    (await report(...given)).sections.find((section) => section.heading === heading)?.rows ?? [];

  it('counts requests by what happened in the month', async () => {
    const by = people.secretary;
    const events = [
      { type: 'refuse', reasons: 'x', by, at: monday },
      { type: 'refuse', reasons: 'x', by, at: monday - 40 * 24 * HOUR },
    ] as const;
    const counts = new Map((await rows('Wnioski', [], [record(new Walk(), events), erased])) as [string, string][]);
    expect(counts.get('Wpłynęło: o odsłuch (§ 2 zarządzenia)')).to.equal('1');
    expect(counts.get('Wpłynęło: o kopię (art. 15 RODO)')).to.equal('1');
    expect(counts.get('Odmowy')).to.equal('1');
    expect(counts.get('W toku na dzień sporządzenia')).to.equal('1');
  });

  it('tells who heard what and why, each statement of a purpose by itself', async () => {
    const heard = (from: number, to: number) => entry('playback', { what: 'heard', from, to });
    const served = entry('playback', { what: 'served', from: 0, to: 100 });
    const purpose = (name: string, reference: string) =>
      entry('purpose', { purpose: name }, { personal: { reference } });
    const found = await rows('Odsłuchy', [
      served, // of a purpose that was stated before the month began
      purpose('complaint', 'SKO.7'),
      served,
      heard(0, 60.5),
      heard(10, 15),
      purpose('given:quality', 'x'),
      purpose('quality', 'OR.1'),
    ]);
    expect(found).to.deep.equal([
      ['02.03.2026, 10:00', 'Osoba anna', 'cel podany w poprzednim okresie', '', 'c1', '0:00'],
      ['02.03.2026, 10:00', 'Osoba anna', 'skarga lub wniosek', 'SKO.7', 'c1', '1:06'],
      ['02.03.2026, 10:00', 'Osoba anna', 'jakość obsługi', 'OR.1', 'c1', 'nie odtwarzano'],
    ]);
  });

  it('counts holds, erasures and what was refused', async () => {
    const counts = new Map(
      (await rows('Nagrania i czynności', [
        entry('hold', { change: 'placed', kind: 'hold', hold: 'h1' }),
        entry('erasure', { step: 'asked' }),
        entry('erasure', { step: 'done' }),
        entry('refused', { permission: 'x', why: 'role' }),
      ])) as [string, string][],
    );
    expect(counts.get('Założone zabezpieczenia')).to.equal('1');
    expect(counts.get('Nagrania usunięte na wniosek')).to.equal('1');
    expect(counts.get('Próby bez uprawnienia')).to.equal('1');
  });

  it('and the register name no requester, on paper neither', () => {
    const register = requestRegister([erased, record(new Walk().noShow())], 'pl');
    expect(register.sections[0]?.rows.map(([number, , , on, state]) => [number, on, state])).to.deep.equal([
      ['3/2026', '31.03.2026', 'kopia wydana, dane osobowe usunięte'],
      ['17/2026', '02.03.2026', 'wnioskodawca nie przyszedł'],
    ]);
    expect(requestRegister([erased], 'en').sections[0]?.rows[0]?.[3]).to.equal('2026-03-31');
    const text = JSON.stringify([register, sheetOf(register, ['Urząd'], 0)]);
    expect(text).not.to.match(/Świątek|501/);
  });

  it('has a paper that nothing written in it can steer', () => {
    const evil = {
      title: 'T',
      about: 'A',
      sections: [{ heading: 'H', columns: ['a', 'b'], rows: [['# x\u202E', '']] }],
    };
    expect(sheetOf(evil, ['U'], 0).blocks.slice(2)).to.deep.equal([
      { kind: 'heading', text: 'H' },
      { kind: 'row', label: '# x ', value: '–' },
    ]);
  });

  it('the record of processing tells the terms that are configured', () => {
    const day = 86_400_000;
    const terms = { maxAgeMs: 90 * day, keepMetadataMs: 365 * day, keepRequestsDays: 365, keepDetailsMs: 1825 * day };
    const classes = [{ name: 'USC', purpose: 'skargi', legalBasis: 'art. 6', maxAge: 30 * day }];
    const made = processingRecord({ office: 'Urząd', letterhead: ['ul. X'], classes, ...terms }, monday, zone, 'pl');
    expect(made.sections[0]?.rows).to.deep.include(['Nagrania, najdłużej', '90 dni']);
    expect(made.sections[0]?.rows).to.deep.include(['Administrator', 'Urząd, ul. X']);
    expect(made.sections[1]?.rows).to.deep.equal([['USC', 'skargi', 'art. 6', '30']]);
  });
});

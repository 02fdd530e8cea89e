/** Templates and typography of letters, and the calendar file. The PDFs themselves are read back in test/e2e/letters. */
import { expect } from 'chai';
import { calendarFile } from '../../../src/requests/papers/calendar-file.js';
import { fill, parseTemplate } from '../../../src/requests/papers/template.js';
import { typeset } from '../../../src/requests/papers/typography.js';
import { union } from '../../../src/requests/papers/values.js';

const fields = new Set(['name', 'note']);
const parse = (source: string) => parseTemplate(source, fields);
const filled = (source: string, values: Record<string, string>) => fill(parse(source), values);

describe('typography', () => {
  const cases = [
    ['Jan i Ewa w domu', 'Jan i\u00a0Ewa w\u00a0domu'],
    ['a i o tym', 'a\u00a0i\u00a0o\u00a0tym'],
    ['§ 2 ust. 3 i 5, art. 15', '§\u00a02 ust.\u00a03 i\u00a05, art.\u00a015'],
    ['nr 17 z dnia 3 marca 2026 r.', 'nr\u00a017 z\u00a0dnia 3\u00a0marca 2026\u00a0r.'],
    ['do dnia 3 marca 2026 r..', 'do dnia 3\u00a0marca 2026\u00a0r.'],
    ['od 0:00 do 1:35', 'od\u00a00:00 do\u00a01:35'],
    ['sala A jest', 'sala A\u00a0jest'],
    ['kawa z mlekiem', 'kawa z\u00a0mlekiem'],
    ['uwaga', 'uwaga'],
  ] as const;
  for (const [from, to] of cases) it(from, () => expect(typeset(from)).to.equal(to));
});

describe('templates', () => {
  it('have titles, headings, rows, lists, places to sign, and paragraphs of several lines', () => {
    const source = '# Tytuł\n## Nagłówek\n> prawo\nPan\n{name}\n\nDalej\n- punkt\n| Nazwa | {name} |\n--- podpis';
    expect(filled(source, { name: 'Żaneta' })).to.deep.equal([
      { kind: 'title', text: 'Tytuł' },
      { kind: 'heading', text: 'Nagłówek' },
      { kind: 'right', text: 'prawo' },
      { kind: 'paragraph', text: 'Pan\nŻaneta' },
      { kind: 'paragraph', text: 'Dalej' },
      { kind: 'item', text: 'punkt' },
      { kind: 'row', label: 'Nazwa', value: 'Żaneta' },
      { kind: 'sign', text: 'podpis' },
    ]);
  });

  it('leave out what has no value', () => {
    const source = '?note: | Uwaga | {note}\n?note: # Tytuł';
    expect(filled(source, { note: ' ' })).to.deep.equal([]);
    expect(filled(source, { note: 'x' })).to.have.length(2);
  });

  it('say in which line a mistake is', () => {
    for (const [source, line] of [
      ['a\n{nobody}', 2],
      ['{name', 1],
      ['name}', 1],
      ['a\n\n?nobody: x', 3],
      ['{constructor}', 1],
      ['| bez wartości', 1],
    ] as const) {
      expect(() => parse(source), source).to.throw(`wiersz ${line}:`);
    }
  });

  it('what a person wrote becomes text and nothing else', () => {
    const nasty = '# nagłówek\n{note}\n| a | b\n?note: x\u202Egnp.exe\u0000';
    const blocks = filled('{name}', { name: nasty, note: 'tajne' });
    expect(blocks).to.have.length(1);
    expect(blocks[0]).to.deep.equal({ kind: 'paragraph', text: '# nagłówek\n{note}\n| a | b\n?note: x gnp.exe ' });
  });
});

describe('what was played', () => {
  it('is told as the stretches that it covers', () => {
    const of = (call: string, fromMs: number, toMs: number) => ({ call, fromMs, toMs });
    const played = [of('a', 5, 9), of('b', 0, 1), of('a', 0, 5), of('a', 8, 12), of('a', 20, 30)];
    expect(union(played)).to.deep.equal([of('a', 0, 12), of('a', 20, 30), of('b', 0, 1)]);
  });
});

describe('the calendar file', () => {
  const file = calendarFile({
    uid: 'r1@halina',
    sequence: 2,
    at: Date.UTC(2026, 2, 10, 9),
    minutes: 60,
    made: Date.UTC(2026, 2, 3, 9),
    summary: 'Odsłuch, wniosek 17/2026; uwaga',
    place: 'pokój 12',
    description: `${'Zażółć gęślą jaźń '.repeat(8)}\nBEGIN:VALARM`,
  });

  it('has the date in UTC, escaped text, and ends its lines with CRLF', () => {
    expect(file).to.include('DTSTART:20260310T090000Z\r\nDTEND:20260310T100000Z\r\n');
    expect(file).to.include('SEQUENCE:2\r\n');
    expect(file).to.include('SUMMARY:Odsłuch\\, wniosek 17/2026\\; uwaga\r\n');
    expect(file.split('\r\n')).not.to.include('BEGIN:VALARM');
  });

  it('folds lines at 75 octets, between characters', () => {
    for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).to.be.at.most(75);
    expect(file.replaceAll('\r\n ', '')).to.include('Zażółć gęślą jaźń '.repeat(8));
  });
});

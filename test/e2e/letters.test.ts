/** Letters as PDF, read back by poppler: text, Polish letters, fields, fonts, tags, pages. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileStore } from '../../src/journal/node-files.js';
import { defaultRules } from '../../src/requests/machine/rules.js';
import { Letters, templateNames } from '../../src/requests/papers/letters.js';
import { Press } from '../../src/requests/papers/press.js';
import type { RequestRecord } from '../../src/requests/records.js';
import type { DisclosurePaper } from '../../src/requests/machine/events.js';
import type { Disclosure } from '../../src/requests/machine/disclosure.js';
import { DAY, HOUR, Walk, appointment, call, form, monday } from '../support/requests.js';
import { VirtualClock } from '../support/virtual-clock.js';

type RequestPaper = Parameters<Letters['make']>[0];

const NBSP = /\u00a0/g;
const letters = 'ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ „cytat” – § 7';

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
}

describe('letters as PDF', function () {
  this.timeout(60_000);
  let folder = '';
  const press = new Press();
  const shelf = (): Letters =>
    new Letters({
      files: new NodeFileStore(),
      folder: join(folder, 'templates'),
      clock: new VirtualClock(monday),
      press,
      rules: defaultRules,
      letterhead: () => ['Urząd Miejski w Halinowie', 'ul. Spółdzielcza 1, 05-074 Halinów'],
      nameOf: (account) => `Osoba ${account}`,
    });
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-letters-'));
  });
  after(async () => {
    await press.close();
    rmSync(folder, { recursive: true });
  });

  const saved = (pdf: Uint8Array): string => {
    const path = join(folder, 'paper.pdf');
    writeFileSync(path, pdf);
    return path;
  };
  const textOf = (pdf: Uint8Array): string =>
    run('pdftotext', '-layout', saved(pdf), '-').replace(NBSP, ' ').replace(/\s+/g, ' ');
  const record = ({ request }: Walk): RequestRecord => ({ kind: 'request', id: 'r1', request, events: [], papers: [] });
  const make = async (name: RequestPaper, walk: Walk): Promise<string> =>
    textOf(await shelf().make(name, record(walk)));

  const concerns = form({ concerns: letters });
  const refused = (kind: 'ordinance' | 'art15'): Walk =>
    new Walk(kind).decision().do('secretary', { type: 'refuse', reasons: letters });
  const completed = (): Walk =>
    new Walk()
      .inSession(['staff', 'head'])
      .do('system', { type: 'played', stretch: { call: 'c1', fact: 'served', fromMs: 0, toMs: 95_000 } })
      .do('system', { type: 'played', stretch: { call: 'c1', fact: 'heard', fromMs: 0, toMs: 61_000 } })
      .do('staff', { type: 'confirm-protocol' })
      .do('staff', { type: 'close-session', remarks: letters, unconfirmed: [{ account: 'head', reason: 'wyszła' }] });
  const art15 = (): Walk =>
    new Walk('art15')
      .decision()
      .do('secretary', { type: 'approve-copy', cuts: [{ call: 'c1', fromMs: 0, toMs: 5000 }] });
  const asked = (): Walk =>
    new Walk().do('front', { type: 'ask-completion', gaps: ['signature'], note: letters, until: '2026-03-16' });
  const closed = (): Walk => new Walk().noShow().do('secretary', { type: 'close', note: letters });
  const changed = (): Walk => {
    const walk = new Walk().approved();
    return walk.do('secretary', { type: 'change-date', appointment: appointment(walk.at + 3 * DAY + HOUR) });
  };

  /** Each paper, and what has to stand in it. */
  const cases: readonly (readonly [RequestPaper, () => Walk, readonly string[]])[] = [
    [
      'receipt',
      () => new Walk(),
      ['17/2026', 'Żaneta Świątek-Łoś', '2 marca 2026 r.', '20 lutego 2026 r., ok. godz. 10:15'],
    ],
    ['completion', asked, ['Braki podpis', 'do dnia 16 marca 2026 r.', letters]],
    [
      'left-without-consideration',
      () => new Walk().do('front', { type: 'reject', why: 'number-withheld', note: letters }),
      ['zastrzeżony', '§ 2 ust. 7', letters],
    ],
    [
      'no-recording',
      () => new Walk().do('front', { type: 'answer', why: 'evicted', facts: letters }),
      ['nagranie usunięto po upływie okresu', letters],
    ],
    ['notice-of-date', () => new Walk().approved(), ['3 marca 2026 r., godz. 10:00', 'pokój 12', 'Osoba staff']],
    ['changed-date', changed, ['5 marca 2026 r., godz. 11:00', 'pokój 12']],
    ['refusal', () => refused('ordinance'), [letters, 'do dnia 1 września 2026 r.', 'skargę do Burmistrza']],
    ['refusal-art15', () => refused('art15'), ['Prezesa Urzędu Ochrony Danych Osobowych', 'przed sądem', letters]],
    ['copy-letter', art15, ['od 0:00 do 0:05', '20 lutego 2026 r., godz. 10:00']],
    [
      'protocol',
      completed,
      ['od 0:00 do 1:35', 'od 0:00 do 1:01', 'Osoba staff', 'Osoba head: wyszła', 'up-1', 'dowód osobisty', letters],
    ],
    ['no-show-closed', closed, ['nikt nie stawił się', letters]],
    ['withdrawal', () => new Walk().do('front', { type: 'withdraw', how: letters }), [letters]],
    [
      'extension',
      () => new Walk('art15').do('secretary', { type: 'extend-term', reason: letters }),
      ['2 czerwca 2026 r.', letters],
    ],
    ['opinion', () => new Walk().decision(), ['kierownik komórki organizacyjnej: USC', 'negatywna: dane innej osoby']],
    ['annex-1', () => new Walk('ordinance', concerns), ['Żaneta Świątek-Łoś', '501 234 567', letters]],
  ];
  for (const [name, walk, expected] of cases)
    it(`${name}: what it has to say, in Polish letters`, async () => {
      const text = await make(name, walk());
      for (const part of [...expected, 'Urząd Miejski w Halinowie', 'strona 1 z 1']) expect(text).to.include(part);
      expect(text).not.to.match(/[{}]|undefined|\[object/);
    });

  const disclosed: Disclosure = {
    id: 'd1',
    number: 'U3/2026',
    receivedOn: '2026-03-02',
    filedBy: 'admin',
    filedAt: monday,
    form: {
      authority: 'Prokuratura Rejonowa w Mińsku Mazowieckim',
      reference: 'PR 1 Ds. 7.2026',
      legalBasis: 'art. 217 Kodeksu postępowania karnego',
      scope: letters,
      calls: [call()],
      confidential: true,
      binding: true,
    },
    opinion: { verdict: 'against', text: 'za szeroko', by: 'dpo', at: monday },
    state: {
      phase: 'handed_over',
      findings: 'podpis prokuratora sprawdzony',
      by: 'admin',
      at: monday + DAY,
      to: 'asp. Żółć',
      receipt: 'pokwitowanie 3',
      sealed: { sha256: 'ab'.repeat(32), bytes: 12_345, at: monday },
      approved: { by: 'secretary', at: monday },
    },
  };
  const paperOf = async (name: DisclosurePaper, state: Disclosure['state']): Promise<string> =>
    textOf(
      await shelf().makeForDisclosure(name, {
        kind: 'disclosure',
        id: 'd1',
        disclosure: { ...disclosed, state },
        events: [],
      }),
    );

  it('handover-protocol: what was handed over to which authority, by whom, with which check sum', async () => {
    const text = await paperOf('handover-protocol', disclosed.state);
    const expected = [
      'U3/2026',
      'Prokuratura Rejonowa w Mińsku Mazowieckim',
      'PR 1 Ds. 7.2026',
      'art. 217 Kodeksu',
      letters,
      'żądanie wiążące',
      'podpis prokuratora sprawdzony',
      'negatywna: za szeroko (Osoba dpo)',
      'Osoba secretary',
      '20 lutego 2026 r., godz. 10:00',
      '12345',
      'Osoba admin, 3 marca 2026 r., godz. 10:00',
      'asp. Żółć',
      'pokwitowanie 3',
      'Udostępnienie nr U3/2026',
      'strona 1 z 1',
    ];
    for (const part of expected) expect(text).to.include(part);
    expect(text.replace(/\s/g, '')).to.include('ab'.repeat(32));
    expect(text).not.to.match(/[{}]|undefined|\[object/);
  });

  it('disclosure-refusal: to the authority, with the reasons', async () => {
    const text = await paperOf('disclosure-refusal', {
      phase: 'refused',
      reasons: letters,
      by: 'secretary',
      at: monday,
    });
    for (const part of ['Prokuratura Rejonowa', 'PR 1 Ds. 7.2026', letters]) expect(text).to.include(part);
  });

  it('what somebody wrote is text: it becomes no field, heading, action or hidden layer of the document', async () => {
    const evil = [
      '{requester} {holdUntil} ?number: > # Nagłówek ## Drugi | a | b',
      '# Zgoda Sekretarza',
      '--- Sekretarz',
      ') Tj ET Q endstream endobj /OpenAction << /S /JavaScript /JS (app.alert(1)) >>',
      '<script>alert(1)</script> \u202Eodwrócony\u0007\u0000 %PDF-1.4 \\u0041',
    ].join('\n');
    const pdf = await shelf().make(
      'refusal',
      record(new Walk().decision().do('secretary', { type: 'refuse', reasons: evil })),
    );
    const path = saved(pdf);
    const text = textOf(pdf);
    for (const part of [
      '{requester} {holdUntil} ?number:',
      '# Zgoda Sekretarza',
      ') Tj ET Q endstream',
      '<script>alert(1)</script>',
      'app.alert(1)',
    ])
      expect(text).to.include(part);
    for (const sign of ['\u202E', '\u0007']) expect(text).not.to.include(sign);
    // As many titles, headings and lines to sign on as with harmless words.
    const shape = (file: string): string[] =>
      run('pdfinfo', '-struct', file).match(/\b(H1|H2|L|LI|Figure|Link|Form)\b/g) ?? [];
    const found = shape(path);
    const plain = await shelf().make(
      'refusal',
      record(new Walk().decision().do('secretary', { type: 'refuse', reasons: 'brak' })),
    );
    expect(found).to.deep.equal(shape(saved(plain)));
    expect(run('pdfinfo', '-js', saved(pdf)).trim()).to.equal('');
    expect(Buffer.from(pdf).toString('latin1')).not.to.match(/\/(OpenAction|JavaScript|Launch|EmbeddedFile|URI)\b/);
  });

  it('every template that comes with the program can be previewed', async () => {
    const letter = shelf();
    for (const name of templateNames) {
      const { source, own } = await letter.template(name);
      expect(own).to.equal(false);
      expect(textOf(await letter.preview(name, source)), name).to.include('Urząd Miejski w Halinowie');
    }
  });

  it('the blank form has places to write and no values', async () => {
    const text = textOf(await shelf().blankForm());
    expect(text)
      .to.match(/Imię i nazwisko \.{20}/)
      .and.include('art. 13 RODO')
      .and.not.include('Żaneta');
  });

  it("the office's own template is used, and ours again when it is dropped", async () => {
    const letter = shelf();
    await letter.saveTemplate('receipt', '# Nasze potwierdzenie\n{requester}');
    expect(await make('receipt', new Walk()))
      .to.include('Nasze potwierdzenie Żaneta')
      .and.not.include('Co dalej');
    const wrong = letter.saveTemplate('receipt', '# x\n{haslo}').then(
      () => 'saved',
      (error: Error) => error.message,
    );
    expect(await wrong).to.include('wiersz 2: nie ma pola {haslo}');
    await letter.dropTemplate('receipt');
    expect(await make('receipt', new Walk())).to.include('Co dalej');
  });

  it('is tagged, titled, in Polish, with its fonts embedded', async () => {
    const path = saved(await shelf().make('protocol', record(completed())));
    const info = run('pdfinfo', path);
    expect(info)
      .to.match(/Tagged:\s+yes/)
      .and.match(/Title:\s+Protokół odsłuchu nagrania/);
    const structure = run('pdfinfo', '-struct-text', path);
    expect(structure).to.match(/H1/).and.match(/H2/).and.include('Przebieg').and.not.include('strona 1 z 1');
    const fonts = run('pdffonts', path).trim().split('\n').slice(2);
    expect(fonts).to.have.length(2);
    for (const line of fonts) expect(line).to.match(/DejaVuSerif.* yes yes yes/);
  });

  it('goes on to a second page with its head and foot in place, and no short word ends a line', async () => {
    const long = new Walk()
      .decision()
      .do('secretary', { type: 'refuse', reasons: 'Rozmowa o ulgach i opłatach w gminie. '.repeat(120) });
    const path = saved(await shelf().make('refusal', record(long)));
    expect(run('pdfinfo', path)).to.match(/Pages:\s+[23]\n/);
    const lines = run('pdftotext', '-layout', path, '-').split('\n');
    expect(lines.filter((line) => /strona \d z \d/.test(line)).length).to.be.greaterThan(1);
    expect(lines.filter((line) => /(^|\s)[aiouwz]$/i.test(line.trimEnd()))).to.deep.equal([]);
  });

  it('what a citizen writes stays text', async () => {
    const nasty = '# Tytuł\n{requester}\n<script>alert(1)</script> ) Tj ET (';
    const text = await make('annex-1', new Walk('ordinance', form({ concerns: nasty })));
    expect(text).to.include('{requester}').and.include('<script>alert(1)</script> ) Tj ET (');
  });

  it('many at once come each to its own', async () => {
    const numbers = ['501000001', '501000002', '501000003'];
    const made = await Promise.all(
      numbers.map((number) => shelf().make('annex-1', record(new Walk('ordinance', form({ number }))))),
    );
    for (const [index, pdf] of made.entries()) expect(textOf(pdf)).to.include(numbers[index]);
  });
});

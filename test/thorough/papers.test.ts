/**
 * Every paper of an access request and of a disclosure, fetched over HTTP as the office fetches it and read back by poppler:
 * what it has to say, Polish letters, no field left open, tags, fonts. Each way that a request can go makes one of them.
 */
import { expect } from 'chai';
import type { RequestView } from '../../src/console/routes/requests/views.js';
import { RequestPeople } from '../support/console/request-people.js';
import { RedisStand } from '../support/console/stand.js';
import { pdfFacts, pdfText } from '../support/pdf.js';
import { until } from '../support/until.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PANGRAM = 'Zażółć gęślą jaźń, ĄĆĘŁŃÓŚŹŻ';

describe('papers over HTTP', function () {
  this.timeout(60_000);
  let redis: RedisStand;
  let office: RequestPeople;
  before(async () => void (redis = await RedisStand.start()));
  after(() => redis.close());
  beforeEach(async () => void (office = await RequestPeople.open(redis)));
  afterEach(() => office.close());

  const soon = (ms = HOUR) => ({
    at: office.whole.clock.now() + ms,
    place: 'pokój 12',
    present: [office.ids.staff],
  });
  async function decided(kind: 'ordinance' | 'art15' = 'ordinance'): Promise<string> {
    const id = await office.filed({ concerns: PANGRAM }, kind);
    await office.matched(id);
    await office.opinions(id);
    return id;
  }
  async function dated(ms = HOUR): Promise<string> {
    const id = await decided();
    await office.do('secretary', 'approve', id, { appointment: soon(ms) });
    return id;
  }
  async function missed(): Promise<string> {
    const id = await dated();
    office.whole.clock.advance(2 * HOUR);
    for (const who of ['staff', 'secretary', 'front_office'] as const)
      office.visitors[who] = await office.whole.visitor(office.ids[who]);
    await office.do('staff', 'no-show', id);
    return id;
  }

  type Way = readonly [paper: string, said: readonly string[], phase: string, go: () => Promise<string>];
  const ways: readonly Way[] = [
    [
      'receipt',
      ['Żaneta Świątek-Łoś', '5 stycznia 2026 r.', 'ok. godz. 08:55'],
      'received',
      () => office.filed({ concerns: PANGRAM }),
    ],
    [
      'completion',
      ['Braki podpis', 'do dnia 14 stycznia 2026 r.', PANGRAM],
      'awaiting_completion',
      async () => {
        const id = await office.filed({ signed: false });
        const asked = { gaps: ['signature'], note: PANGRAM, until: '2026-01-14' };
        await office.do('front_office', 'ask-completion', id, asked);
        return id;
      },
    ],
    [
      'left-without-consideration',
      ['nie uczestniczył w rozmowie', PANGRAM],
      'rejected_formally',
      async () => {
        const id = await office.filed();
        await office.do('front_office', 'reject', id, { why: 'not-a-participant', note: PANGRAM });
        return id;
      },
    ],
    [
      'no-recording',
      ['rozmowa nie została nagrana', PANGRAM],
      'answered',
      async () => {
        const id = await office.filed();
        await office.do('front_office', 'answer', id, { why: 'not-recorded', facts: PANGRAM });
        return id;
      },
    ],
    ['opinion', ['pozytywna: brak zastrzeżeń', 'USC'], 'decision', () => decided()],
    ['notice-of-date', ['5 stycznia 2026 r., godz. 10:00', 'pokój 12', 'Osoba staff'], 'approved', () => dated()],
    [
      'changed-date',
      ['7 stycznia 2026 r., godz. 09:00', 'pokój 12'],
      'approved',
      async () => {
        const id = await dated();
        await office.do('secretary', 'change-date', id, { appointment: soon(2 * DAY) });
        return id;
      },
    ],
    [
      'revocation',
      [PANGRAM],
      'decision',
      async () => {
        const id = await dated();
        await office.do('secretary', 'revoke', id, { reasons: PANGRAM });
        return id;
      },
    ],
    [
      'refusal',
      [PANGRAM, 'skargę do Burmistrza'],
      'refused',
      async () => {
        const id = await decided();
        await office.do('secretary', 'refuse', id, { reasons: PANGRAM });
        return id;
      },
    ],
    [
      'refusal-art15',
      [PANGRAM, 'Prezesa Urzędu Ochrony Danych Osobowych', 'przed sądem'],
      'refused',
      async () => {
        const id = await decided('art15');
        await office.do('secretary', 'refuse', id, { reasons: PANGRAM });
        return id;
      },
    ],
    [
      'copy-letter',
      ['od 0:02 do 0:05'],
      'copy_issued',
      async () => {
        const id = await decided('art15');
        const cuts = [{ call: office.call, fromMs: 2000, toMs: 5000 }];
        await office.do('secretary', 'approve-copy', id, { cuts });
        return id;
      },
    ],
    [
      'extension',
      [PANGRAM, '7 kwietnia 2026 r.'],
      'received',
      async () => {
        const id = await office.filed({}, 'art15');
        await office.do('secretary', 'extend-term', id, { reason: PANGRAM });
        return id;
      },
    ],
    [
      'no-show-closed',
      ['nikt nie stawił się', PANGRAM],
      'closed',
      async () => {
        const id = await missed();
        await office.do('secretary', 'close', id, { note: PANGRAM });
        return id;
      },
    ],
    [
      'withdrawal',
      [PANGRAM],
      'withdrawn',
      async () => {
        const id = await office.filed();
        await office.do('front_office', 'withdraw', id, { how: PANGRAM });
        return id;
      },
    ],
    [
      'protocol',
      ['Osoba staff', 'OR.1/2026', 'dowód osobisty okazany', 'od 0:00 do 0:15', PANGRAM],
      'completed',
      async () => {
        const id = await dated(HOUR / 4);
        await office.do('staff', 'open-session', id, { identity: 'dowód osobisty okazany' });
        const asked = await office.whole.ask('POST', `/calls/${office.call}/grants`, office.visitors.staff, {});
        const { grant } = asked.json<{ grant: string }>();
        const range = { range: 'bytes=0-59999' };
        await office.whole.ask('GET', `/recordings/${grant}`, office.visitors.staff, {}, range);
        await office.whole.ask('POST', `/recordings/${grant}/heard`, office.visitors.staff, { from: 0, to: 15 });
        await office.do('staff', 'confirm-protocol', id);
        await office.do('staff', 'close-session', id, { remarks: PANGRAM, unconfirmed: [] });
        return id;
      },
    ],
  ];

  async function paperOf(view: RequestView, paper: string): Promise<Buffer> {
    const n = view.papers.findLast((one) => one.paper === paper)?.n ?? 0;
    const reply = await office.whole.ask('GET', `/requests/${view.id}/papers/${n}`, office.visitors.front_office);
    expect(reply.statusCode, reply.payload.slice(0, 300)).to.equal(200);
    expect(reply.headers).to.include({ 'content-type': 'application/pdf', 'cache-control': 'no-store' });
    return reply.rawPayload;
  }

  const expectGood = (pdf: Buffer, said: readonly string[]): void => {
    const text = pdfText(pdf);
    for (const part of [...said, 'Urząd Miejski w Halinowie', 'strona 1 z']) expect(text).to.include(part);
    expect(text).not.to.match(/[{}]|undefined|\[object|NaN/);
    expect(pdfFacts(pdf)).to.deep.include({ tagged: true, embedded: true });
  };

  for (const [paper, said, phase, go] of ways)
    it(`${paper}, of a request that is then ${phase}`, async () => {
      const view = await office.look('front_office', await go());
      expect(view.state.phase).to.equal(phase);
      const pdf = await paperOf(view, paper);
      expectGood(pdf, [view.number, ...said]);
    });

  it('left-without-consideration too, when the term to complete it is over, by itself', async () => {
    const id = await office.filed({ signed: false });
    await office.do('front_office', 'ask-completion', id, { gaps: ['signature'], note: '', until: '2026-01-14' });
    office.whole.clock.advance(10 * DAY);
    office.visitors.front_office = await office.whole.visitor(office.ids.front_office);
    const look = (): Promise<RequestView> => office.look('front_office', id);
    // It happens beside what is asked.
    await until('the letter is made', async () =>
      (await look()).papers.some(({ paper, made }) => paper === 'left-without-consideration' && made !== undefined),
    );
    const view = await look();
    expect(view.state.phase).to.equal('rejected_formally');
    expectGood(await paperOf(view, 'left-without-consideration'), ['nie uzupełniono']);
  });

  it('a request that was left is reopened, and goes on without an opinion that is overdue', async () => {
    const id = await office.filed();
    await office.do('front_office', 'answer', id, { why: 'none-found', facts: 'nie ma takiej rozmowy' });
    const ground = { to: 'received', ground: 'authority', document: 'PUODO 7/2026' };
    await office.do('secretary', 'reopen', id, ground);
    await office.matched(id);
    await office.do('dpo', 'opinion-dpo', id, { verdict: 'for', reasons: 'x' });
    expect((await office.try('secretary', 'go-on', id, { reason: 'urlop' })).statusCode, 'not yet').to.equal(409);
    office.whole.clock.advance(9 * DAY);
    office.visitors.secretary = await office.whole.visitor(office.ids.secretary);
    const view = await office.do('secretary', 'go-on', id, { reason: 'kierownik na urlopie' });
    expect(view.state.phase).to.equal('decision');
  });

  it('the blank form, the date for a calendar, and the protocol of a disclosure', async () => {
    const { visitors, whole } = office;
    const form = await whole.ask('GET', '/forms/annex-1', visitors.front_office);
    expectGood(form.rawPayload, ['art. 13 RODO', 'Imię i nazwisko ....']);
    const date = await whole.ask('GET', `/requests/${await dated()}/date.ics`, visitors.secretary);
    expect(date.payload)
      .to.match(/^BEGIN:VCALENDAR\r\n/)
      .and.include('DTSTART:20260105T090000Z');
    const letter = {
      receivedOn: '2026-01-05',
      authority: 'Prokuratura Rejonowa w Mińsku Mazowieckim',
      reference: 'PR 1 Ds. 7.2026',
      legalBasis: 'art. 217 k.p.k.',
      scope: PANGRAM,
      calls: [office.call],
      confidential: false,
      binding: true,
    };
    const filed = await whole.ask('POST', '/disclosures', visitors.administrator, letter);
    const at = `/disclosures/${filed.json<{ id: string }>().id}`;
    const go = async (who: 'administrator' | 'dpo' | 'secretary', step: string, body: object = {}): Promise<void> => {
      const reply = await whole.ask('POST', `${at}/${step}`, visitors[who], body);
      expect(reply.statusCode, `${step}: ${reply.payload}`).to.equal(200);
    };
    await go('administrator', 'check', { findings: 'podpis sprawdzony' });
    await go('dpo', 'opinion', { verdict: 'for', text: 'bez zastrzeżeń' });
    await go('secretary', 'approve');
    await go('administrator', 'seal');
    await go('administrator', 'hand-over', { to: 'asp. Łucja Źdźbło', receipt: 'pokwitowanie nr 3' });
    const paper = await whole.ask('GET', `${at}/paper`, visitors.dpo);
    expectGood(paper.rawPayload, ['Prokuratura Rejonowa w Mińsku Mazowieckim', 'asp. Łucja Źdźbło', 'art. 217 k.p.k.']);
  });
});

/** What the administrator keeps in the console: announcements, routing, letters, lines, alerts, backups; own sessions, given purposes. */
import { expect } from 'chai';
import type { SectionForms } from '../../src/config/section-forms.js';
import { RequestPeople } from '../support/console/request-people.js';
import { OFFICE } from '../support/console/whole.js';
import { sine, wavOf } from '../support/media/wav.js';

describe('administration over HTTP', function () {
  this.timeout(180_000);
  let office: RequestPeople;
  before(async () => void (office = await RequestPeople.alone()));
  after(() => office.close());
  const admin = () => office.visitors.administrator;
  const get = (path: string) => office.whole.ask('GET', path, admin());
  const post = (path: string, body: object = {}) => office.whole.ask('POST', path, admin(), body);
  const upload = (wav: Buffer, name = 'notice') => post(`/prompts/pl/${name}`, { wav: wav.toString('base64') });

  describe('announcements', () => {
    const good = wavOf(sine(440, 1500));

    it('are replaced by a WAV file, with both hashes on record, and come back', async () => {
      const before = (await get('/prompts')).json<{ prompts: { sha256: string; own: boolean }[] }>().prompts;
      const reply = await upload(good);
      expect(reply.statusCode, reply.payload).to.equal(200);
      const { sha256 } = reply.json<{ sha256: string }>();
      expect((await office.whole.events('prompt')).at(-1)).to.include({
        name: 'pl:notice',
        sha256,
        old: before[0]?.sha256,
      });
      expect((await get('/prompts/pl/notice/sound')).rawPayload.equals(good)).to.equal(true);
      expect(office.whole.engine.taken).to.deep.equal(['pl/notice']);
      expect((await office.whole.ask('DELETE', '/prompts/pl/notice', admin())).statusCode).to.equal(200);
      expect((await get('/prompts')).json<typeof Object & { prompts: { own: boolean }[] }>().prompts[0]?.own).to.equal(
        false,
      );
    });

    const eightBits = (): Buffer => {
      const wav = Buffer.from(good);
      wav.writeUInt16LE(8, 34);
      return wav;
    };
    const wrong: Readonly<Record<string, () => Buffer>> = {
      'an MP3 that is called WAV': () => Buffer.from('ID3\u0004 not a wave'),
      'a script': () => Buffer.from('<script>alert(1)</script>'),
      'a header with nothing after it': () => good.subarray(0, 44),
      'one of 8 bits': eightBits,
      'one cut in its header': () => good.subarray(0, 20),
      silence: () => wavOf(new Int16Array(16_000)),
      'one that is too short': () => wavOf(sine(440, 100)),
      'one that is too long': () => wavOf(sine(440, 181_000)),
      nothing: () => Buffer.alloc(0),
    };
    for (const [what, make] of Object.entries(wrong))
      it(`refuse ${what}, with words that help, and nothing changes`, async () => {
        const taken = office.whole.engine.taken.length;
        const events = (await office.whole.events('prompt')).length;
        const reply = await upload(make());
        expect(reply.statusCode).to.equal(422);
        expect(reply.json<{ detail: string }>().detail).to.match(/Tego pliku nie można użyć: .*PCM 16 bitów/);
        expect(office.whole.engine.taken.length).to.equal(taken);
        expect((await office.whole.events('prompt')).length).to.equal(events);
      });

    it('have names that lead nowhere else', async () => {
      for (const name of ['..', '%2e%2e%2fx', 'a%2fb', 'NOTICE', 'x'.repeat(50)])
        expect((await upload(good, name)).statusCode, name).to.be.oneOf([404, 422]);
      expect((await upload(good, 'no-such-one')).statusCode).to.equal(422);
    });
  });

  describe('routing', () => {
    const monday = Date.UTC(2026, 2, 2, 10);
    const ask = { trunk: 'operator', dialled: '227836000', at: monday };

    it('tells what would happen to a call, as it is and as it would be', async () => {
      const now = (await post('/routing/preview', ask)).json<{ story: { is: string; open?: boolean }[] }>();
      expect(now.story.find(({ is }) => is === 'hours')?.open).to.equal(true);
      const closed = { name: 'schedules', text: 'schedules: [{ name: week, week: { tue: ["08:00-16:00"] } }]' };
      const then = (await post('/routing/preview', { ...ask, sections: [closed] })).json<typeof now>();
      expect(then.story.find(({ is }) => is === 'hours')?.open).to.equal(false);
    });

    it('takes changed settings where they are good, with hashes on record; all other lines stay', async () => {
      const { version, sections } = (await get('/routing')).json<{
        version: string;
        sections: { name: string; text: string }[];
      }>();
      const text = (sections.find(({ name }) => name === 'schedules')?.text ?? '').replace('16:00', '18:00');
      const change = { sections: [{ name: 'schedules', text }], version };
      const saved = await post('/routing', change);
      expect(saved.statusCode, saved.payload).to.equal(200);
      const after = (await get('/routing')).json<{ sections: { name: string; text: string }[] }>();
      expect(after.sections.find(({ name }) => name === 'schedules')?.text).to.contain('18:00');
      expect(OFFICE).to.contain(after.sections.find(({ name }) => name === 'routes')?.text ?? 'x');
      expect((await office.whole.events('settings')).at(-1)).to.include({ path: 'schedules' });
      expect((await post('/routing', change)).statusCode).to.equal(412);
    });

    it('refuses what the program could not use, and what is another section', async () => {
      const { version } = (await get('/routing')).json<{ version: string }>();
      for (const text of [
        'schedules: [{ name: week, week: { mon: ["8-16"] } }]',
        'schedules: []',
        'schedules: ["',
        'routes: []',
        'schedules: []\nconsole: { address: 0.0.0.0 }',
      ]) {
        const reply = await post('/routing', { sections: [{ name: 'schedules', text }], version });
        expect(reply.statusCode, text).to.equal(422);
      }
    });
  });

  it('opening hours of a form become a section, or their mistakes are told at the field', async () => {
    const { schedules } = (await get('/routing')).json<{ forms: SectionForms }>().forms;
    const tuesday = (tue: string) => schedules.map((one) => ({ ...one, week: { ...one.week, tue } }));
    const wrong = await post('/routing/schedules', { forms: tuesday('rano') });
    expect(wrong.statusCode).to.equal(422);
    const { fields } = wrong.json<{ fields: { field: string; what: string }[] }>();
    expect(fields.map(({ field }) => field)).to.deep.equal(['forms.0.week.tue']);
    expect(fields[0]?.what).to.contain('„rano” to nie są godziny');
    const made = await post('/routing/schedules', { forms: tuesday('8-12') });
    expect(made.json<{ text: string }>().text).to.match(/tue: \["8:00-12:00"\]/);
  });

  it('groups of a form become a section, or their mistakes are told at the field', async () => {
    const place = { leads: 'unsaid', to: '' };
    const group = (members: string) => ({ name: 'front', members, strategy: 'all', ring: '15', onBusy: place, onNoAnswer: place }); // prettier-ignore
    const wrong = await post('/routing/groups', { forms: [group('999')] });
    const { fields } = wrong.json<{ fields: { field: string; what: string }[] }>();
    expect(fields).to.deep.equal([{ field: 'forms.0.members', what: 'Nie ma: 999.' }]);
    const made = await post('/routing/groups', { forms: [group('201, 202')] });
    expect(made.json<{ text: string }>().text).to.contain('name: front').and.contain('ring: 15s');
  });

  it('menus and queues of a form likewise: a wrong one is told in the reader’s language, a right one comes with its prompts', async () => {
    const { targets } = (await get('/routing')).json<{ targets: Record<string, string[]> }>();
    expect(targets.announce).to.include.members(['menu', 'please-wait', 'queue-full']);
    expect(targets.music).to.deep.equal(['waiting']);
    const here = { leads: 'handsets', to: '201' };
    const menu = (key: object) => ({ name: 'front', say: 'menu', keys: [{ key: '1', ...here }, key], wait: '5', times: '3', otherwise: here }); // prettier-ignore
    const wrong = await post('/routing/menus', { forms: [menu({ key: '1', leads: 'announce', to: 'none' })] });
    expect(wrong.json<{ fields: object[] }>().fields).to.deep.equal([
      { field: 'forms.0.keys.1.key', what: 'Klawisz 1 ma już swój cel wyżej.' },
      { field: 'forms.0.keys.1.to', what: 'Nie ma: none.' },
    ]);
    const made = await post('/routing/menus', { forms: [menu({ key: '2', leads: 'announce', to: 'closed' })] });
    expect(made.json<{ text: string }>().text).to.match(/"2":\s+announce: closed/);
    const queue = { name: 'desk', members: '201', strategy: 'all', ring: '20', rest: '5', music: 'waiting', welcome: '', announce: '0', sayWait: true, maxWait: '10', maxLength: '1000', overflow: here }; // prettier-ignore
    const tooLong = await post('/routing/queues', { forms: [queue] });
    expect(tooLong.json<{ fields: object[] }>().fields).to.deep.equal([
      { field: 'forms.0.maxLength', what: 'Wpisz liczbę całkowitą 1–999.' },
    ]);
    const right = await post('/routing/queues', { forms: [{ ...queue, maxLength: '9' }] });
    expect(right.json<{ text: string }>().text).to.contain('maxLength: 9');
  });

  describe('letters', () => {
    it('are tried, kept as the office has them, and dropped again', async () => {
      const source = '# Nasze potwierdzenie\n{requester}';
      const pdf = await post('/letters/receipt/preview', { source });
      expect(pdf.rawPayload.subarray(0, 5).toString()).to.equal('%PDF-');
      expect((await post('/letters/receipt', { source })).statusCode).to.equal(200);
      expect((await get('/letters/receipt')).json()).to.deep.equal({ source, own: true });
      expect((await office.whole.events('settings')).at(-1)).to.include({ path: 'letters.receipt' });
      const wrong = await post('/letters/receipt', { source: '# x\n{haslo}' });
      expect(wrong.statusCode).to.equal(422);
      expect(wrong.json<{ detail: string }>().detail).to.contain('Wiersz 2');
      expect((await office.whole.ask('DELETE', '/letters/receipt', admin())).statusCode).to.equal(200);
      expect((await get('/letters/receipt')).json<{ own: boolean }>().own).to.equal(false);
    });
  });

  describe('the numbers of the office', () => {
    it('are led elsewhere by a form, with mistakes told at the field and comments kept', async () => {
      interface Loaded {
        forms: SectionForms;
        sections: { name: string; text: string }[];
        version: string;
      }
      const { version, forms } = (await get('/routing')).json<Loaded>();
      const { routes } = forms;
      expect(routes[0]).to.deep.include({ name: 'main', numbers: '+48227836000', leads: 'hours', to: 'office' });
      const added = { name: 'fax', numbers: '22 783 60 05', leads: 'handsets', to: '202' };
      const wrong = await post('/routing/routes', { forms: [...routes, { ...added, numbers: 'x', to: '909' }] });
      expect(wrong.statusCode).to.equal(422);
      expect(wrong.json<{ fields: { field: string }[] }>().fields.map(({ field }) => field)).to.deep.equal([
        'forms.1.numbers',
        'forms.1.to',
      ]);
      const made = await post('/routing/routes', { forms: [...routes, added] });
      expect(made.statusCode, made.payload).to.equal(200);
      expect((await get('/routing')).json<Loaded>().version, 'nothing is kept yet').to.equal(version);
      const section = made.json<{ name: string; text: string }>();
      expect((await post('/routing', { sections: [section], version })).statusCode).to.equal(200);
      const after = (await get('/routing')).json<Loaded>();
      expect(after.sections.find(({ name }) => name === 'routes')?.text).to.contain('name: fax');
      expect(after.sections.find(({ name }) => name === 'schedules')?.text).to.contain('week');
      expect((await office.whole.events('settings')).at(-1)).to.include({ path: 'routes' });
    });
  });

  it('a handset has its state beside its name', async () => {
    const { handsets } = (await get('/handsets')).json<{ handsets: object[] }>();
    expect(handsets).to.deep.equal([{ extension: '201', informed: false, registration: { state: 'none' } }]);
  });

  it('a line is tried, alerts are tried, backups are listed', async () => {
    expect((await post('/trunks/operator/check')).json()).to.include({ status: 200, afterMs: 12 });
    expect((await post('/trunks/nobody/check')).statusCode).to.equal(404);
    expect((await post('/alerts/test')).json()).to.deep.equal({
      tried: [{ channel: 'webhook', failure: 'no answer' }],
    });
    const facts = { step: 'done', files: 7, bytes: 900 };
    await office.whole.audit.append({ event: 'backup', actor: { by: 'command-line', uid: 0 }, facts });
    const { backups } = (await get('/backups')).json<{ backups: object[] }>();
    expect(backups[0]).to.include(facts);
  });

  it("one's own sessions are seen, and ended one by one or all but this", async () => {
    const id = await office.whole.account('sesje', 'auditor');
    const [here, there, third] = [
      await office.whole.visitor(id),
      await office.whole.visitor(id),
      await office.whole.visitor(id),
    ];
    const list = async () =>
      (await office.whole.ask('GET', '/me/sessions', here)).json<{ sessions: { id: string; here: boolean }[] }>()
        .sessions;
    expect((await list()).filter((one) => one.here).map((one) => one.id)).to.deep.equal([here.session]);
    expect((await list()).length).to.equal(3);
    await office.whole.ask('POST', `/me/sessions/${there.session}/end`, here);
    expect((await office.whole.ask('GET', '/me', there)).statusCode).to.equal(401);
    expect((await office.whole.ask('GET', '/me', third)).statusCode).to.equal(200);
    // Of somebody else it ends nothing.
    await office.whole.ask('POST', `/me/sessions/${here.session}/end`, office.visitors.staff);
    await office.whole.ask('POST', '/me/sessions/end-others', here);
    expect((await list()).map((one) => one.id)).to.deep.equal([here.session]);
    expect((await office.whole.ask('GET', '/me', third)).statusCode).to.equal(401);
  });

  it("somebody else's session cannot be ended, nor what is heard in it", async () => {
    const { secretary, staff } = office.visitors;
    await office.whole.authorise(office.ids.secretary);
    const wish = { purpose: 'complaint', reference: 'OR.1' };
    const granted = await office.whole.ask('POST', `/calls/${office.call}/grants`, secretary, wish);
    const { grant } = granted.json<{ grant: string }>();
    await office.whole.ask('POST', `/me/sessions/${secretary.session}/end`, staff);
    const sound = await office.whole.ask('GET', `/recordings/${grant}`, secretary, {}, { range: 'bytes=0-99' });
    expect(sound.statusCode, sound.payload).to.equal(206);
  });

  it('the Secretary gives an employee a purpose, who then may hear this recording until its day', async () => {
    const { staff } = office.ids;
    const grant = () => office.whole.ask('POST', `/calls/${office.call}/grants`, office.visitors.staff, {});
    expect((await grant()).statusCode).to.equal(403);
    const until = office.whole.clock.now() + 3_600_000;
    const given = { account: staff, purpose: 'complaint', reference: 'OR.1431.7', until };
    const asStaff = await office.whole.ask('POST', `/calls/${office.call}/purposes`, office.visitors.staff, given);
    expect(asStaff.statusCode).to.equal(403);
    const reply = await office.whole.ask('POST', `/calls/${office.call}/purposes`, office.visitors.secretary, given);
    expect(reply.statusCode, reply.payload).to.equal(200);
    expect((await grant()).statusCode).to.equal(200);
    const list = await office.whole.ask('GET', `/calls/${office.call}/purposes`, office.visitors.secretary);
    expect(list.json<{ given: { account: string }[] }>().given.map((one) => one.account)).to.deep.equal([staff]);
    const late = { ...given, until: office.whole.clock.now() - 1 };
    expect(
      (await office.whole.ask('POST', `/calls/${office.call}/purposes`, office.visitors.secretary, late)).statusCode,
    ).to.equal(422);
  });
});

/** Disclosures as they are kept: on record first, recordings held, the sealed file and its end, the paper, confidentiality. */
import { expect } from 'chai';
import { noAlarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { Disclosures, type DisclosureAction } from '../../../src/requests/disclosures.js';
import type { DisclosureForm } from '../../../src/requests/machine/disclosure.js';
import type { DisclosureRecord } from '../../../src/requests/records.js';
import { MemoryFiles } from '../../support/memory-files.js';
import { AuditBook, as } from '../../support/people.js';
import { HoldBook, personOf } from '../../support/request-office.js';
import { call, DAY, monday, type Who } from '../../support/requests.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const form: DisclosureForm = {
  authority: 'Prokuratura Rejonowa',
  reference: 'PR 1 Ds. 7.2026',
  legalBasis: 'art. 217 kpk',
  scope: 'jedna rozmowa',
  calls: [call()],
  confidential: false,
  binding: true,
};

class Stand {
  readonly files = new MemoryFiles();
  readonly clock = new VirtualClock(monday);
  readonly holds = new HoldBook();
  readonly book = new AuditBook();
  readonly erased: string[] = [];
  sealBroken = false;
  /** To whom, as the seal was told. */
  readonly sealed: string[] = [];
  disclosures!: Disclosures;

  static async open(): Promise<Stand> {
    const stand = new Stand();
    for (const folder of ['/data/requests', '/data/letters']) await stand.files.makeFolder(folder);
    await stand.start();
    return stand;
  }

  async start(): Promise<void> {
    const { files, clock, holds, book } = this;
    this.disclosures = await Disclosures.open({
      files,
      clock,
      audit: {
        append: (event) => book.append(event),
        eraseDetails: ({ object }) => Promise.resolve(this.erased.push(object?.id ?? '')),
      },
      archive: holds,
      log: silentLog,
      alarms: noAlarms,
      folder: '/data/requests',
      letters: '/data/letters',
      sealed: '/data/disclosures',
      papers: { makeForDisclosure: (paper) => Promise.resolve(Buffer.from(`%PDF-${paper}`)) },
      seal: async ({ path, recipient }) => {
        if (this.sealBroken) throw new Error('no room');
        this.sealed.push(recipient);
        const file = await files.open(path, 'write');
        await file.write(Buffer.from('zip'), 0);
        await file.close();
        return { sha256: 'ab', bytes: 3 };
      },
    });
  }

  async filed(more: Partial<DisclosureForm> = {}): Promise<string> {
    const given = { receivedOn: '2026-03-02', form: { ...form, ...more } };
    const filed = await this.disclosures.file(as('admin'), personOf('admin'), given);
    if ('refused' in filed) throw new Error(filed.refused.code);
    return filed.record.id;
  }

  async do(id: string, who: Who, action: DisclosureAction): Promise<DisclosureRecord> {
    const done = await this.disclosures.act(as(who), personOf(who), id, action);
    if ('refused' in done) throw new Error(done.refused.code);
    return done.record;
  }

  async approved(more: Partial<DisclosureForm> = {}): Promise<string> {
    const id = await this.filed(more);
    await this.do(id, 'admin', { type: 'check', findings: 'zgodne', complete: true });
    await this.do(id, 'secretary', { type: 'approve' });
    return id;
  }

  isThere = async (id: string): Promise<boolean> =>
    (await this.files.stat(`/data/disclosures/${id}.zip`)) !== undefined;
}

const handOver: DisclosureAction = { type: 'hand-over', to: 'asp. Kos', receipt: 'pokwitowanie 3' };

describe('disclosures as they are kept', () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await Stand.open();
  });
  afterEach(() => stand.disclosures.close());

  it('hold the recordings until the hand-over, which makes the protocol and takes the sealed file away', async () => {
    const id = await stand.approved();
    expect(stand.holds.held).to.deep.equal(['c1']);
    await stand.do(id, 'admin', { type: 'seal' });
    expect(await stand.isThere(id)).to.equal(true);
    const { paper, disclosure } = await stand.do(id, 'admin', handOver);
    expect(disclosure.state).to.include({ phase: 'handed_over', to: 'asp. Kos', findings: 'zgodne' });
    expect(paper?.paper).to.equal('handover-protocol');
    expect((await stand.disclosures.paper(as('dpo'), personOf('dpo'), id)).toString()).to.equal(
      '%PDF-handover-protocol',
    );
    expect(await stand.isThere(id)).to.equal(false);
    expect(stand.holds.held).to.deep.equal([]);
    const steps = stand.book.events.flatMap((one) => (one.event === 'disclosure' ? [one.facts.action] : []));
    expect(steps).to.deep.equal(['file', 'check', 'approve', 'seal', 'hand-over', 'opened']);
  });

  it('keep the recordings of a refused one for a complaint', async () => {
    const id = await stand.filed();
    const { paper } = await stand.do(id, 'secretary', { type: 'refuse', reasons: 'brak podstawy' });
    expect(paper?.paper).to.equal('disclosure-refusal');
    expect(stand.holds.held).to.deep.equal(['c1']);
    stand.clock.advance(200 * DAY);
    await stand.disclosures.look();
    expect(stand.holds.held).to.deep.equal([]);
  });

  it('do nothing while the audit log takes no entries, nor seal what is not approved', async () => {
    const id = await stand.filed();
    expect(await stand.do(id, 'admin', { type: 'seal' }).catch((error: Error) => error.message)).to.equal(
      'out-of-order',
    );
    expect(stand.sealed).to.deep.equal([]);
    stand.book.broken = true;
    const failed = stand.do(id, 'admin', { type: 'check', findings: 'x', complete: true });
    expect(await failed.then(() => 'done', (error: Error) => error.message)).not.to.equal('done'); // prettier-ignore
    stand.book.broken = false;
    expect(stand.disclosures.find(id)?.disclosure.state.phase).to.equal('requested');
  });

  it('stay unsealed where the sealing fails, and come back after a restart', async () => {
    const id = await stand.approved();
    stand.sealBroken = true;
    expect(await stand.do(id, 'admin', { type: 'seal' }).catch((error: Error) => error.message)).to.equal('no room');
    await stand.disclosures.close();
    await stand.start();
    stand.sealBroken = false;
    expect((await stand.do(id, 'admin', { type: 'seal' })).disclosure.state).to.have.property('sealed');
  });

  it('a confidential one is out of sight of others, and neither hold nor seal tells of it', async () => {
    const id = await stand.approved({ confidential: true });
    await stand.do(id, 'admin', { type: 'seal' });
    expect(stand.sealed).to.deep.equal(['uprawniony organ']);
    expect(stand.holds.all.map(({ kind, reason }) => [kind, reason])).to.deep.equal([
      ['administrator', 'zabezpieczenie urzędowe'],
    ]);
    for (const who of ['dpo', 'staff', 'auditor'] as const) {
      expect(stand.disclosures.list(personOf(who)), who).to.deep.equal([]);
      const look = stand.disclosures.open(as(who), personOf(who), id).then(
        () => 'seen',
        (error: { code?: string }) => error.code,
      );
      expect(await look).to.equal('DISCLOSURE_UNKNOWN');
    }
    expect(stand.disclosures.list(personOf('secretary'))).to.have.length(1);
  });

  it('lose all details when their time after the hand-over to the records is over, and keep their number', async () => {
    const id = await stand.approved();
    await stand.do(id, 'admin', { type: 'seal' });
    const early = stand.disclosures.fileAway(as('admin'), personOf('admin'), id, {
      on: '2026-03-03',
      caseSign: 'OR.7',
    });
    expect(await early.then(() => '', (error: { code?: string }) => error.code)).to.equal('DISCLOSURE_OPEN'); // prettier-ignore
    await stand.do(id, 'admin', handOver);
    expect(stand.disclosures.waitingFor(personOf('admin')).map(({ what }) => what)).to.deep.equal(['file-away']);
    await stand.disclosures.fileAway(as('admin'), personOf('admin'), id, { on: '2026-03-03', caseSign: 'OR.7' });
    stand.clock.advance(360 * DAY);
    await stand.disclosures.look();
    expect(stand.disclosures.find(id)).not.to.equal(undefined);
    stand.clock.advance(10 * DAY);
    stand.book.broken = true;
    await stand.disclosures.look();
    expect(stand.disclosures.find(id), 'not on record').not.to.equal(undefined);
    stand.book.broken = false;
    await stand.disclosures.look();
    expect(stand.disclosures.find(id)).to.equal(undefined);
    expect(stand.disclosures.list(personOf('admin'))).to.deep.equal([]);
    expect(stand.erased).to.deep.equal([id]);
    expect(await stand.files.list(`/data/letters/${id}`)).to.deep.equal([]);
    await stand.disclosures.close();
    await stand.start();
    const next = await stand.disclosures.file(as('admin'), personOf('admin'), { receivedOn: '2026-05-01', form });
    expect('record' in next && next.record.disclosure.number).to.equal('U2/2026');
  });

  it('wait for whoever is next', async () => {
    const id = await stand.filed();
    const waits = (who: Who): string[] => stand.disclosures.waitingFor(personOf(who)).map(({ what }) => what);
    expect([waits('admin'), waits('secretary'), waits('dpo')]).to.deep.equal([['check'], [], ['give-opinion']]);
    await stand.do(id, 'admin', { type: 'check', findings: 'zgodne', complete: true });
    expect([waits('admin'), waits('secretary')]).to.deep.equal([[], ['approve']]);
    await stand.do(id, 'secretary', { type: 'approve' });
    expect(waits('admin')).to.deep.equal(['seal']);
    await stand.do(id, 'admin', { type: 'seal' });
    expect(waits('admin')).to.deep.equal(['hand-over']);
  });
});

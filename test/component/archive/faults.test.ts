import { expect } from 'chai';
import type { Archive } from '../../../src/archive/archive.js';
import { silentLog } from '../../../src/base/log.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import type { Difference } from '../../../src/archive/verify.js';
import { DATA, diskBytes, endedEntry, entryAt, FakeSpool, openArchive, policy } from '../../support/archive-fixture.js';
import type { Fixture } from '../../support/archive-fixture.js';
import { MemoryFiles, systemError } from '../../support/memory-files.js';

async function collect(differences: AsyncIterable<Difference>): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of differences) found.push(difference);
  return found;
}

/** A call whose every step may fail without the call failing, as a call application does it. */
async function sturdyCall({ archive, files, clock }: Fixture): Promise<CallEntry> {
  const entry = entryAt(clock.now());
  const { id } = entry;
  const failed: unknown[] = [];
  const note = (error: unknown): undefined => void failed.push(error);
  await archive.ledger.begin(entry).catch(note);
  const ticket = await archive.ledger.openSpool(entry).catch(note);
  let spool: FakeSpool | undefined;
  if (ticket && 'path' in ticket) {
    spool = new FakeSpool(files, ticket.path, entry, clock.now());
    for (let i = 0; i < 2; i++) {
      if (await archive.spoolBudget.reserve(id, 60_000)) await spool.write(60_000).catch(note);
      clock.advance(14_000);
    }
  }
  const end = spool && { path: spool.path, bytes: spool.bytes, dropped: 0, cut: undefined };
  await archive.ledger.end(endedEntry(entry, clock.now()), end).catch(note);
  return entry;
}

async function settle(archive: Archive, fixture: Fixture): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await archive.idle();
    fixture.clock.advance(20_000);
  }
  await archive.idle();
}

describe('the archive, when an operation on the disk fails', () => {
  for (const [code, stride] of [
    ['EIO', 1],
    ['ENOSPC', 3],
  ] as const) {
    it(`puts itself right after ${code}, whichever operation it was`, async function () {
      this.timeout(180_000);
      for (let n = 1; ; n += stride) {
        const files = new MemoryFiles();
        const fixture = await openArchive({ files, policy: { ...policy, quota: 640_000 } });
        const target = files.operations + n;
        let reached = false;
        files.onOperation = ({ number }) => {
          if (number !== target) return;
          reached = true;
          throw systemError(code);
        };
        const entries: CallEntry[] = [];
        for (let call = 0; call < 3; call++) entries.push(await sturdyCall(fixture));
        await settle(fixture.archive, fixture);
        if (!reached) return;
        files.onOperation = () => undefined;
        const where = `operation ${n}`;
        expect(await collect(fixture.archive.verify()), where).to.deep.equal([]);
        expect(fixture.archive.usage().used, where).to.equal(diskBytes(files));
        for (const { id } of entries) {
          const phase = (await fixture.archive.find(id))?.state.phase;
          expect(phase, `${where}: ${id}`).to.be.oneOf(['recorded', 'evicted', 'unrecorded']);
        }
        await fixture.archive.close();
        const again = await openArchive({ files, clock: fixture.clock });
        for (const { id } of entries) expect(await again.archive.find(id), where).to.not.equal(undefined);
        expect(again.archive.recovered.interrupted, where).to.deep.equal([]);
      }
    });
  }

  it('evicts on a disk that is full to the last byte, though the fact of it has no room', async () => {
    const fixture = await openArchive();
    const { archive, files, clock } = fixture;
    const first = await sturdyCall(fixture);
    await sturdyCall(fixture);
    await archive.idle();
    files.capacity = files.bytes();
    await archive.setQuota(200_000);
    await archive.idle();
    expect((await archive.find(first.id))?.state.phase).to.equal('evicted');
    expect(await collect(archive.verify())).to.deep.equal([]);
    expect(archive.usage().used).to.equal(diskBytes(files));
    clock.advance(10_000);
    await archive.idle();
  });

  it('owes the journal what it could not write, and pays when it can', async () => {
    const fixture = await openArchive();
    const { archive, files, clock } = fixture;
    files.onOperation = ({ name }) => {
      if (name === 'write' || name === 'sync') throw systemError('ENOSPC');
    };
    const entry = await sturdyCall(fixture);
    files.onOperation = () => undefined;
    clock.advance(10_000);
    await archive.idle();
    await archive.close();
    const again = await openArchive({ files, clock });
    expect((await again.archive.find(entry.id))?.state).to.include({ phase: 'unrecorded', why: 'failed' });
  });
});

describe('the archive, at a start that finds what should not be', () => {
  async function archiveOfTwo(): Promise<Fixture & { entries: CallEntry[] }> {
    const fixture = await openArchive();
    const entries = [await sturdyCall(fixture), await sturdyCall(fixture)];
    await fixture.archive.idle();
    await fixture.archive.close();
    return { ...fixture, entries };
  }

  it('enters recordings again when the journal was lost', async () => {
    const { files, clock, entries } = await archiveOfTwo();
    await files.remove(`${DATA}/journal/archive.journal`);
    const { archive } = await openArchive({ files, clock });
    await archive.idle();
    for (const { id } of entries) expect((await archive.find(id))?.state.phase).to.equal('recorded');
    expect(await collect(archive.verify())).to.deep.equal([]);
    expect(archive.usage().used).to.equal(diskBytes(files));
  });

  it('takes away the folders of days from which everything went', async () => {
    const { files, clock, entries } = await archiveOfTwo();
    clock.advance(366 * 86_400_000);
    const { archive } = await openArchive({ files, clock });
    await archive.idle();
    clock.advance(10_000);
    await archive.idle();
    expect((await archive.find(entries[1]?.id ?? entryAt(0).id))?.state.phase).to.equal('evicted');
    await archive.close();
    const again = await openArchive({ files, clock });
    await again.archive.idle();
    expect(await files.list(`${DATA}/recordings`)).to.deep.equal([]);
  });

  it('takes up a spool of a call that the journal does not know', async () => {
    const { files, clock } = await openArchive();
    const entry = entryAt(clock.now());
    await new FakeSpool(files, `${DATA}/spool/${entry.id}.pcap`, entry, clock.now()).write(50_000);
    const { archive } = await openArchive({ files, clock });
    await archive.idle();
    expect(archive.recovered.adopted).to.deep.equal([entry.id]);
    expect((await archive.find(entry.id))?.state.phase).to.equal('recorded');
    expect(await collect(archive.verify())).to.deep.equal([]);
  });

  it('names what is missing, changed, or nobody’s, and counts all bytes all the same', async () => {
    const { files, clock, entries } = await archiveOfTwo();
    const [gone, changed] = entries.map(({ id }) => `${DATA}/recordings/2026/01/05/${id}.mp3`);
    if (gone === undefined || changed === undefined) throw new Error('two calls');
    await files.remove(gone);
    const bytes = Buffer.from(files.content(changed) ?? '');
    bytes[bytes.length - 1] = 0;
    files.put(changed, bytes);
    files.put(`${DATA}/recordings/holiday.jpg`, 'x'.repeat(1000));
    files.put(`${DATA}/spool/notes.txt`, 'y'.repeat(10));
    files.put(`${DATA}/tmp/left.mp3`, 'z');
    files.put(`${DATA}/letters/1.pdf`, 'pdf');
    const { archive } = await openArchive({ files, clock });
    await archive.idle();
    const found = await collect(archive.verify());
    expect(found.map(({ kind, path }) => `${kind} ${path}`).sort()).to.deep.equal([
      `recording-changed ${changed}`,
      `recording-missing ${gone}`,
      `recording-unknown ${DATA}/recordings/holiday.jpg`,
      `spool-unknown ${DATA}/spool/notes.txt`,
    ]);
    expect(found.every(({ what, todo }) => what !== '' && todo !== '')).to.equal(true);
    expect(archive.usage().used).to.equal(diskBytes(files));
    expect((await collect(archive.verify({ hash: false }))).map(({ kind }) => kind)).to.not.include(
      'recording-changed',
    );
  });

  it('says so where a recording that nobody knows cannot be looked at, and goes on', async () => {
    const { files, clock } = await archiveOfTwo();
    const strange = `${DATA}/recordings/2026/01/05/strange.mp3`;
    files.put(strange, 'x');
    let looks = 0;
    files.onOperation = ({ name, path }) => {
      if (name === 'stat' && path === strange && ++looks === 2) throw systemError('EIO');
    };
    const said: string[] = [];
    const log = { ...silentLog, error: (_facts: object, message: string) => void said.push(message) };
    const { archive } = await openArchive({ files, clock, log });
    await archive.idle();
    expect(looks).to.be.at.least(2);
    expect(said).to.include('cannot compare the recordings on the disk with the journal');
    expect((await collect(archive.verify())).map(({ path }) => path)).to.deep.equal([strange]);
    await archive.close();
  });

  it('goes on from a damaged journal, names the line, and finds the call again by its recording', async () => {
    const { files, clock, entries } = await archiveOfTwo();
    const path = `${DATA}/journal/archive.journal`;
    const text = (files.content(path) ?? Buffer.alloc(0)).toString();
    const [first] = entries;
    files.put(path, text.replaceAll(`"id":"${first?.id}"`, `"id":"${first?.id.replace('0', 'X')}"`));
    const { archive } = await openArchive({ files, clock });
    await archive.idle();
    const damage = (await collect(archive.verify())).filter(({ kind }) => kind === 'journal-damaged');
    expect(damage.length).to.be.greaterThan(2);
    expect(damage[0]?.what).to.match(/^line 3, byte \d+, \d+ bytes: checksum does not match$/);
    expect((await archive.find(entries[0]?.id ?? entryAt(0).id))?.state.phase).to.equal('recorded');
  });
});

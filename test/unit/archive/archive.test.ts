import { expect } from 'chai';
import type { CallLedger } from '../../../src/calls/ports.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import type { SavedDialog } from '../../../src/entry/ledger.js';
import type { SpoolBudget } from '../../../src/media/engine.js';
import {
  DATA,
  diskBytes,
  endedEntry,
  entryAt,
  openArchive,
  recordCall,
  recordingPath,
} from '../../support/archive-fixture.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const DAY_OF_CLOCK = '2026/01/05';

describe('the archive, as a call is recorded', () => {
  it('is the ledger that the call application asks for, and the budget of the media engine', async () => {
    const { archive } = await openArchive();
    const ledger: CallLedger = archive.ledger;
    const budget: SpoolBudget = archive.spoolBudget;
    expect(await budget.reserve(entryAt(0).id, 1)).to.equal(false);
    await ledger.begin(entryAt(0));
  });

  it('leaves an MP3 in the folder of its day and no spool, and counts it exactly', async () => {
    const fixture = await openArchive();
    const entry = await recordCall(fixture);
    await fixture.archive.idle();
    const path = recordingPath(entry, DAY_OF_CLOCK);
    expect(fixture.files.paths()).to.deep.equal([
      `${DATA}/journal/archive.journal`,
      `${DATA}/journal/erasures.journal`,
      path,
    ]);
    expect(fixture.archive.usage().used).to.equal(diskBytes(fixture.files));
    expect(fixture.archive.usage()).to.include({ recordings: 1, oldest: entry.startedAt, newest: entry.startedAt });
  });

  it('files a call under the day of the office, not of Greenwich', async () => {
    const halfPastMidnightInWarsaw = Date.UTC(2026, 6, 1, 22, 30);
    const fixture = await openArchive({ clock: new VirtualClock(halfPastMidnightInWarsaw) });
    const entry = await recordCall(fixture);
    await fixture.archive.idle();
    expect(fixture.files.paths()).to.include(recordingPath(entry, '2026/07/02'));
  });

  it('keeps a call that nobody wanted recorded as an entry, and removes what was spooled of it', async () => {
    const fixture = await openArchive();
    const { archive, clock } = fixture;
    const entry = entryAt(clock.now());
    await archive.ledger.begin(entry);
    await archive.ledger.openSpool(entry);
    fixture.files.put(`${DATA}/spool/${entry.id}.pcap`, 'x'.repeat(100));
    clock.advance(10_000);
    const end = endedEntry({ ...entry, record: { wanted: false, why: 'choice' } }, clock.now());
    await archive.ledger.end(end, { path: '', bytes: 100, dropped: 0, cut: 'stopped' });
    await archive.idle();
    expect(fixture.files.paths()).to.deep.equal([
      `${DATA}/journal/archive.journal`,
      `${DATA}/journal/erasures.journal`,
    ]);
    expect(archive.usage().used).to.equal(diskBytes(fixture.files));
  });

  it('tries an encoder that failed again, later and later, and then keeps the spool as failed', async () => {
    const fixture = await openArchive();
    let failing = true;
    fixture.encoder.before = () => (failing ? Promise.reject(new Error('worker died')) : Promise.resolve());
    const entry = await recordCall(fixture);
    for (let i = 0; i < 6; i++) {
      await fixture.archive.idle();
      fixture.clock.advance(40_000);
    }
    await fixture.archive.idle();
    expect(fixture.encoder.requests.length).to.be.greaterThan(5);
    expect(fixture.files.paths()).to.include(`${DATA}/spool/${entry.id}.pcap`);
    failing = false;
    fixture.clock.advance(700_000);
    await fixture.archive.idle();
    expect(fixture.files.paths()).to.include(recordingPath(entry, DAY_OF_CLOCK));
    expect(fixture.archive.usage().used).to.equal(diskBytes(fixture.files));
  });

  it('makes the oldest recording first, but the one that somebody wants to hear before all', async () => {
    const fixture = await openArchive();
    const { archive, encoder, clock } = fixture;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    encoder.before = () => held;
    const entries: CallEntry[] = [];
    for (let i = 0; i < 4; i++) entries.push(await recordCall(fixture, 2));
    const early = entryAt(clock.now() - 1_000_000);
    await recordCall(fixture, 2, early);
    const [first, second, third, fourth] = entries.map(({ id }) => id);
    if (!first || !second || !third || !fourth) throw new Error('four calls');
    archive.hurry(fourth);
    release();
    await archive.idle();
    expect(encoder.requests.map(({ id }) => id)).to.deep.equal([first, fourth, early.id, second, third]);
  });

  it('names the dialogs of a call that was open, at each start, until they were ended', async () => {
    const fixture = await openArchive();
    const entry = entryAt(fixture.clock.now());
    const dialog: SavedDialog = {
      callId: 'a',
      localUri: 'sip:a',
      localTag: '1',
      remoteUri: 'sip:b',
      remoteTag: '2',
      remoteTarget: 'sip:c',
      routeSet: [],
      localCSeq: 1,
      nextHop: 'sip:d',
    };
    await fixture.archive.ledger.begin(entry);
    await fixture.archive.ledger.saveDialogs(entry.id, [dialog]);
    const { files, clock } = fixture;
    let next = files.afterCrash(false);
    const again = await openArchive({ files: next, clock });
    expect(again.archive.recovered.interrupted.flatMap(({ dialogs }) => dialogs)).to.deep.equal([dialog]);
    next = next.afterCrash(false);
    const third = await openArchive({ files: next, clock });
    expect(third.archive.recovered.interrupted.flatMap(({ dialogs }) => dialogs)).to.deep.equal([dialog]);
    await third.archive.dialogsEnded();
    const fourth = await openArchive({ files: next.afterCrash(false), clock });
    expect(fourth.archive.recovered.interrupted).to.deep.equal([]);
    expect((await fourth.archive.find(entry.id))?.entry.end?.reason).to.equal('restart');
  });
});

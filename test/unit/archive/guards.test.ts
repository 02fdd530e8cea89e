import { expect } from 'chai';
import type { ArchiveOptions } from '../../../src/archive/archive.js';
import { checkEvent } from '../../../src/audit/events.js';
import type { AuditEvent } from '../../../src/audit/events.js';
import type { CallId } from '../../../src/base/brands.js';
import { HalinaError } from '../../../src/base/errors.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import { DATA, DAY, diskBytes, endedEntry, entryAt, openArchive, recordCall } from '../../support/archive-fixture.js';
import type { Fixture } from '../../support/archive-fixture.js';
import { systemError } from '../../support/memory-files.js';

const wish = { by: 'sekretarz', kind: 'request', reason: 'request 12/2026' } as const;
const two = { askedBy: 'admin', confirmedBy: 'sekretarz', reason: 'an objection was granted' };

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'done';
  } catch (error) {
    return error instanceof HalinaError ? error.code : String(error);
  }
}

interface Recorded extends Fixture {
  readonly facts: AuditEvent[];
  readonly calls: readonly CallEntry[];
}

async function recorded(count: number, changes: Partial<ArchiveOptions> = {}): Promise<Recorded> {
  const facts: AuditEvent[] = [];
  const audit = { append: (fact: AuditEvent) => Promise.resolve(checkEvent(fact)).then(() => facts.push(fact)) };
  const fixture = await openArchive({ audit, ...changes } as Parameters<typeof openArchive>[0]);
  const calls: CallEntry[] = [];
  for (let i = 0; i < count; i++) calls.push(await recordCall(fixture, 30));
  await fixture.archive.idle();
  return { ...fixture, facts, calls };
}

const idOf = (calls: readonly CallEntry[], i: number): CallId => {
  const call = calls[i];
  if (!call) throw new Error('no such call');
  return call.id;
};

const phaseOf = async ({ archive }: Fixture, id: CallId): Promise<string | undefined> =>
  (await archive.find(id))?.state.phase;

/** Everything on the disk that somebody could search through. */
const contents = ({ files }: Fixture): string =>
  files
    .paths()
    .map((path) => `${path}\n${files.content(path)?.toString('latin1')}`)
    .join('\n');

describe('a hold', () => {
  it('keeps a recording from eviction for room, by age and after its quarantine, until the last is released', async () => {
    const fixture = await recorded(3);
    const { archive, clock, calls } = fixture;
    const id = idOf(calls, 0);
    const first = await archive.hold(id, wish);
    const second = await archive.hold(id, { ...wish, kind: 'authority', reason: 'the public prosecutor' });
    await archive.setQuota(1000);
    expect(await phaseOf(fixture, id)).to.equal('recorded');
    expect(await phaseOf(fixture, idOf(calls, 1))).to.equal('evicted');
    clock.advance(400 * DAY);
    clock.advance(2 * 3_600_000);
    await archive.evict();
    await archive.release(id, first.id, { by: 'sekretarz', reason: 'answered' });
    await archive.evict();
    expect(await phaseOf(fixture, id)).to.equal('recorded');
    await archive.release(id, second.id, { by: 'sekretarz', reason: 'returned' });
    await archive.evict();
    expect(await phaseOf(fixture, id)).to.equal('evicted');
    expect(archive.usage().used).to.equal(diskBytes(fixture.files));
  });

  it('stands after a restart, and says who placed it, why and until when; so does its release', async () => {
    const fixture = await recorded(1);
    const id = idOf(fixture.calls, 0);
    const until = fixture.clock.now() + DAY;
    const placed = await fixture.archive.hold(id, { ...wish, until, reference: 'OR.1431.12.2026' });
    const other = await fixture.archive.restrict(id, { ...wish, by: 'iod' });
    await fixture.archive.release(id, other.id, { by: 'sekretarz', reason: 'settled' });
    await fixture.archive.close();
    const { archive } = await openArchive({ files: fixture.files, clock: fixture.clock });
    const [hold, restriction] = await archive.guards(id);
    expect(hold).to.deep.equal(placed);
    expect(hold).to.include({ effect: 'hold', kind: 'request', by: 'sekretarz', until, reference: 'OR.1431.12.2026' });
    expect(restriction?.released).to.include({ by: 'sekretarz', reason: 'settled' });
    expect((await archive.held()).map(({ entry }) => entry.id)).to.deep.equal([id]);
    const actions = fixture.facts.map(
      ({ event, actor, facts: said }) => `${event} ${Object.values(said)[0]} ${Object.values(actor).join(' ')}`,
    );
    expect(actions).to.deep.equal([
      'recording kept system',
      'hold placed account sekretarz',
      'hold placed account iod',
      'hold released account sekretarz',
    ]);
  });

  it('ends by itself when its time is over, and that is recorded', async () => {
    const fixture = await recorded(1);
    const { archive, clock, calls, facts } = fixture;
    const id = idOf(calls, 0);
    await archive.hold(id, { ...wish, until: clock.now() + 60_000 });
    clock.advance(50_000);
    await archive.idle();
    expect((await archive.guards(id))[0]?.released).to.equal(undefined);
    clock.advance(20_000);
    await archive.idle();
    expect((await archive.guards(id))[0]?.released).to.include({ by: 'halina' });
    expect(facts.at(-1)).to.deep.include({ actor: { by: 'system' }, object: { kind: 'recording', id } });
    expect(facts.at(-1)?.facts).to.include({ change: 'expired' });
  });

  it('can be placed on a running call, and keeps the entry of one that has no recording', async () => {
    const fixture = await recorded(0);
    const { archive, clock } = fixture;
    const entry = entryAt(clock.now());
    await archive.ledger.begin(entry);
    await archive.hold(entry.id, wish);
    await archive.ledger.end(endedEntry(entry, clock.now()), undefined);
    expect(await phaseOf(fixture, entry.id)).to.equal('unrecorded');
    for (let day = 0; day < 800; day++) clock.advance(DAY / 24);
    await archive.idle();
    clock.advance(800 * DAY);
    clock.advance(3_700_000);
    await archive.idle();
    expect(await archive.find(entry.id)).to.not.equal(undefined);
  });

  it('is refused without a reason, in the past, of what is not there; a release of what does not stand too', async () => {
    const { archive, clock, calls } = await recorded(1);
    const id = idOf(calls, 0);
    expect(await codeOf(archive.hold(id, { ...wish, reason: ' ' }))).to.equal('GUARD_INVALID');
    expect(await codeOf(archive.hold(id, { ...wish, until: clock.now() }))).to.equal('GUARD_INVALID');
    expect(await codeOf(archive.hold(entryAt(0).id, wish))).to.equal('ARCHIVE_UNKNOWN_CALL');
    const { id: guard } = await archive.hold(id, wish);
    expect(await codeOf(archive.release(id, 'nothing', wish))).to.equal('GUARD_UNKNOWN');
    await archive.release(id, guard, wish);
    expect(await codeOf(archive.release(id, guard, wish))).to.equal('GUARD_UNKNOWN');
  });

  it('that is placed while the same recording is chosen for eviction wins or comes too late, and never half', async () => {
    for (let step = 1; step < 12; step++) {
      const fixture = await recorded(2);
      const { archive, files, calls } = fixture;
      const id = idOf(calls, 0);
      let placed: Promise<string> | undefined;
      const from = files.operations;
      files.onOperation = ({ number }) => {
        if (number === from + step) placed = codeOf(archive.hold(id, wish));
      };
      await archive.setQuota(1000);
      const code = await placed;
      const phase = await phaseOf(fixture, id);
      expect(phase, `step ${step}`).to.be.oneOf(['recorded', 'evicted']);
      if (code === 'done' && phase === 'recorded') expect(contents(fixture)).to.include(`${id}.mp3`);
      const differences: unknown[] = [];
      for await (const difference of archive.verify()) differences.push(difference);
      expect(differences, `step ${step}`).to.deep.equal([]);
    }
  });
});

describe('a restriction', () => {
  it('keeps a recording, and from being heard, also while somebody hears it', async () => {
    const { archive, calls } = await recorded(1);
    const id = idOf(calls, 0);
    const reader = await archive.open(id);
    expect(await reader.read(0, 10)).to.have.length(10);
    const { id: guard } = await archive.restrict(id, wish);
    expect(await codeOf(reader.read(0, 10))).to.equal('ARCHIVE_RESTRICTED');
    await reader.close();
    expect(await codeOf(archive.open(id))).to.equal('ARCHIVE_RESTRICTED');
    expect(() => archive.listening(id)).to.throw(HalinaError, 'restricted');
    expect(await codeOf(archive.erase(id, two))).to.equal('ARCHIVE_HELD');
    await archive.release(id, guard, wish);
    const again = await archive.open(id);
    expect((await again.read(again.bytes - 5, 100)).length).to.equal(5);
    await again.close();
    expect(await codeOf(again.read(0, 1))).to.equal('ARCHIVE_GONE');
  });
});

describe('an erasure', () => {
  it('takes the sound and everything that tells who it was with, and keeps the fact', async () => {
    const fixture = await recorded(2);
    const { archive, files, facts, calls } = fixture;
    const id = idOf(calls, 0);
    await archive.annotate(id, { text: 'Kowalska asked for the minutes', by: 'sekretarz' });
    // As the ledger writes it: the checksum of a line may hold the digits of any extension.
    const handset = '"extension":"201"';
    const lines = (text: string) => text.split('\n').filter((line) => line.includes(id));
    expect(contents(fixture)).to.include('Kowalska');
    expect(lines(contents(fixture)).join('\n'))
      .to.include(handset)
      .and.include('48221234567');
    await archive.erase(id, { ...two, basis: 'art. 17 GDPR' });
    const record = await archive.find(id);
    expect(record?.state).to.deep.include({ ...two, phase: 'erased', basis: 'art. 17 GDPR' });
    expect(record?.state).to.have.nested.property('recording.durationMs', 25_000);
    const left = contents(fixture);
    expect(left).to.not.include('Kowalska');
    expect(left).to.not.include(`${id}.mp3`);
    expect(lines(left).filter((line) => line.includes('48221234567') || line.includes(handset))).to.deep.equal([]);
    expect(archive.usage().used).to.equal(diskBytes(files));
    expect(facts.at(-1)).to.deep.include({ event: 'erasure', actor: { by: 'account', id: 'sekretarz' } });
    expect(facts.at(-1)?.personal).to.include({ reason: two.reason, askedBy: 'admin' });
    expect(await codeOf(archive.erase(id, two))).to.equal('ARCHIVE_ERASED');
    expect(await codeOf(archive.hold(id, wish))).to.equal('ARCHIVE_ERASED');
  });

  it('takes two persons and a reason, and nothing that is held, listened to or running', async () => {
    const { archive, clock, calls } = await recorded(1);
    const id = idOf(calls, 0);
    expect(await codeOf(archive.erase(id, { ...two, confirmedBy: ' admin' }))).to.equal('ERASURE_TWO_PERSONS');
    expect(await codeOf(archive.erase(id, { ...two, askedBy: '' }))).to.equal('ERASURE_TWO_PERSONS');
    expect(await codeOf(archive.erase(id, { ...two, reason: '' }))).to.equal('ERASURE_INVALID');
    const { id: guard } = await archive.hold(id, wish);
    expect(await codeOf(archive.erase(id, two))).to.equal('ARCHIVE_HELD');
    await archive.release(id, guard, wish);
    const listening = archive.listening(id);
    expect(await codeOf(archive.erase(id, two))).to.equal('ARCHIVE_LISTENED');
    listening.close();
    const running = entryAt(clock.now());
    await archive.ledger.begin(running);
    expect(await codeOf(archive.erase(running.id, two))).to.equal('ARCHIVE_BUSY');
    expect(await codeOf(archive.erase(id, two))).to.equal('done');
  });

  it('is done again, before anything is served, when a backup brings the call back', async () => {
    const fixture = await recorded(2);
    const { archive, files, clock, calls } = fixture;
    const id = idOf(calls, 0);
    await archive.close();
    const backup = new Map(files.paths().map((path) => [path, Buffer.from(files.content(path) ?? '')]));
    const second = await openArchive({ files, clock });
    await second.archive.erase(id, two);
    await second.archive.close();
    for (const [path, bytes] of backup) if (!path.endsWith('erasures.journal')) files.put(path, bytes);
    const restored = await openArchive({ files, clock });
    expect(await phaseOf(restored, id)).to.equal('erased');
    expect(contents(restored)).to.not.include(`${id}.mp3`);
    expect(files.content(`${DATA}/journal/archive.journal`)?.toString()).to.not.match(new RegExp(`${id}.*48221234567`));
    expect(restored.archive.erasures.map((one) => one.id)).to.deep.equal([id]);
    expect(await phaseOf(restored, idOf(calls, 1))).to.equal('recorded');
  });

  it('is whole after a kill before any operation of it, and after a power cut', async function () {
    for (const power of [false, true]) {
      for (let step = 1, dead = true; dead; step++) {
        const fixture = await recorded(2);
        const id = idOf(fixture.calls, 0);
        fixture.files.crashBefore(step);
        const code = await codeOf(fixture.archive.erase(id, two));
        dead = fixture.files.dead;
        const files = fixture.files.afterCrash(power);
        const after = await openArchive({ files, clock: fixture.clock });
        await after.archive.idle();
        const listed = after.archive.erasures.length;
        expect(await phaseOf(after, id), `step ${step}`).to.equal(listed === 1 ? 'erased' : 'recorded');
        if (code === 'done') expect(listed).to.equal(1);
        const differences: unknown[] = [];
        for await (const difference of after.archive.verify()) differences.push(difference);
        expect(differences, `step ${step}`).to.deep.equal([]);
        if (listed === 1) {
          const lines = contents(after).split('\n');
          expect(lines.filter((line) => line.includes(id) && line.includes('48221234567'))).to.deep.equal([]);
        }
      }
    }
  });

  it('is finished later where the disk refuses part of it', async () => {
    const fixture = await recorded(2);
    const { archive, files, clock, calls } = fixture;
    const id = idOf(calls, 0);
    files.onOperation = ({ name, path }) => {
      if (path.endsWith('.mp3') || (path.endsWith('archive.journal.new') && name === 'write')) throw systemError('EIO');
    };
    await archive.erase(id, two);
    expect(contents(fixture)).to.include(`${id}.mp3`);
    files.onOperation = () => undefined;
    clock.advance(61_000);
    await archive.idle();
    clock.advance(10_000);
    await archive.idle();
    expect(contents(fixture)).to.not.include(`${id}.mp3`);
    expect(contents(fixture)).to.not.match(new RegExp(`${id}.*48221234567`));
  });
});

describe('the audit log of the archive', () => {
  it('is told again what it could not write, with an alarm meanwhile', async () => {
    let broken = true;
    const facts: AuditEvent[] = [];
    const alarms: string[] = [];
    const { archive, clock, calls } = await recorded(1, {
      audit: {
        append: (fact) => (broken ? Promise.reject(new Error('no space')) : Promise.resolve(facts.push(fact))),
      },
      alarms: { raise: (code) => alarms.push(`raise ${code}`), clear: (code) => alarms.push(`clear ${code}`) },
    });
    await archive.hold(idOf(calls, 0), wish);
    broken = false;
    clock.advance(5000);
    await archive.idle();
    expect(facts.map(({ event }) => event)).to.deep.equal(['recording', 'hold']);
    const ofAudit = alarms.filter((alarm) => alarm.endsWith('AUDIT_BEHIND'));
    expect(ofAudit[0]).to.equal('raise AUDIT_BEHIND');
    expect(ofAudit.at(-1)).to.equal('clear AUDIT_BEHIND');
  });
});

/** Backup while calls are up, torn off anywhere, taken up again; restored into an empty folder; after erasures. */
import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Archive } from '../../../src/archive/archive.js';
import type { AuditLog } from '../../../src/audit/audit-log.js';
import { auditPort } from '../../../src/app/audit-parts.js';
import { catchUp } from '../../../src/app/audit-catch-up.js';
import { verifyAll } from '../../../src/app/verify-all.js';
import type { CallId } from '../../../src/base/brands.js';
import { HalinaError } from '../../../src/base/errors.js';
import { silentLog } from '../../../src/base/log.js';
import { BackupStore } from '../../../src/ops/backup/backup-store.js';
import { restore } from '../../../src/ops/backup/restore.js';
import { Backup, type BackupReport } from '../../../src/ops/backup/take-backup.js';
import { DATA, entryAt, FakeSpool, openArchive, recordCall, type Fixture } from '../../support/archive-fixture.js';
import { openAudit, searched } from '../../support/audit-fixture.js';
import type { MemoryFiles } from '../../support/memory-files.js';
import { KeyStore } from '../../../src/vault/keystore.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const TARGET = '/backup';
const PASSPHRASE = 'zażółć gęślą jaźń';

type Whole = Fixture & { readonly audit: AuditLog; readonly close: () => Promise<void> };

async function whole(
  options: { files?: MemoryFiles; clock?: VirtualClock; data?: string; master?: MasterKey } = {},
): Promise<Whole> {
  const { data = DATA, master } = options;
  const opened = await openAudit({ ...options, data, segmentBytes: 3000 });
  const { files, clock, audit } = opened;
  const sealing = master ? { master } : {};
  const fixture = await openArchive({ files, clock, data, audit: auditPort(audit), ...sealing });
  const close = async (): Promise<void> => {
    await fixture.archive.close();
    await audit.close();
  };
  return { ...fixture, audit, close };
}

const take = (
  files: MemoryFiles,
  clock: VirtualClock,
  progress: (done: number, all: number, what: string) => void = () => {},
): Promise<BackupReport> =>
  Backup.take({
    files,
    data: DATA,
    target: TARGET,
    passphrase: PASSPHRASE,
    cost: 10,
    now: () => clock.now(),
    progress,
  });

const bringBack = (files: MemoryFiles, passphrase = PASSPHRASE): Promise<unknown> =>
  restore({ files, source: TARGET, data: '/restored', passphrase, progress: () => {} });

/** Restores into an empty folder on a copy of the disk; gives what verify finds, and the archive. */
async function restored(disk: MemoryFiles, clock: VirtualClock): Promise<Whole & { differences: string[] }> {
  const files = disk.copy();
  await bringBack(files);
  const back = await whole({ files, clock, data: '/restored' });
  await back.archive.idle();
  await catchUp(back.archive, back.audit, silentLog);
  const { differences } = await verifyAll(back.archive, back.audit, { hash: true });
  return { ...back, differences: differences.map(({ path, id, what }) => `${path ?? id}: ${what}`) };
}

async function record(fixture: Whole, count: number): Promise<CallId[]> {
  const ids: CallId[] = [];
  for (let i = 0; i < count; i++) {
    ids.push((await recordCall(fixture)).id);
    await fixture.archive.idle();
  }
  return ids;
}

async function sounds(archive: Archive): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { entry, state } of archive.recorded()) found.set(entry.id, state.recording.sha256);
  return found;
}

describe('a backup', function () {
  this.timeout(120_000);

  it('that is taken while calls begin, run and end is an archive that verify finds whole', async () => {
    const office = await whole();
    const { files, clock, archive } = office;
    const before = await record(office, 4);
    const running = entryAt(clock.now());
    await archive.ledger.begin(running);
    const ticket = await archive.ledger.openSpool(running);
    if ('refused' in ticket) throw new Error('no room');
    await new FakeSpool(files, ticket.path, running, clock.now()).write(20_000);
    const during: Promise<CallId[]>[] = [];
    await take(files, clock, (done, _all, what) => {
      if (what === 'recordings' && done <= 2) during.push(record(office, 1));
    });
    const meanwhile = (await Promise.all(during)).flat();
    expect(meanwhile).to.have.length(2);
    const back = await restored(files, clock);
    expect(back.differences).to.deep.equal([]);
    const all = await sounds(back.archive);
    for (const id of before) expect(all.get(id)).to.equal((await sounds(archive)).get(id));
    expect((await back.archive.find(running.id))?.state.phase).to.equal('unrecorded');
    await back.close();
    await office.close();
  });

  it('copies only what is new the next time', async () => {
    const office = await whole();
    const { files, clock } = office;
    await record(office, 5);
    expect((await take(files, clock)).newFiles).to.be.above(5);
    const [id] = await record(office, 1);
    clock.advance(1000);
    const again = await take(files, clock);
    const recordings = files.paths().filter((path) => path.startsWith(`${DATA}/recordings/`)).length;
    expect(recordings).to.equal(6);
    expect(again.newFiles).to.be.below(6);
    expect([...(await sounds((await restored(files, clock)).archive)).keys()]).to.include(id);
    await office.close();
  });

  it('has what else the office set and keeps in the data folder, and nothing of the running program alone', async () => {
    const office = await whole();
    const { files, clock } = office;
    await record(office, 1);
    const kept = ['office.json', 'bans.json', 'missed.json', 'letters/2026/1.pdf', 'people/people.journal'];
    for (const name of kept) files.put(`${DATA}/${name}`, `what ${name} says`);
    const left = ['halina.lock', 'office.json.new', 'redis/appendonlydir/1.aof', 'tmp/half.mp3', 'logs/halina.log'];
    for (const name of left) files.put(`${DATA}/${name}`, 'x');
    await take(files, clock);
    await office.close();
    await bringBack(files);
    for (const name of kept) expect(files.content(`/restored/${name}`)?.toString(), name).to.equal(`what ${name} says`);
    for (const name of left) expect(files.content(`/restored/${name}`), name).to.equal(undefined);
  });

  it('that is torn off anywhere leaves the one before it as it was, and the next run makes it whole', async () => {
    const office = await whole();
    const { files, clock } = office;
    await record(office, 2);
    await take(files, clock);
    await record(office, 2);
    await office.close();
    clock.advance(1000);
    let torn = 0;
    for (let last = 1; ; last += 7) {
      const disk = files.copy();
      disk.crashBefore(last);
      await take(disk, clock).catch(() => undefined);
      if (!disk.dead) break;
      torn += 1;
      const after = disk.afterCrash(last % 2 === 0);
      expect(await new BackupStore(after, TARGET).latest(), `operation ${last}`).not.to.equal(undefined);
      await take(after, clock);
      const back = await restored(after, clock);
      expect(back.differences, `operation ${last}`).to.deep.equal([]);
      expect((await sounds(back.archive)).size).to.equal(4);
      await back.close();
    }
    expect(torn).to.be.above(15);
  });

  it('is not restored where a bit of it is another, with another passphrase, or into a folder that is not empty', async () => {
    const office = await whole();
    const { files, clock } = office;
    await record(office, 2);
    await take(files, clock);
    await office.close();
    const code = (error: unknown): string => (error instanceof HalinaError ? error.code : String(error));
    for (const path of files.paths().filter((one) => one.startsWith(TARGET))) {
      const content = files.content(path) ?? Buffer.alloc(0);
      const all = [...content.keys()];
      const some = [0, Math.floor(all.length / 2), all.length - 1].filter((at) => content[at] !== undefined);
      for (const at of path.endsWith('.snapshot') ? all : some) {
        const disk = files.copy();
        const bytes = Buffer.from(content);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        disk.put(path, bytes);
        const where = `${path}, byte ${at}`;
        expect(await bringBack(disk).then(() => 'restored', code), where).to.equal('BACKUP_DAMAGED');
      }
    }
    expect(await bringBack(files.copy(), 'another').then(() => 'restored', code)).to.equal('BACKUP_PASSPHRASE');
    const full = files.copy();
    full.put('/restored/letters/1.pdf', 'x');
    expect(await bringBack(full).then(() => 'restored', code)).to.equal('RESTORE_NOT_EMPTY');
  });

  it('brings nothing back of what was erased, and after a prune holds nothing of it: no number, no name, no sound', async () => {
    const office = await whole();
    const { files, clock, archive, audit } = office;
    await record(office, 1);
    const secret = {
      number: '+48600700800',
      signalled: '600700800',
      displayName: 'Genowefa Wyjątkowa',
      withheld: false,
    };
    const call = await recordCall(office, 7, { ...entryAt(clock.now()), outside: secret });
    await archive.idle();
    const path = archive.recordingPath(call.id) ?? '';
    const sound = Buffer.from(files.content(path) ?? []);
    await audit.append(searched(secret.number));
    await take(files, clock);
    const holds = (folder: string): string[] =>
      files
        .paths()
        .filter((one) => one.startsWith(folder))
        .filter((one) => {
          const bytes = files.content(one) ?? Buffer.alloc(0);
          return bytes.equals(sound) || /600700800|Genowefa|Wyjątkowa/.test(bytes.toString());
        });
    expect(holds(DATA)).to.have.length.above(2);
    expect(holds(TARGET)).to.have.length.above(2);
    await archive.erase(call.id, { askedBy: 'A1', confirmedBy: 'A2', reason: 'objection' });
    await archive.idle();
    expect(holds(DATA)).to.deep.equal([]);
    clock.advance(1000);
    await take(files, clock);
    await new BackupStore(files, TARGET).prune();
    expect(holds(TARGET)).to.deep.equal([]);
    await bringBack(files);
    expect(holds('/restored')).to.deep.equal([]);
    const back = await restored(files.copy(), clock).catch((error: unknown) => error);
    expect(back).to.be.instanceOf(HalinaError); // /restored is there already: nothing is put over it
    await office.close();
  });

  describe('of sealed recordings', () => {
    const [here, there] = [randomBytes(32), randomBytes(32)];
    const masters = { here: new MasterKey(here), there: new MasterKey(there) };
    const request = { source: TARGET, data: '/restored', passphrase: PASSPHRASE, progress: () => {} };

    it('is restored elsewhere under the master key of there, and verify finds it whole', async () => {
      const office = await whole({ master: masters.here });
      const { files, clock } = office;
      const ids = await record(office, 3);
      await Backup.take({
        files,
        data: DATA,
        target: TARGET,
        passphrase: PASSPHRASE,
        masterKey: here,
        cost: 10,
        now: () => clock.now(),
        progress: () => {},
      });
      const known = await sounds(office.archive);
      await office.close();
      const backup = files.paths().filter((path) => path.startsWith(TARGET));
      expect(backup.some((path) => (files.content(path) ?? Buffer.alloc(0)).includes(here))).to.equal(false);
      await restore({ files, ...request, master: masters.there });
      const back = await whole({ files, clock, data: '/restored', master: masters.there });
      await back.archive.idle();
      expect((await verifyAll(back.archive, back.audit, { hash: true })).differences).to.deep.equal([]);
      for (const id of ids) {
        const reader = await back.archive.open(id);
        const sum = createHash('sha256')
          .update(await reader.read(0, reader.bytes))
          .digest('hex');
        expect(sum).to.equal(known.get(id));
        await reader.close();
      }
      expect(files.paths().filter((path) => path.startsWith('/restored/keys/sealed'))).to.deep.equal([
        '/restored/keys/sealed.keys',
      ]);
      await back.close();
    });

    it('is not restored without a master key, nor under another one where its own is not in it', async () => {
      const office = await whole({ master: masters.here });
      const { files, clock } = office;
      await record(office, 1);
      await take(files, clock);
      await office.close();
      const code = (error: unknown): string => (error instanceof HalinaError ? error.code : String(error));
      expect(await restore({ files, ...request }).then(() => 'restored', code)).to.equal('MASTER_KEY_MISSING');
      expect(await restore({ files, ...request, master: masters.there }).then(() => 'restored', code)).to.equal(
        'KEYSTORE_MASTER',
      );
      expect(files.paths().filter((path) => path.startsWith('/restored'))).to.deep.equal([]);
      await restore({ files, ...request, master: masters.here });
    });

    it('holds after an erasure and a prune nothing that opens to the sound', async () => {
      const office = await whole({ master: masters.here });
      const { files, clock, archive } = office;
      const [erased, kept] = await record(office, 2);
      if (!erased || !kept) throw new Error('no calls');
      const sealed = Buffer.from(files.content(archive.recordingPath(erased) ?? '') ?? []);
      await take(files, clock);
      await archive.erase(erased, { askedBy: 'A1', confirmedBy: 'A2', reason: 'objection' });
      clock.advance(1000);
      await take(files, clock);
      await new BackupStore(files, TARGET).prune();
      const holds = files.paths().filter((path) => (files.content(path) ?? Buffer.alloc(0)).equals(sealed));
      expect(holds).to.deep.equal([]);
      await restore({ files, ...request, master: masters.here });
      const keys = await KeyStore.open({ files, folder: '/restored/keys', master: masters.here });
      expect([erased, kept].map((id) => keys.has('recording', id))).to.deep.equal([false, true]);
      await office.close();
    });
  });

  it('that is older than an erasure does not bring the call back: the list of erasures goes in first', async () => {
    const office = await whole();
    const { files, clock, archive } = office;
    const [kept, erased] = await record(office, 2);
    if (!kept || !erased) throw new Error('no calls');
    const { snapshot } = await take(files, clock);
    await archive.erase(erased, { askedBy: 'A1', confirmedBy: 'A2', reason: 'objection' });
    clock.advance(1000);
    await take(files, clock);
    await office.close();
    const disk = files.copy();
    await restore({
      files: disk,
      source: TARGET,
      data: '/restored',
      passphrase: PASSPHRASE,
      snapshot,
      progress: () => {},
    });
    const back = await whole({ files: disk, clock, data: '/restored' });
    expect((await back.archive.find(erased))?.state.phase).to.equal('erased');
    expect(back.archive.recordingPath(erased)).to.equal(undefined);
    expect(back.archive.recordingPath(kept)).not.to.equal(undefined);
    await back.close();
  });
});

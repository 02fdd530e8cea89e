import { expect } from 'chai';
import { AuditLog } from '../../../src/audit/audit-log.js';
import { takeSnapshot, verifyAudit, type AuditVerdict } from '../../../src/audit/verify.js';
import { DATA, openAudit, searched } from '../../support/audit-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';
import { chance, fuzzSeed } from '../../support/chance.js';

const random = chance(fuzzSeed()).next;

const ANCHORS = `${DATA}/audit/anchors.log`;
const CHAIN = `${DATA}/audit/chain-000001.log`;

async function verdict(files: MemoryFiles, outside?: Buffer): Promise<AuditVerdict> {
  return verifyAudit(
    files,
    DATA,
    await takeSnapshot(files, DATA),
    outside && { name: 'anchors from outside', bytes: outside },
  );
}

/** A log of some size: several segments, an erasure, two keys, closed in good order. */
async function someLog({ events = 12, numbers = '+48' } = {}): Promise<{ files: MemoryFiles; places: string[] }> {
  const places: string[] = [];
  const place = { name: 'elsewhere', send: (line: string) => Promise.resolve(void places.push(line)) };
  const { files, audit, clock } = await openAudit({ segmentBytes: 3000, places: [place], reserveBytes: 512 });
  for (let i = 0; i < events; i++) {
    await audit.append(searched(`${numbers}${i}`, i));
    clock.advance(600_000);
    if (i === 5) await audit.rotateKey();
  }
  const actor = { by: 'account', id: 'A1' } as const;
  await audit.eraseDetails({ containing: ['+483'] }, { actor, why: 'objection' });
  const object = { kind: 'recording', id: 'R1' };
  await audit.append({ event: 'playback', actor, object, facts: { what: 'served', from: 0, to: 12 } });
  await audit.append(searched('+999'));
  await audit.close();
  return { files, places };
}

const copy = (files: MemoryFiles): MemoryFiles => files.afterCrash(false);
const linesOf = (files: MemoryFiles, path: string): string[] =>
  (files.content(path)?.toString() ?? '').split('\n').slice(0, -1);
const write = (files: MemoryFiles, path: string, lines: string[]): void =>
  files.put(path, lines.map((line) => `${line}\n`).join(''));

describe('the proof of the audit log', function () {
  this.timeout(180_000);

  it('finds nothing in a log of several segments, with erased details and two keys', async () => {
    const { files } = await someLog();
    const { differences, proof } = await verdict(files);
    expect(differences).to.deep.equal([]);
    expect(proof.anchoredTo).to.equal(proof.lines);
    expect(proof.outsideTo).to.equal(undefined);
    expect(files.paths().filter((path) => path.endsWith('.key.pem'))).to.have.length(1);
    expect(files.paths().filter((path) => path.endsWith('.pub.pem'))).to.have.length(2);
  });

  it('names a flipped bit anywhere: 60 at random, each file several times', async () => {
    const { files } = await someLog();
    const paths = files.paths();
    expect(paths.length).to.be.above(9);
    for (let i = 0; i < 60; i++) {
      const path = paths[i % paths.length] ?? '';
      const damaged = copy(files);
      const bytes = Buffer.from(files.content(path) ?? []);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      damaged.put(path, bytes);
      const { differences } = await verdict(damaged);
      const named = differences.map((one) => one.path);
      expect(named, `byte ${at} of ${path}`).to.include(path);
    }
  });

  it('names a line that was taken out, a pair that was swapped, and an end that was cut off past an anchor', async () => {
    const { files } = await someLog();
    const lines = linesOf(files, CHAIN);
    const changes: [string, string[]][] = [
      ['taken out', lines.toSpliced(3, 1)],
      ['swapped', lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '')],
      ['doubled', lines.toSpliced(3, 0, lines[3] ?? '')],
      ['cut off', lines.slice(0, -1)],
    ];
    for (const [what, changed] of changes) {
      const damaged = copy(files);
      write(damaged, CHAIN, changed);
      const { differences } = await verdict(damaged);
      expect(differences.filter(({ kind }) => kind === 'audit-chain').length, what).to.be.above(0);
    }
    const last = files.paths().findLast((path) => path.includes('chain-')) ?? '';
    const cut = copy(files);
    write(cut, last, linesOf(cut, last).slice(0, -1));
    const { differences } = await verdict(cut);
    expect(differences.map(({ path }) => path)).to.include(ANCHORS);
    expect(differences.map(({ what }) => what).join()).to.match(/its end was cut off/);
  });

  it('names an anchor, a detail, a key and a segment that are gone', async () => {
    const { files } = await someLog();
    const anchors = copy(files);
    write(anchors, ANCHORS, linesOf(files, ANCHORS).toSpliced(1, 1));
    expect((await verdict(anchors)).differences.map(({ what }) => what).join()).to.match(/anchor 3 stands where 2/);
    const path = `${DATA}/audit/details-000001.log`;
    const details = copy(files);
    write(details, path, linesOf(files, path).slice(1));
    expect((await verdict(details)).differences.map(({ what }) => what).join()).to.match(
      /no erasure of it is on record/,
    );
    for (const gone of [CHAIN, ...files.paths().filter((one) => one.endsWith('.pub.pem'))]) {
      const damaged = copy(files);
      await damaged.remove(gone);
      expect((await verdict(damaged)).differences.map(({ path }) => path)).to.include(gone);
    }
  });

  it('names details that are back although their erasure is on record', async () => {
    const { files, audit } = await openAudit();
    await audit.append(searched('+481'));
    const before = files.content(`${DATA}/audit/details-000001.log`);
    expect(before?.toString()).to.include('"+481"');
    await audit.eraseDetails({ containing: ['+481'] }, { actor: { by: 'system' }, why: 'term' });
    await audit.close();
    expect((await verdict(files)).differences).to.deep.equal([]);
    expect(
      files
        .paths()
        .map((path) => files.content(path)?.toString())
        .join(),
    ).not.to.include('"+481"'); // without the quotes a signature may hold it
    files.put(`${DATA}/audit/details-000001.log`, before ?? '');
    expect((await verdict(files)).differences.map(({ what }) => what).join()).to.match(/although their erasure/);
  });

  it('sees a log that was written anew as a whole only by anchors that were kept elsewhere', async () => {
    const real = await someLog();
    const forged = await someLog({ numbers: '+49' });
    expect((await verdict(forged.files)).differences).to.deep.equal([]);
    const outside = Buffer.from(real.places.join(''));
    const good = await verdict(real.files, outside);
    expect(good.differences).to.deep.equal([]);
    expect(good.proof.outsideTo).to.equal(good.proof.lines);
    const bad = await verdict(forged.files, outside);
    expect(bad.differences).to.have.length(real.places.length);
    expect(bad.proof.outsideTo).to.equal(undefined);
  });
});

describe('anchors', function () {
  this.timeout(180_000);

  it('come after so many events, every hour where there is something new, and at once after a playback', async () => {
    const { files, audit, clock } = await openAudit({ anchorEvents: 5 });
    const count = (): number => linesOf(files, ANCHORS).length;
    const start = count();
    for (let i = 0; i < 5; i++) await audit.append(searched('+48'));
    expect(count()).to.equal(start + 1);
    clock.advance(3_600_000);
    await audit.verify(); // waits for what is under way
    expect(count()).to.equal(start + 1);
    await audit.append(searched('+48'));
    clock.advance(3_600_000);
    await audit.verify();
    expect(count()).to.equal(start + 2);
    await audit.append({ event: 'playback', actor: { by: 'system' }, facts: { what: 'heard', from: 0, to: 1 } });
    expect(count()).to.equal(start + 3);
  });

  it('that can not be sent are an alarm until one can', async () => {
    let down = true;
    const sent: string[] = [];
    const send = async (line: string): Promise<void> => {
      if (down) throw new Error('no route to host');
      sent.push(line);
    };
    const { audit, alarms } = await openAudit({ places: [{ name: 'syslog udp://192.0.2.1:514', send }] });
    expect(alarms.list().map(({ code }) => code)).to.deep.equal(['ANCHOR_NOT_SENT']);
    down = false;
    await audit.append(searched('+48'));
    await audit.anchor();
    expect(alarms.list()).to.deep.equal([]);
    expect(sent).to.have.length(1);
  });

  it('stop with an alarm, while events go on, when the key can not be read', async () => {
    const { files } = await someLog();
    const key = files.paths().find((path) => path.endsWith('.key.pem')) ?? '';
    files.put(key, 'no key');
    const { audit, alarms } = await openAudit({ files });
    await audit.append(searched('+48'));
    expect(alarms.list().map(({ code }) => code)).to.deep.equal(['AUDIT_NOT_ANCHORED']);
    expect(alarms.list()[0]?.message).to.include(key);
  });

  it('are in order after a crash at any step of a key being replaced', async () => {
    let crashes = 0;
    for (let last = 1; ; last += 2) {
      const { files, audit } = await openAudit();
      await audit.append(searched('+48'));
      files.crashBefore(last);
      await audit.rotateKey().catch(() => undefined);
      if (!files.dead) break;
      crashes += 1;
      const after = files.afterCrash(last % 4 === 1);
      const again = await openAudit({ files: after });
      await again.audit.append(searched('+49'));
      await again.audit.close();
      expect(again.alarms.list(), `operation ${last}`).to.deep.equal([]);
      expect((await verdict(after)).differences, `operation ${last}`).to.deep.equal([]);
      expect(after.paths().filter((path) => /key\.pem/.test(path))).to.have.length(1);
    }
    expect(crashes).to.be.above(8);
  });

  it('and details are in order after a crash at any step of an erasure', async () => {
    for (let last = 1; ; last += 2) {
      const { files, audit } = await openAudit({ segmentBytes: 1500 });
      for (const number of ['+481', '+482', '+483']) await audit.append(searched(number));
      files.crashBefore(last);
      const erased = await audit.eraseDetails({ containing: ['+482'] }, { actor: { by: 'system' }, why: 'term' }).then(
        () => true,
        () => false,
      );
      if (!files.dead) break;
      const after = files.afterCrash(last % 4 === 1);
      const again = await openAudit({ files: after, segmentBytes: 1500 });
      await again.audit.close();
      expect((await verdict(after)).differences, `operation ${last}`).to.deep.equal([]);
      const there = after.paths().some((path) => after.content(path)?.includes('"+482"'));
      if (erased) expect(there).to.equal(false);
    }
  });
});

describe('opening', () => {
  it('does not take a damaged last line for a torn one where an anchor covers it: the chain goes on beside it', async () => {
    const { files } = await someLog({ events: 2 });
    const chain = files.paths().findLast((path) => path.includes('chain-')) ?? '';
    const bytes = Buffer.from(files.content(chain) ?? []);
    bytes[bytes.length - 1] = 0x20;
    files.put(chain, bytes);
    const { audit } = await openAudit({ files });
    expect(audit).to.be.instanceOf(AuditLog);
    await audit.close();
    const { differences } = await verdict(files);
    expect(differences.map(({ path }) => path)).to.include(chain);
    expect(files.content(chain)?.equals(bytes)).to.equal(true);
  });
});

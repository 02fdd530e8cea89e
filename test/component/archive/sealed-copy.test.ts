/** The copy of recordings for the person whose data they are: its seal by openssl and sha256sum, and what the audit log has. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealCopy, type CopyParts } from '../../../src/archive/export/sealed-copy.js';
import { createEncoder } from '../../../src/recording/mp3/encoders.js';
import { openAudit } from '../../support/audit-fixture.js';
import { speechLike } from '../../support/audio.js';
import { callEntry } from '../../support/spool-maker.js';

describe('a sealed copy', function () {
  this.timeout(180_000);
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'halina-copy-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const entry = callEntry({});
  async function sound(): Promise<Buffer> {
    const encoder = await createEncoder('lamejs', 24, 8000);
    return Buffer.concat([encoder.encode(speechLike(6, 1), speechLike(6, 2)), encoder.finish()]);
  }

  /** An archive with this one recording. */
  function archiveOf(whole: Buffer, sha256 = createHash('sha256').update(whole).digest('hex')): CopyParts['archive'] {
    const reader = {
      bytes: whole.length,
      durationMs: 6000,
      sha256,
      read: (offset: number, length: number) => Promise.resolve(whole.subarray(offset, offset + length)),
      close: () => Promise.resolve(),
    };
    return { open: () => Promise.resolve(reader), find: () => Promise.resolve({ entry } as never) };
  }

  const parts = (archive: CopyParts['archive'], audit: CopyParts['audit']): CopyParts => ({
    archive,
    audit,
    office: 'Urząd Gminy',
    zone: 'Europe/Warsaw',
    now: () => Date.UTC(2026, 1, 1),
  });
  const request = (path: string) => ({
    calls: [{ id: entry.id, cuts: [{ fromMs: 2000, toMs: 4000 }] }],
    path,
    actor: { by: 'account' as const, id: 'A1' },
    reference: '17/2026',
  });

  it('is proven by common tools, names what was left out, and begins and ends in the audit log', async () => {
    const { audit } = await openAudit();
    const path = join(folder, 'copy.zip');
    const whole = await sound();
    const { sha256 } = await sealCopy(parts(archiveOf(whole), audit), request(path));
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).to.equal(sha256);
    const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, encoding: 'utf8' });
    run('unzip', '-qq', 'copy.zip');
    run('openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'manifest.txt', '-sigfile', 'manifest.sig'); // prettier-ignore
    expect(run('sha256sum', '--strict', '-c', 'manifest.txt')).to.match(/nagranie-1\.mp3: (OK|DOBRZE)/);
    expect(run('cat', 'opis.txt')).to.contain('Wniosek nr 17/2026').and.contain('pominięto (cisza): 0:02 – 0:04');
    expect(readFileSync(join(folder, 'nagranie-1.mp3')).equals(whole)).to.equal(false);
    const { lines } = await audit.read({ events: ['export'], oldestFirst: true });
    expect(lines.map(({ facts }) => facts)).to.deep.equal([
      { step: 'copy-begun' },
      { step: 'copy-sealed', sha256, recordings: 1 },
    ]);
    await audit.close();
  });

  it('is not made of a recording that is not what was recorded', async () => {
    const { audit } = await openAudit();
    const path = join(folder, 'copy.zip');
    const failed = sealCopy(parts(archiveOf(await sound(), 'f'.repeat(64)), audit), request(path));
    expect(await failed.then(() => '', (error: Error) => error.message)).to.contain('is not what was recorded'); // prettier-ignore
    await audit.close();
  });
});

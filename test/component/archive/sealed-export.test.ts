/** A sealed export, checked by a shell script that has nothing but openssl, unzip, sha256sum and what comes with any shell. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yazl from 'yazl';
import { sealExport } from '../../../src/archive/export/sealed-export.js';
import { auditPort } from '../../../src/app/audit-parts.js';
import { exportTexts } from '../../../src/app/export.js';
import { HalinaError } from '../../../src/base/errors.js';
import type { CallId } from '../../../src/base/brands.js';
import { DATA, openArchive, recordCall, type Fixture } from '../../support/archive-fixture.js';
import { openAudit, searched, type AuditFixture } from '../../support/audit-fixture.js';
import { chance, fuzzSeed } from '../../support/chance.js';

const random = chance(fuzzSeed()).next;

const run = promisify(execFile);
const TOOLS = ['sh', 'openssl', 'unzip', 'sha256sum', 'mktemp', 'rm', 'cat'];

type Export = Fixture & Pick<AuditFixture, 'audit'> & { readonly calls: CallId[]; readonly zip: string };

/** Three calls, of which two are exported, among events about others; in several segments. */
async function someExport(folder: string): Promise<Export> {
  const { files, clock, audit } = await openAudit({ segmentBytes: 3000 });
  const fixture = await openArchive({ files, clock, audit: auditPort(audit) });
  const calls: CallId[] = [];
  for (let i = 0; i < 3; i++) {
    await audit.append(searched(`+4877777${i}`));
    calls.push((await recordCall(fixture)).id);
    await fixture.archive.idle();
    await audit.append(searched(`+4888888${i}`));
  }
  const zip = join(folder, 'export.zip');
  await seal({ ...fixture, audit }, calls.slice(0, 2), zip);
  return { ...fixture, audit, calls, zip };
}

const seal = ({ archive, audit }: Pick<Export, 'archive' | 'audit'>, calls: readonly CallId[], path: string) =>
  sealExport(
    {
      archive,
      audit,
      texts: exportTexts,
      zone: 'Europe/Warsaw',
      office: 'Urząd Gminy',
      now: () => Date.UTC(2026, 1, 1),
    },
    { calls, path, actor: { by: 'account', id: 'A1' }, reference: 'OR.1431.7.2026', recipient: 'Komenda Policji' },
  );

describe('a sealed export', function () {
  this.timeout(120_000);
  let folder = '';
  let bin = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halina-export-'));
    bin = join(folder, 'bin');
    await mkdir(bin);
    for (const tool of TOOLS) {
      const { stdout } = await run('sh', ['-c', `command -v ${tool}`]);
      await symlink(stdout.trim(), join(bin, tool));
    }
  });

  after(() => rm(folder, { recursive: true }));

  /** What the script says, and whether it is content; with no program at hand but the common ones. */
  async function check(zip: string, key?: string): Promise<{ ok: boolean; said: string }> {
    const script = resolve(exportTexts, 'check.sh');
    const args = [script, zip, ...(key ? [key] : [])];
    return run(join(bin, 'sh'), args, { env: { PATH: bin, TMPDIR: folder } }).then(
      ({ stdout }) => ({ ok: true, said: stdout }),
      ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ ok: false, said: stdout + stderr }),
    );
  }

  it('is found whole, with the recordings that it has, by openssl, unzip and sha256sum alone', async () => {
    const { zip, calls, files } = await someExport(folder);
    const { ok, said } = await check(zip);
    expect(said).to.match(/OK, if this is the office's key/);
    expect(ok).to.equal(true);
    for (const id of calls.slice(0, 2)) expect(said).to.include(`recording-${id}.mp3`);
    const key = join(folder, 'office.pem');
    const pem = files.paths().find((path) => path.endsWith('.pub.pem')) ?? '';
    await copyOut(files.content(pem), key);
    expect((await check(zip, key)).said).to.match(/OK: sealed with the key you gave/);
    const other = join(folder, 'other.pem');
    await run('sh', ['-c', `openssl genpkey -algorithm ed25519 | openssl pkey -pubout > ${other}`]);
    expect((await check(zip, other)).said).to.match(/FAILED: the signature of manifest/);
    await rm(zip);
  });

  it('shows nothing of calls and searches that are not its own', async () => {
    const { zip, calls } = await someExport(folder);
    const out = join(folder, 'out');
    await run('unzip', ['-qq', zip, '-d', out]);
    for (const name of await readdir(out)) {
      const text = (await readFile(join(out, name))).toString('latin1');
      expect(text, name).not.to.include(calls[2]);
      expect(text, name).not.to.match(/4877777|4888888/);
    }
    const protocol = await readFile(join(out, 'protocol.txt'), 'utf8');
    expect(protocol)
      .to.match(/PROTOKÓŁ/)
      .and.match(/PROTOCOL/)
      .and.include('OR.1431.7.2026');
    await rm(out, { recursive: true });
    await rm(zip);
  });

  it('is refused by the script when one bit of any file in it is another', async () => {
    const { zip } = await someExport(folder);
    const out = join(folder, 'out');
    await run('unzip', ['-qq', zip, '-d', out]);
    const names = await readdir(out);
    expect(names.length).to.be.above(10);
    for (const changed of names) {
      const forged = new yazl.ZipFile();
      for (const name of names) {
        const data = await readFile(join(out, name));
        const at = Math.floor(random() * data.length);
        if (name === changed) data[at] = (data[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        forged.addBuffer(data, name);
      }
      forged.end();
      const path = join(folder, 'forged.zip');
      await pipeline(forged.outputStream, createWriteStream(path));
      const { ok, said } = await check(path);
      expect(said, changed).to.match(/FAILED/);
      expect(ok, changed).to.equal(false);
    }
    await copyFile(zip, join(folder, 'forged.zip'));
    expect((await check(join(folder, 'forged.zip'))).ok).to.equal(true);
    await rm(out, { recursive: true });
    await rm(zip);
  });

  it('is not made of a recording that is not what was recorded', async () => {
    const exported = await someExport(folder);
    await rm(exported.zip);
    const { files, calls } = exported;
    const path = files.paths().find((one) => one.startsWith(`${DATA}/recordings/`)) ?? '';
    const sound = Buffer.from(files.content(path) ?? []);
    sound[100] = (sound[100] ?? 0) ^ 1;
    files.put(path, sound);
    const error = await seal(exported, calls.slice(0, 1), exported.zip).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(HalinaError).with.property('code', 'EXPORT_DAMAGED');
    expect(await readdir(folder))
      .not.to.include('export.zip')
      .and.not.to.include('export.zip.new');
  });
});

async function copyOut(data: Buffer | undefined, path: string): Promise<void> {
  await pipeline([data ?? Buffer.alloc(0)], createWriteStream(path));
}

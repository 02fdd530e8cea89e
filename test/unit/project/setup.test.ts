/** The set-up's steps that touch the machine, on a machine of the test's own: a folder with a false apt-get in it. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const scripts = resolve(import.meta.dirname, '../../../../scripts/lib');
const load = async <T>(name: string): Promise<T> => (await import(pathToFileURL(join(scripts, name)).href)) as T;

describe('installing system packages', () => {
  let folder = '';
  let policy = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-setup-'));
    policy = join(folder, 'policy-rc.d');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script with an apt-get that asks the policy, as maintainer scripts do, and notes the answer. */
  function install(aptStatus = 0): { status: number | null; asked: string } {
    const log = join(folder, 'asked');
    const apt = `#!/bin/sh\n[ "$1" = install ] || exit 0\n"${policy}"; echo "$? $*" >"${log}"\nexit ${aptStatus}\n`;
    writeFileSync(join(folder, 'apt-get'), apt, { mode: 0o755 });
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const { status } = spawnSync('sh', [join(scripts, 'apt-install.sh'), policy, 'sox'], { env });
    return { status, asked: existsSync(log) ? readFileSync(log, 'utf8').trim() : '' };
  }

  it('lets no service start while it runs, and leaves no policy behind', () => {
    const { status, asked } = install();
    expect(status).to.equal(0);
    expect(asked).to.equal('101 install -qq -y --no-install-recommends sox');
    expect(existsSync(policy)).to.equal(false);
  });

  for (const [title, aptStatus] of [
    ['after it', 0],
    ['after a failure', 1],
  ] as const)
    it(`puts a policy of the machine's own back ${title}`, () => {
      writeFileSync(policy, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
      const { status, asked } = install(aptStatus);
      expect(status === 0).to.equal(aptStatus === 0);
      expect(asked).to.match(/^101 /);
      expect(readFileSync(policy, 'utf8')).to.equal('#!/bin/sh\nexit 0\n');
      expect(existsSync(`${policy}.kept-by-halina`)).to.equal(false);
    });

  it("mends what an interrupted run left: ours goes, the machine's own comes back", () => {
    writeFileSync(policy, '#!/bin/sh\n# put here by the set-up of Halina while it installs packages\nexit 101\n');
    writeFileSync(`${policy}.kept-by-halina`, 'the own one', { mode: 0o755 });
    install();
    expect(readFileSync(policy, 'utf8')).to.equal('the own one');
  });
});

describe('the set-up', () => {
  interface Lock {
    packages: Record<string, { version: string; optional?: boolean }>;
  }

  it('installs Node packages where one is missing or of another version, but not for those of other systems', async () => {
    const { upToDate } = await load<{ upToDate: (lock: Lock, installed: Lock) => boolean }>('node-modules.mjs');
    const lock: Lock = {
      packages: { '': { version: '1' }, a: { version: '1.0.0' }, mac: { version: '2', optional: true } },
    };
    expect(upToDate(lock, { packages: { a: { version: '1.0.0' } } })).to.equal(true);
    expect(upToDate(lock, { packages: { a: { version: '1.0.1' } } })).to.equal(false);
    expect(upToDate(lock, { packages: {} })).to.equal(false);
  });

  it('has a lock file with the packages for every system, each with its hash', () => {
    const lock = JSON.parse(readFileSync(resolve(scripts, '../../package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string>; integrity?: string }>;
    };
    const unchecked = Object.entries(lock.packages).flatMap(([path, { integrity }]) =>
      path && !integrity ? path : [],
    );
    expect(
      unchecked,
      'without integrity: npm install --package-lock-only where node_modules is not there',
    ).to.deep.equal([]);
    const optional = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => [`node_modules/${name}`, `${path}/node_modules/${name}`]),
    );
    const missing = optional.filter((places) => !places.some((place) => place in lock.packages));
    expect(missing, 'npm leaves out what the registry in use does not carry').to.deep.equal([]);
  });

  it('refuses a Node that is too old and says which is needed', async () => {
    const { requireNode } = await load<{ requireNode: (version: string) => void }>('steps.mjs');
    for (const good of ['20.19.0', '20.20.2', '22.1.0', '24.0.0']) expect(() => requireNode(good), good).not.to.throw();
    for (const bad of ['18.20.0', '20.18.9'])
      expect(() => requireNode(bad)).to.throw(`Node 20.19 or newer is needed and this is ${bad}`);
  });

  it("needs no redis-server where the configuration names a Redis of the office's own", async () => {
    const { usesOtherRedis } = await load<{ usesOtherRedis: (args: string[]) => boolean }>('system-packages.mjs');
    const folder = mkdtempSync(join(tmpdir(), 'halina-setup-'));
    const file = join(folder, 'halina.yaml');
    for (const [text, expected] of [
      ['redis:\n  url: redis://db:6379\n', true],
      ['redis: { url: redis://db }\n', true],
      ['redis:\n  # url: redis://db\nstorage:\n  maxAge: 1d\n', false],
      ['storage:\n  maxAge: 1d\n', false],
    ] as const) {
      writeFileSync(file, text);
      expect(usesOtherRedis(['--config', file]), text).to.equal(expected);
    }
    rmSync(folder, { recursive: true });
  });

  it("asks for the system's LAME only where the configuration wants it", async () => {
    const { usesLame } = await load<{ usesLame: (args: string[]) => boolean }>('system-packages.mjs');
    const folder = mkdtempSync(join(tmpdir(), 'halina-setup-'));
    const file = join(folder, 'halina.yaml');
    for (const [text, expected] of [
      ['recording:\n  workers: 2\n\n  # the old way\n  encoder: lame # slower\n', true],
      ['recording: { bitrate: 32, encoder: "lame" }\n', true],
      ['recording: {\n  bitrate: 32, encoder: lame\n}\n', true],
      ['recording:\n  encoder: halina\n', false],
      ['recording:\n  workers: 2\n  #encoder: lame\nother:\n  encoder: lame\n', false],
      ['recording:\n  encoder: halina # encoder: lame was tried\n', false],
      ['storage:\n  maxAge: 1d\n', false],
    ] as const) {
      writeFileSync(file, text);
      expect(usesLame(['--config', file]), text).to.equal(expected);
    }
    expect(usesLame(['--config', join(folder, 'none.yaml')])).to.equal(false);
    rmSync(folder, { recursive: true });
  });
});

// System packages: looked for as programs on the PATH, and installed by apt-get on Debian and Ubuntu as root or with
// passwordless sudo (apt-install.sh: no service starts by it). Anywhere else the person gets the command to run.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inRoot, say, Stop } from './steps.mjs';

/** Program, or a file below the folders of libraries → Debian package. */
const needed = {
  start: { 'redis-server': 'redis-server' },
  test: {
    'redis-server': 'redis-server',
    sipp: 'sip-tester',
    baresip: 'baresip-core',
    'linphone-daemon': 'linphone-cli',
    kamailio: 'kamailio',
    'kamailio/modules/tls.so': 'kamailio-tls-modules',
    'kamailio/modules/outbound.so': 'kamailio-outbound-modules',
    chromium: 'chromium',
    ffmpeg: 'ffmpeg',
    sox: 'sox',
    'espeak-ng': 'espeak-ng',
    tcpdump: 'tcpdump',
    tshark: 'tshark',
    svmap: 'sipvicious',
    pdftotext: 'poppler-utils',
    ip: 'iproute2',
    ethtool: 'ethtool',
    unshare: 'util-linux',
    cc: 'gcc libc6-dev',
    './libmp3lame.so.0': 'libmp3lame0',
  },
};

/** What makes things faster where it is configured, and is done without where it can't be had: the same form. */
const wished = (purpose, args) => (purpose === 'start' && usesLame(args) ? { './libmp3lame.so.0': 'libmp3lame0' } : {});

/** Where libraries stand, those of each architecture too. */
const libraries = [
  '/usr/lib',
  ...(existsSync('/usr/lib') ? readdirSync('/usr/lib') : []).map((name) => join('/usr/lib', name)),
];

function found(program) {
  if (program.includes('/')) return libraries.some((folder) => existsSync(join(folder, program)));
  // sbin is not on everyone's PATH, but it is where Debian puts servers.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** The configuration's text: nothing that reads YAML is installed yet. */
function configText(args) {
  const at = args.indexOf('--config');
  const file = at >= 0 ? args[at + 1] : inRoot('config/halina.yaml');
  return file && existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Whether the configuration names a Redis of the office's own, so that no redis-server is needed here. */
export const usesOtherRedis = (args) => /^redis:\s*(\{\s*|\n\s+)["']?url\b/m.test(configText(args));

/** Whether it asks for LAME, so that the system's is worth having: `encoder: lame` anywhere in `recording`. */
export function usesLame(args) {
  const text = configText(args).replace(/(^|\s)#.*/gm, '');
  const [, recording = ''] = /^recording:((?:.*)(?:\n(?=\s|$).*)*)/m.exec(text) ?? [];
  return /(?:^|[\s{,])["']?encoder["']?:\s*["']?lame\b/m.test(recording);
}

function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = found('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return sudo ? ['sudo', '-n'] : undefined;
}

export function installSystemPackages(purpose, args) {
  installNeeded(purpose, args);
  installWished(purpose, args);
}

/** What fails here is said, and everything goes on. */
function installWished(purpose, args) {
  const missing = Object.entries(wished(purpose, args)).filter(([file]) => !found(file));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, of]) => of))];
  const prefix = found('apt-get') ? rootPrefix() : undefined;
  const done = prefix && aptInstall(prefix, packages).status === 0;
  if (!done) say(`not installed, and done without: ${packages.join(', ')}`);
}

function aptInstall(prefix, packages) {
  say(`installing ${packages.join(', ')} (apt-get; no service is started)`);
  const script = join(import.meta.dirname, 'apt-install.sh');
  const [program, ...rest] = [...prefix, 'sh', script, '/usr/sbin/policy-rc.d', ...packages];
  return spawnSync(program, rest, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

function installNeeded(purpose, args) {
  const programs = Object.entries(needed[purpose] ?? {}).filter(
    ([program]) => !found(program) && !(program === 'redis-server' && purpose === 'start' && usesOtherRedis(args)),
  );
  if (programs.length === 0) return;
  const names = programs.map(([program]) => program).join(', ');
  const packages = [...new Set(programs.flatMap(([, of]) => of.split(' ')))];
  const byHand = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  const missing = `these programs are needed and not here: ${names}`;
  const prefix = found('apt-get') ? rootPrefix() : undefined;
  if (!prefix) {
    const where = found('apt-get') ? '' : " with your system's package manager; on Debian and Ubuntu";
    throw new Stop(`${missing}\nInstall them${where}, then run this again:\n\n  sudo ${byHand}\n`);
  }
  const result = aptInstall(prefix, packages);
  if (result.status !== 0) throw new Stop(`apt-get failed:\n${result.stdout}${result.stderr}`.trimEnd());
  const absent = programs.filter(([name]) => !found(name)).map(([name]) => name);
  if (absent.length > 0) throw new Stop(`installed, but still not found: ${absent.join(', ')}`);
}

/**
 * What `halina check` looks at around the configuration: ports, addresses, the data folder and its disk, Redis, prompts.
 * Nothing is changed: the folder is not made, and ports are bound for a moment only.
 */
import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { access, constants, statfs } from 'node:fs/promises';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ClockSync } from '../base/clock-sync.js';
import { errorMessage } from '../base/errors.js';
import { promptsSaid } from '../config/office-checks.js';
import { shippedPrompts } from '../config/notice.js';
import type { Config } from '../config/schema.js';
import { formatSize } from '../config/units.js';
import { formatHostPort } from '../sip/message/grammar.js';
import { listeningFaces } from '../sip/transport/configured.js';
import { facePort } from '../sip/transport/face-ports.js';
import type { Face, Protocol } from '../sip/transport/types.js';
import { certificates } from './check-certificates.js';
import { limits } from './check-limits.js';
import { encoderFound, mediaPlane } from './check-media.js';
import { portClashes, webListeners, type Listener } from './check-ports.js';
import { controlSocket } from './control-api.js';
import { error, warning, type Finding } from './finding.js';
import { ownPrompts, promptsFolder } from './prompts-folder.js';

export async function checkMachine(config: Config, data: string, clock: () => ClockSync): Promise<Finding[]> {
  const folder = await existing(data);
  const looked = await Promise.all([
    redis(config),
    usable(folder),
    disk(config, folder),
    prompts(config, data),
    ports(config, data),
    certificates(config),
    limits(config),
    encoderFound(config),
  ]);
  return [...looked.flat(), ...portClashes(config), ...time(clock()), ...mediaPlane(config)];
}

function time(clock: ClockSync): Finding[] {
  if (clock !== 'unsynchronised') return [];
  const hint = 'times of calls may be wrong: set up systemd-timesyncd or chrony, and look at `timedatectl`';
  return [warning('the clock of this machine is not synchronised', hint)];
}

async function redis(config: Config): Promise<Finding[]> {
  if (config.redis.url) return [];
  try {
    await promisify(execFile)('redis-server', ['--version']);
    return [];
  } catch {
    const hint = 'on Debian and Ubuntu: sudo apt-get install redis-server; or set redis.url';
    return [error('redis-server is not installed', hint)];
  }
}

const isThere = (path: string, mode = constants.F_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** The folder, or the nearest above it that is there: the one in which it would be made. */
async function existing(folder: string): Promise<string> {
  return (await isThere(folder)) || folder === dirname(folder) ? folder : existing(dirname(folder));
}

async function usable(folder: string): Promise<Finding[]> {
  if (await isThere(folder, constants.R_OK | constants.W_OK | constants.X_OK)) return [];
  return [error(`the folder ${folder} cannot be written to`, 'see storage.data, and who owns the folder')];
}

async function disk({ storage }: Config, folder: string): Promise<Finding[]> {
  const { bsize, blocks, bavail } = await statfs(folder);
  const found: Finding[] = [];
  if (storage.quota + storage.minFree > bsize * blocks)
    found.push(
      warning(
        `storage.quota and storage.minFree together are more than the whole disk (${formatGb(bsize * blocks)})`,
        'storage.minFree will decide; set a quota that fits',
      ),
    );
  if (bsize * bavail < storage.minFree)
    found.push(
      error(
        `only ${formatGb(bsize * bavail)} are free on the disk of ${folder}, less than storage.minFree`,
        'calls would go unrecorded: make room',
      ),
    );
  return found;
}

const formatGb = (bytes: number): string => formatSize(Math.round(bytes / 1e8) * 1e8);

/** Every announcement in every language that is configured, from the office's own folder or ours. */
async function prompts(config: Config, data: string): Promise<Finding[]> {
  const { notice, routes, queues } = config;
  const folders = [ownPrompts({ config, data }), promptsFolder];
  if (notice.folder && !(await isThere(notice.folder, constants.R_OK)))
    return [error(`notice.folder ${notice.folder} cannot be read`, 'lay it out as prompts/: <language>/<name>.wav')];
  const languages = new Set([notice.language, ...routes.flatMap(({ language }) => language ?? [])]);
  const names = [...new Set([...shippedPrompts, ...promptsSaid(config)])];
  const wanted = [
    ...[...languages].flatMap((language) => names.map((name) => join(language, `${name}.wav`))),
    ...new Set(queues.map(({ music }) => join('music', `${music}.wav`))),
  ];
  const found = await Promise.all(
    wanted.map(async (file) => {
      const there = await Promise.all(folders.map((folder) => isThere(join(folder, file), constants.R_OK)));
      return there.includes(true) ? [] : [error(`the prompt ${file} is missing`, `looked in ${folders.join(' and ')}`)];
    }),
  );
  return found.flat();
}

/** Every port that is to be listened on, unless the program that has them is ours. */
async function ports(config: Config, data: string): Promise<Finding[]> {
  if (await runs(data)) return [];
  const faces = config.sip.server ? [] : listeningFaces(config.sip.faces);
  const tries = faces.flatMap((face) => face.transports.map((protocol) => tryFace(face, protocol)));
  return (await Promise.all([...tries, ...webListeners(config).map(tryListener)])).flat();
}

async function tryListener({ setting, address, port }: Listener): Promise<Finding[]> {
  try {
    await tryTcp(address, port);
    return [];
  } catch (thrown) {
    return [taken(thrown, `tcp ${formatHostPort(address, port)}`, address, setting)];
  }
}

function taken(thrown: unknown, where: string, address: string, who: string): Finding {
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return error(`${where} (${who}) is taken`, 'find who has it with `ss -lnp`');
  if (code === 'EADDRNOTAVAIL') return error(`${address} is no address of this machine (${who})`, 'see `ip addr`');
  return error(`${where} (${who}): ${errorMessage(thrown)}`);
}

async function tryFace(face: Face, protocol: Protocol): Promise<Finding[]> {
  const port = facePort(face, protocol);
  try {
    await (protocol === 'udp' ? tryUdp(face.address, port) : tryTcp(face.address, port));
    return [];
  } catch (thrown) {
    return [taken(thrown, `${protocol} ${formatHostPort(face.address, port)}`, face.address, `face ${face.name}`)];
  }
}

async function runs(data: string): Promise<boolean> {
  const socket = net.connect(controlSocket(data));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function tryUdp(address: string, port: number): Promise<void> {
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.close();
}

async function tryTcp(address: string, port: number): Promise<void> {
  const server = net.createServer();
  server.listen(port, address);
  await once(server, 'listening');
  server.close();
}

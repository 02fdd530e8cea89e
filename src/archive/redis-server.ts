/**
 * Halina's own Redis: a child process on a Unix socket in the data folder, started, watched and stopped with Halina. If
 * it dies it is started again, later each time. If Halina is killed, the kernel asks it to stop (where `setpriv` is
 * there to arrange that); if one was left behind all the same, it is stopped before the next starts. It keeps an
 * append-only file, since registrations are nowhere else.
 */
import { spawn, execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';

export interface RedisServerOptions {
  /** The data folder; `redis/` is made in it. */
  readonly data: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The program; default: `redis-server` from the path. */
  readonly program?: string;
}

/** The first version with every command that we use, and the append-only file in parts. */
const OLDEST = [6, 0] as const;
const START_MS = 10_000;
const STOP_MS = 5000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;
/** A child that ran so long starts again at once. */
const SOUND_MS = 60_000;
/** `sun_path` holds 108 bytes on Linux, 104 elsewhere. */
const LONGEST_SOCKET_PATH = 100;

/** What Redis says of a file that it cannot load, and what we say then. */
const UNREADABLE =
  /Bad file format reading the append only file|Unexpected end of file reading the append only file|Error reading the append only file|AOF manifest/i;
const DAMAGED = 'the append-only file of Redis is damaged: it is put aside, and Redis begins anew';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Where the socket is: in the data folder, or, where that path is too long for one, in the folder for temporaries. */
function socketPath(folder: string): string {
  const path = join(folder, 'redis.sock');
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(tmpdir(), `halina-${name}.sock`);
}

async function checkVersion(program: string): Promise<string> {
  const hint = 'install it (Debian, Ubuntu: apt-get install redis-server), or set redis.url to one that runs elsewhere';
  let text: string;
  try {
    text = (await promisify(execFile)(program, ['--version'])).stdout;
  } catch (error) {
    throw new HalinaError('REDIS_MISSING', `${program} can't be started: ${errorMessage(error)}`, {
      hint,
      cause: error,
    });
  }
  const match = /v=(\d+)\.(\d+)\S*/.exec(text);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return match?.[0].slice(2) ?? '';
  const message = `${program} is '${text.trim()}', at least version ${OLDEST.join('.')} is needed`;
  throw new HalinaError('REDIS_TOO_OLD', message, { hint });
}

/** Whether `setpriv` (util-linux 2.33 and later) can let the kernel signal a child at its parent's death. */
async function canEndWithUs(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const run = promisify(execFile)('setpriv', ['--pdeathsig', 'TERM', 'true']);
  return run.then(
    () => true,
    () => false,
  );
}

export class RedisServer {
  /** The path of its Unix socket. */
  readonly socket: string;
  readonly #options: RedisServerOptions;
  readonly #program: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #failures = 0;
  #again: Timer | undefined;
  #stopping = false;
  #endsWithUs = false;
  /** Length of its log when it was started last. */
  #logged = 0;

  private constructor(options: RedisServerOptions) {
    this.#options = options;
    this.#program = options.program ?? 'redis-server';
    this.#folder = join(options.data, 'redis');
    this.socket = socketPath(this.#folder);
  }

  /**
   * Starts it; resolves when it answers. Rejects with `REDIS_MISSING`, `REDIS_TOO_OLD` or `REDIS_NOT_STARTED`: Halina
   * can go on without, and searches from memory.
   */
  static async start(options: RedisServerOptions): Promise<RedisServer> {
    const server = new RedisServer(options);
    const version = await checkVersion(server.#program);
    server.#endsWithUs = await canEndWithUs();
    await mkdir(server.#folder, { recursive: true, mode: 0o700 });
    await server.#stopLeftOver();
    server.#spawn();
    try {
      await server.#answers();
    } catch (error) {
      await server.close();
      throw error;
    }
    options.log.info({ version, socket: server.socket, pid: server.pid }, 'Redis started');
    return server;
  }

  /** Of the child that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Lets it save what it has and end. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#again?.cancel();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = this.#options.clock.setTimer(STOP_MS, () => child.kill('SIGKILL'));
    await exited;
    timer.cancel();
  }

  #spawn(): void {
    const settings = {
      port: '0',
      unixsocket: this.socket,
      unixsocketperm: '700',
      dir: this.#folder,
      pidfile: join(this.#folder, 'redis.pid'),
      daemonize: 'no',
      appendonly: 'yes',
      appendfsync: 'everysec',
      save: '',
      loglevel: 'warning',
      logfile: join(this.#folder, 'redis.log'),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const [program, before] = this.#endsWithUs
      ? ['setpriv', ['--pdeathsig', 'TERM', this.#program]]
      : [this.#program, []];
    this.#logged = sizeOf(join(this.#folder, 'redis.log'));
    // In a group of its own: what a terminal sends to ours (Ctrl-C) must not end it while calls go on.
    const child = spawn(program, [...before, ...flags], { stdio: 'ignore', detached: true });
    this.#child = child;
    this.#startedAt = this.#options.clock.monotonic();
    child.once('error', (error) => this.#ended(child, errorMessage(error)));
    child.once('exit', (code, signal) => this.#ended(child, signal ?? `exit status ${code}`));
  }

  #ended(child: ChildProcess, why: string): void {
    if (this.#stopping || child !== this.#child) return;
    const { clock, log } = this.#options;
    this.#failures = clock.monotonic() - this.#startedAt > SOUND_MS ? 0 : this.#failures + 1;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    log.error({ why, waitMs, log: join(this.#folder, 'redis.log') }, 'Redis ended; it is started again');
    this.#child = undefined;
    this.#again = clock.setTimer(waitMs, () => void this.#startAgain());
  }

  /** A file that it cannot read keeps it from starting for ever; what stood there is made anew from the journal. */
  async #startAgain(): Promise<void> {
    if (await this.#cannotRead()) {
      const aside = join(this.#folder, `appendonlydir.damaged-${this.#options.clock.now()}`);
      try {
        await rename(join(this.#folder, 'appendonlydir'), aside);
        this.#options.log.error({ aside }, DAMAGED);
      } catch (error) {
        this.#options.log.error({ error: errorMessage(error) }, 'the append-only file of Redis cannot be put aside');
      }
    }
    if (!this.#stopping) this.#spawn();
  }

  /** Whether the last words of its log, since it was started, say so. */
  async #cannotRead(): Promise<boolean> {
    const text = await readFile(join(this.#folder, 'redis.log'), 'utf8').catch(() => '');
    return UNREADABLE.test(text.slice(this.#logged));
  }

  /**
   * Resolves when the child answers, be it that it still reads its file (a large one takes a while, and whoever asks waits
   * for that); rejects if it ends before, or is silent for too long.
   */
  async #answers(): Promise<void> {
    const child = this.#child;
    const probe = new Redis({
      path: this.socket,
      lazyConnect: false,
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    });
    const answered = probe.ping().then(
      () => undefined,
      (error: unknown) => (errorMessage(error).startsWith('LOADING') ? undefined : errorMessage(error)),
    );
    probe.on('error', () => undefined); // it is not there yet: that is what is waited for
    let timer: Timer | undefined;
    const late = new Promise<string>((resolve) => {
      timer = this.#options.clock.setTimer(START_MS, () => resolve(`no answer in ${START_MS / 1000} s`));
      // With a damaged file put aside it is started again.
      const ended = (code: number | null, damaged: boolean): void =>
        damaged ? undefined : resolve(`it ended with status ${code}`);
      child?.once('exit', (code) => void this.#cannotRead().then((damaged) => ended(code, damaged)));
    });
    try {
      const failure = await Promise.race([answered, late]);
      if (failure === undefined) return;
      const hint = `see ${join(this.#folder, 'redis.log')}`;
      throw new HalinaError('REDIS_NOT_STARTED', `Redis did not start: ${failure}`, { hint });
    } finally {
      timer?.cancel();
      probe.disconnect();
    }
  }

  /** A Redis that an earlier Halina left behind in this folder would write the same files: it stops first. */
  async #stopLeftOver(): Promise<void> {
    const { log } = this.#options;
    const pid = await this.#leftOverPid();
    if (pid === undefined) {
      await rm(this.socket, { force: true });
      return;
    }
    log.warn({ pid }, 'a Redis was left behind by an earlier run; it is stopped');
    process.kill(pid, 'SIGTERM');
    const deadline = this.#options.clock.monotonic() + STOP_MS;
    while (await isRedisHere(pid, this.socket)) {
      if (this.#options.clock.monotonic() > deadline) process.kill(pid, 'SIGKILL');
      await new Promise<void>((resolve) => this.#options.clock.setTimer(20, resolve));
    }
  }

  async #leftOverPid(): Promise<number | undefined> {
    const text = await readFile(join(this.#folder, 'redis.pid'), 'utf8').catch(() => '');
    const pid = Number(text.trim());
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    return (await isRedisHere(pid, this.socket)) ? pid : undefined;
  }
}

/** Whether the process is a Redis that listens on this socket (a process id alone may be anyone's by now). */
async function isRedisHere(pid: number, socket: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes('redis-server') && commandLine.includes(socket);
}

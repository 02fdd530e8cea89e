/**
 * What systemd is told (sd_notify(3)): that the program is ready, that it stops, and, where `WatchdogSec=` asks for it,
 * that it is alive. Node has no datagram sockets of the Unix domain, so the C library sends.
 */
import koffi from 'koffi';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

/** Sends one message to the service manager. */
export type Notify = (message: string) => void;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SUN_PATH = 2;
const LONGEST_PATH = 108;

/** `path`: of `NOTIFY_SOCKET`; an `@` at its beginning stands for the abstract name space. */
export function notifySocket(path: string): Notify {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)') as (...args: number[]) => number;
  const sendto = libc.func('long sendto(int fd, void *data, size_t size, int flags, void *to, uint32_t length)') as (
    fd: number,
    data: Buffer,
    size: number,
    flags: number,
    to: Buffer,
    length: number,
  ) => number;
  const name = Buffer.from(path);
  if (name.length >= LONGEST_PATH) throw new RangeError(`NOTIFY_SOCKET is too long: ${path}`);
  const address = Buffer.alloc(SUN_PATH + name.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, SUN_PATH);
  if (path.startsWith('@')) address[SUN_PATH] = 0;
  const length = path.startsWith('@') ? SUN_PATH + name.length : address.length;
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new Error('there is no socket for the service manager');
  return (message) => {
    const data = Buffer.from(message);
    if (sendto(fd, data, data.length, 0, address, length) < 0) throw new Error(`nobody listens on ${path}`);
  };
}

export interface Environment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

/** How often it is to be told that the program is alive, milliseconds: half of what it asks; none if it does not. */
export function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: Environment, pid: number): number | undefined {
  const asked = Number(WATCHDOG_USEC);
  if (!Number.isFinite(asked) || asked <= 0) return undefined;
  return WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid ? asked / 2000 : undefined;
}

export class ServiceManager {
  readonly #notify: Notify | undefined;
  readonly #log: Log;
  #timer: Timer | undefined;

  private constructor(notify: Notify | undefined, log: Log) {
    this.#notify = notify;
    this.#log = log;
  }

  /** Does nothing where no service manager asks. */
  static connect(environment: Environment, log: Log): ServiceManager {
    const { NOTIFY_SOCKET } = environment;
    if (!NOTIFY_SOCKET) return new ServiceManager(undefined, log);
    try {
      return new ServiceManager(notifySocket(NOTIFY_SOCKET), log);
    } catch (error) {
      log.warn({ error: errorMessage(error) }, 'cannot speak to the service manager');
      return new ServiceManager(undefined, log);
    }
  }

  /** Calls are taken. From here it is told, every `everyMs`, that the program is alive, as long as `isAlive` says so. */
  ready(status: string, clock: Clock, everyMs: number | undefined, isAlive: () => boolean): void {
    this.#say(`READY=1\nSTATUS=${status}`);
    if (everyMs === undefined) return;
    const beat = (): void => {
      if (isAlive()) this.#say('WATCHDOG=1');
      this.#timer = clock.setTimer(everyMs, beat);
    };
    beat();
  }

  /** `withinMs`: how long that may take. */
  stopping(status: string, withinMs: number): void {
    this.#say(`STOPPING=1\nEXTEND_TIMEOUT_USEC=${Math.round(withinMs * 1000)}\nSTATUS=${status}`);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #say(message: string): void {
    try {
      this.#notify?.(message);
    } catch (error) {
      this.#log.warn({ error: errorMessage(error) }, 'cannot speak to the service manager');
    }
  }
}

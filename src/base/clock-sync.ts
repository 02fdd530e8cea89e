/**
 * Whether the machine's wall clock is kept right by somebody: the kernel's own word (adjtimex(2)), which every time daemon
 * sets, and the mark of systemd-timesyncd. Times stand in recordings that may become evidence, so a clock that nobody keeps
 * is worth an alarm.
 */
import { existsSync, readFileSync } from 'node:fs';
import koffi from 'koffi';

/** `unknown`: the kernel could not be asked, or this is a container, whose host may keep the time by other means. */
export type ClockSync = 'synchronised' | 'unsynchronised' | 'unknown';

/** What is known of the clock's keeper. */
export interface ClockSigns {
  /** The kernel's status bit STA_UNSYNC; undefined where it could not be asked. */
  readonly kernelUnsynchronised: boolean | undefined;
  readonly timesyncdMark: boolean;
  readonly container: boolean;
}

export function judgeClock({ kernelUnsynchronised, timesyncdMark, container }: ClockSigns): ClockSync {
  if (kernelUnsynchronised === false || timesyncdMark) return 'synchronised';
  return kernelUnsynchronised === undefined || container ? 'unknown' : 'unsynchronised';
}

export function clockSync(): ClockSync {
  return judgeClock({
    kernelUnsynchronised: kernelUnsynchronised(),
    timesyncdMark: existsSync('/run/systemd/timesync/synchronized'),
    container: inContainer(),
  });
}

const STA_UNSYNC = 0x40;
/** Of `struct timex` on 64-bit Linux: modes, padding, offset, freq, maxerror, esterror, then status. */
const STATUS_AT = 40;
/** Larger than the structure (208 bytes). With modes 0 nothing is set, so no privilege is needed. */
const ROOM = 256;

function kernelUnsynchronised(): boolean | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined;
  try {
    const adjtimex = koffi.load(null).func('int adjtimex(void *buf)') as (buffer: Buffer) => number;
    const timex = Buffer.alloc(ROOM);
    return adjtimex(timex) < 0 ? undefined : (timex.readInt32LE(STATUS_AT) & STA_UNSYNC) !== 0;
  } catch {
    return undefined; // A C library without the call.
  }
}

function inContainer(): boolean {
  if (['/.dockerenv', '/run/.containerenv', '/run/systemd/container'].some((mark) => existsSync(mark))) return true;
  try {
    return /docker|kubepods|containerd|lxc|libpod/.test(readFileSync('/proc/1/cgroup', 'utf8'));
  } catch {
    return false; // No /proc: then there is no such container either.
  }
}

/** What `halina check` says of the room for as many calls as `sip.maxCalls` allows: ports, and open files of a process. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.js';
import { warning, type Finding } from './finding.js';

/** Two sockets for each of the two sides, and the spool. */
const FILES_PER_CALL = 5;
const PORTS_PER_CALL = 4;
/** What a process has open besides: pipes, libraries, the connection to its parent. */
const OTHER_FILES = 100;

type Settings = Pick<Config, 'sip' | 'media' | 'handsets'>;

/** @param openFiles how many files a process may have open; undefined where that cannot be known */
export async function limits(
  config: Settings,
  openFiles: () => Promise<number | undefined> = mostOpenFiles,
): Promise<Finding[]> {
  return [...ports(config), ...files(config, await openFiles())];
}

function ports({ sip, media }: Settings): Finding[] {
  const { from, to } = media.ports;
  const room = Math.floor((to - from + 1) / PORTS_PER_CALL);
  if (room >= sip.maxCalls) return [];
  return [
    warning(
      `media.ports (${from} to ${to}) has room for ${room} calls at once, but sip.maxCalls allows ${sip.maxCalls}`,
      'widen media.ports, or lower sip.maxCalls: calls without a port are refused with 503',
    ),
  ];
}

function files({ sip, media, handsets }: Settings, most: number | undefined): Finding[] {
  const calls = Math.ceil(sip.maxCalls / media.engines);
  // Whoever has the most: a media process with its calls, or the SIP server with a connection of each handset.
  const needed = Math.max(calls * FILES_PER_CALL, handsets.length) + OTHER_FILES;
  if (most === undefined || most >= needed) return [];
  return [
    warning(
      `a process may have ${most} files open here, but sip.maxCalls (${sip.maxCalls}) and the handsets need up to ${needed}`,
      'raise LimitNOFILE in the unit of systemd (or `ulimit -Hn`), or lower sip.maxCalls',
    ),
  ];
}

/** The hard limit: Node raises its own to that at start. */
async function mostOpenFiles(): Promise<number | undefined> {
  try {
    const line = /^Max open files\s+\S+\s+(\S+)/m.exec(await readFile('/proc/self/limits', 'utf8'));
    return line?.[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line?.[1]) || undefined;
  } catch {
    return undefined; // Not Linux.
  }
}

/** What is wrong with the program as a whole, in the few kinds that everybody who works with it has to know. */
import type { Archive } from '../archive/archive.js';
import type { Alarms } from '../base/alarms.js';
import type { Trouble } from '../console/doors.js';
import type { SipLink } from './sip-link.js';

export interface TroubleParts {
  readonly archive: Pick<Archive, 'work'>;
  readonly alarms: Pick<Alarms, 'list'>;
  readonly sip: Pick<SipLink, 'answers'>;
}

/** Alarms that mean one of them. */
const byAlarm: Readonly<Record<string, Trouble>> = {
  AUDIT_FAILED: 'audit',
  BUDGET_FULL: 'disk',
  BUDGET_HELD: 'disk',
  BUDGET_OVER: 'disk',
  TRUNK_DOWN: 'lines',
  TRUNK_NOT_REGISTERED: 'lines',
};
/** Recordings that wait so long, or so many of them, are told of: a call's own encoding takes seconds. */
const LATE_MS = 10 * 60_000;
const MANY = 200;
/** Who does not answer by then is told of, milliseconds. */
const PATIENCE_MS = 1500;

export async function troublesOf({ archive, alarms, sip }: TroubleParts): Promise<Trouble[]> {
  const found = new Set<Trouble>();
  const { following, waiting, oldestWaitingMs } = archive.work;
  if (!following) found.add('redis');
  if (oldestWaitingMs > LATE_MS || waiting > MANY) found.add('encoding');
  for (const { code, subject } of alarms.list()) {
    const kind = byAlarm[code] ?? (code === 'PART_SILENT' ? partOf(subject) : undefined);
    if (kind) found.add(kind);
  }
  if (!(await inTime(sip.answers()))) found.add('sip');
  return [...found].sort();
}

const partOf = (name: string): Trouble => (name.includes('SIP') ? 'sip' : 'media');

/** Its answer; false for one that does not come, or fails. */
function inTime(answer: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const settle = (value: boolean): void => {
      clearTimeout(timer);
      resolve(value);
    };
    answer.then(settle, () => settle(false));
  });
}

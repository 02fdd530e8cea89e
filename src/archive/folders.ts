/** Where things stand in the data folder. Names are made of call ids and dates only, never of what a caller sent. */
import { join } from 'node:path';
import type { CallId } from '../base/brands.js';
import { isCallId } from '../base/call-id.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Every zone's days begin at a multiple of this, Unix milliseconds. */
const QUARTER_MS = 900_000;
/** Of so many quarters and zones the day is remembered: a year of them. */
const DAYS_KNOWN = 40_000;
const days = new Map<string, string>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'UTC' }); // a zone that this system does not know
  }
}

/**
 * `YYYY/MM/DD` of the day on which the call began, in the office's zone as it stands in the entry: who looks for
 * yesterday's calls finds them under yesterday, and the path follows from the entry alone, whatever is configured later.
 */
export function dayPath(startedAt: number, zone: string): string {
  const quarter = `${Math.floor(startedAt / QUARTER_MS)} ${zone}`;
  const known = days.get(quarter);
  if (known !== undefined) return known;
  const format = formats.get(zone) ?? formatIn(zone);
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(startedAt).map(({ type, value }) => [type, value]));
  const day = `${parts.get('year')}/${parts.get('month')}/${parts.get('day')}`;
  if (days.size >= DAYS_KNOWN) days.clear();
  days.set(quarter, day);
  return day;
}

export class Folders {
  readonly data: string;
  readonly spool: string;
  readonly recordings: string;
  /** Files that are being made; whatever is in it at the start is of no use. */
  readonly temporary: string;
  readonly journalFolder: string;
  readonly journal: string;
  readonly keys: string;
  /** The list of erasures; a journal too. */
  readonly erasures: string;

  constructor(data: string) {
    this.data = data;
    this.spool = join(data, 'spool');
    this.recordings = join(data, 'recordings');
    this.temporary = join(data, 'tmp');
    this.journalFolder = join(data, 'journal');
    this.keys = join(data, 'keys');
    this.journal = join(this.journalFolder, 'archive.journal');
    this.erasures = join(this.journalFolder, 'erasures.journal');
  }

  spoolOf(id: CallId): string {
    return join(this.spool, `${id}.pcap`);
  }

  temporaryOf(id: CallId): string {
    return join(this.temporary, `${id}.mp3`);
  }

  recordingFolder(call: { readonly startedAt: number; readonly zone: string }): string {
    return join(this.recordings, dayPath(call.startedAt, call.zone));
  }

  recordingOf(call: { readonly id: CallId; readonly startedAt: number; readonly zone: string }): string {
    return join(this.recordingFolder(call), `${call.id}.mp3`);
  }
}

/** The call whose file this is, by its name. */
export function callOfFile(name: string, extension: '.pcap' | '.mp3'): CallId | undefined {
  const id = name.endsWith(extension) ? name.slice(0, -extension.length) : '';
  return isCallId(id) ? id : undefined;
}

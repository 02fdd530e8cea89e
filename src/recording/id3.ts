/**
 * ID3v2.4 tags: a recording that is found alone explains itself. Players show its title, time and texts; the call's
 * entry and the facts of the recording stand whole, as JSON, in an encapsulated object (GEOB) named `halina`, the picture
 * of the sound in another one, named `waveform`. All text is UTF-8, in which no byte looks like an MPEG sync, and players
 * pass over a tag by its length, so there is no unsynchronisation.
 */
import { recordingDocumentSchema } from './facts.js';
import type { RecordingDocument } from './facts.js';
import { WAVEFORM_BYTES, waveformOf, type Waveform } from './waveform.js';

const HEADER_BYTES = 10;
const FRAME_HEADER_BYTES = 10;
const UTF8 = 3;
const OBJECT_NAME = 'halina';
const OBJECT_TYPE = 'application/json';
const WAVEFORM_NAME = 'waveform';
const WAVEFORM_TYPE = 'application/octet-stream';
const NO_WAVEFORM = Buffer.alloc(WAVEFORM_BYTES);

/** No tag is longer: an entry that would make it longer loses the last of its parts. */
export const MAX_TAG_BYTES = 16 * 1024;

/** 28 bits in four bytes, seven in each (ID3v2.4 § 6.2). */
function syncSafe(value: number): Buffer {
  return Buffer.from([(value >> 21) & 0x7f, (value >> 14) & 0x7f, (value >> 7) & 0x7f, value & 0x7f]);
}

const readSyncSafe = (bytes: Buffer, at: number): number =>
  [0, 1, 2, 3].reduce((value, i) => (value << 7) | (bytes.readUInt8(at + i) & 0x7f), 0);

function frame(id: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(id, 'latin1'), syncSafe(body.length), Buffer.alloc(2), body]);
}

const textFrame = (id: string, text: string): Buffer =>
  frame(id, Buffer.concat([Buffer.from([UTF8]), Buffer.from(text, 'utf8')]));

const namedText = (name: string, text: string): Buffer => textFrame('TXXX', `${name}\0${text}`);

/** GEOB (§ 4.15): encoding, MIME type, file name, description, the object itself. */
function objectFrame(json: string): Buffer {
  const head = `${OBJECT_TYPE}\0call.json\0${OBJECT_NAME}\0`;
  return frame('GEOB', Buffer.concat([Buffer.from([UTF8]), Buffer.from(head + json, 'utf8')]));
}

/** Of one length, whatever is in it: the tag's room is known before the sound is. */
function waveformFrame(waveform: Buffer): Buffer {
  const head = `${WAVEFORM_TYPE}\0\0${WAVEFORM_NAME}\0`;
  return frame('GEOB', Buffer.concat([Buffer.from([UTF8]), Buffer.from(head, 'latin1'), waveform]));
}

/** By zone; each takes longer to make than all else in a tag. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockIn(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  clocks.set(timeZone, clock);
  return clock;
}

/** `2026-01-05 09:00` in the office's zone; in UTC where the zone is not known here. */
function localTime(unixMs: number, zone: string): string {
  try {
    return clockIn(zone).format(unixMs);
  } catch {
    return `${clockIn('UTC').format(unixMs)} UTC`;
  }
}

function frames(document: RecordingDocument, waveform: Buffer): Buffer {
  const { entry, recording } = document;
  const outside = entry.outside.withheld ? 'withheld' : (entry.outside.number ?? entry.outside.signalled);
  const employee = entry.employee?.extension ?? '?';
  const [from, to] = entry.direction === 'inbound' ? [outside, employee] : [employee, entry.dialled];
  return Buffer.concat([
    textFrame('TIT2', `${localTime(recording.beganAt, entry.zone)} ${from} → ${to}`),
    textFrame('TDRC', new Date(recording.beganAt).toISOString().slice(0, 19)),
    textFrame('TLEN', String(Math.round(recording.durationMs))),
    textFrame('TENC', 'Halina'),
    textFrame('TSSE', `${recording.encoder}, ${recording.kbps} kbit/s`),
    namedText('Call', entry.id),
    namedText('Direction', entry.direction),
    namedText('Outside party (left)', outside),
    namedText('Employee (right)', employee),
    namedText('Dialled', entry.dialled),
    objectFrame(JSON.stringify(document)),
    waveformFrame(waveform),
  ]);
}

/** No text that anyone dials or is named needs more. */
const MAX_TEXT = 200;
const shorten = (_: string, value: unknown): unknown => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : value);

/** The frames, made to fit: first by cutting texts that somebody made absurdly long, then by leaving the last parts off. */
function body(document: RecordingDocument, waveform: Buffer): Buffer {
  const room = MAX_TAG_BYTES - HEADER_BYTES;
  const whole = frames(document, waveform);
  if (whole.length <= room) return whole;
  const short = JSON.parse(JSON.stringify(document, shorten)) as RecordingDocument;
  const { parts } = short.entry;
  for (let kept = parts.length; ; kept = Math.floor(kept * 0.9)) {
    const entry = { ...short.entry, parts: parts.slice(0, kept) };
    const omitted = parts.length - kept;
    const less = frames({ ...short, entry, ...(omitted > 0 ? { partsOmitted: omitted } : {}) }, waveform);
    if (less.length <= room || kept === 0) return less;
  }
}

/**
 * The tag's bytes with padding up to `tagBytes` (0: none). Throws `RangeError` if it does not fit. `waveform`: as
 * `WaveformBuilder` gives it; silence where it is not known yet.
 */
export function writeTag(document: RecordingDocument, tagBytes = 0, waveform: Buffer = NO_WAVEFORM): Buffer {
  const content = body(document, waveform);
  const size = Math.max(tagBytes, content.length + HEADER_BYTES) - HEADER_BYTES;
  if (tagBytes > 0 && size + HEADER_BYTES > tagBytes) throw new RangeError('the tag is longer than its room');
  const header = Buffer.concat([Buffer.from('ID3\x04\x00\x00', 'latin1'), syncSafe(size)]);
  return Buffer.concat([header, content, Buffer.alloc(size - content.length)]);
}

/** Bytes of the tag at the beginning of a file, by its first 10 bytes; nothing if there is none. */
export function tagLength(start: Buffer): number | undefined {
  if (start.length < HEADER_BYTES || start.toString('latin1', 0, 4) !== 'ID3\x04') return undefined;
  return HEADER_BYTES + readSyncSafe(start, 6);
}

/** The contents of a tag's encapsulated objects, in their order. */
function* objects(bytes: Buffer): Generator<Buffer> {
  const length = tagLength(bytes);
  if (length === undefined || bytes.length < length || bytes.readUInt8(5) !== 0) return;
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES <= length;) {
    const end = at + FRAME_HEADER_BYTES + readSyncSafe(bytes, at + 4);
    if (bytes[at] === 0 || end > length) return;
    if (bytes.toString('latin1', at, at + 4) === 'GEOB') yield bytes.subarray(at + FRAME_HEADER_BYTES, end);
    at = end;
  }
}

/** What one of our tags says; nothing if it is not ours or is damaged. `bytes`: from the beginning of the file. */
export function readTag(bytes: Buffer): RecordingDocument | undefined {
  for (const content of objects(bytes)) {
    const document = readObject(content);
    if (document) return document;
  }
  return undefined;
}

/** The picture of the sound; nothing in recordings of before it was kept. `bytes`: from the beginning of the file. */
export function readWaveform(bytes: Buffer): Waveform | undefined {
  const head = Buffer.concat([Buffer.from([UTF8]), Buffer.from(`${WAVEFORM_TYPE}\0\0${WAVEFORM_NAME}\0`, 'latin1')]);
  for (const content of objects(bytes)) {
    if (content.subarray(0, head.length).equals(head)) return waveformOf(content.subarray(head.length));
  }
  return undefined;
}

function readObject(content: Buffer): RecordingDocument | undefined {
  const parts = content.toString('utf8', 1).split('\0');
  const [type, , name, json] = parts;
  if (content[0] !== UTF8 || type !== OBJECT_TYPE || name !== OBJECT_NAME || json === undefined) return undefined;
  try {
    return recordingDocumentSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

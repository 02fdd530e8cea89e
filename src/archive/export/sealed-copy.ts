/**
 * The copy of recordings for the person whose data they are (GDPR 15(3)): the sound without the stretches in which others are
 * heard, a list of what was left out, and the seal over all of it, in one zip. It begins and ends in the audit log.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Actor, AuditEvent, AuditLog } from '../../audit/audit-log.js';
import type { CallId } from '../../base/brands.js';
import { HalinaError } from '../../base/errors.js';
import { tagLength } from '../../recording/id3.js';
import { cutSound, type Stretch } from '../../recording/mp3/cut.js';
import type { Archive } from '../archive.js';
import { writeZip, type WrittenZip, type ZipSink } from './zip-file.js';

export interface CopyRequest {
  readonly calls: readonly { readonly id: CallId; readonly cuts: readonly Stretch[] }[];
  /** The zip to make; it must not exist. */
  readonly path: string;
  readonly actor: Actor;
  readonly role?: string;
  /** The number of the request. */
  readonly reference: string;
}

export interface CopyParts {
  readonly archive: Pick<Archive, 'open' | 'find'>;
  readonly audit: Pick<AuditLog, 'append' | 'seal' | 'publicKey'>;
  readonly office: string;
  readonly zone: string;
  readonly now: () => number;
  readonly sink?: ZipSink;
}

/** Longest recording that is copied, in bytes: some twenty hours. */
const MOST = 512 * 1024 * 1024;
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

export async function sealCopy(parts: CopyParts, request: CopyRequest): Promise<WrittenZip> {
  for (const { id } of request.calls) await parts.audit.append(eventOf(request, { step: 'copy-begun' }, id));
  const sounds = new Map<string, Buffer>();
  const told: string[] = [];
  for (const [index, { id, cuts }] of request.calls.entries()) {
    const name = `nagranie-${index + 1}.mp3`;
    sounds.set(name, await copyOf(parts, id, cuts));
    told.push(name, ...(await described(parts, id, cuts)), '');
  }
  const small = await papersOf(parts, request, sounds, told);
  const streams = new Map([...sounds].map(([name, sound]) => [name, Readable.from([sound], { objectMode: false })]));
  const written = await writeZip(request.path, { small, streams, at: parts.now() }, parts.sink);
  const facts = { step: 'copy-sealed', sha256: written.sha256, recordings: request.calls.length };
  await parts.audit.append(eventOf(request, facts));
  return written;
}

function eventOf(
  { actor, role, reference }: CopyRequest,
  facts: { step: string; sha256?: string; recordings?: number },
  id?: CallId,
): AuditEvent {
  const object = id ? { object: { kind: 'recording', id } } : {};
  return { event: 'export', actor, ...(role ? { role } : {}), ...object, facts, personal: { reference } };
}

/** What is copied must be what was recorded, to the last byte, before anything is cut. */
async function copyOf({ archive }: CopyParts, id: CallId, cuts: readonly Stretch[]): Promise<Buffer> {
  const reader = await archive.open(id);
  try {
    if (reader.bytes > MOST) throw new HalinaError('COPY_TOO_LONG', `the recording of call ${id} is too long to copy`);
    const whole = await reader.read(0, reader.bytes);
    if (sha256(whole) !== reader.sha256) {
      const hint = 'halina verify says more; restore the file from a backup';
      throw new HalinaError('EXPORT_DAMAGED', `the recording of call ${id} is not what was recorded`, { hint });
    }
    return cutSound(whole, tagLength(whole) ?? 0, cuts);
  } finally {
    await reader.close();
  }
}

async function described({ archive, zone }: CopyParts, id: CallId, cuts: readonly Stretch[]): Promise<string[]> {
  const record = await archive.find(id);
  const at = record?.entry.startedAt;
  const format = new Intl.DateTimeFormat('pl-PL', { timeZone: zone, dateStyle: 'long', timeStyle: 'short' });
  const parts = cuts.map(({ fromMs, toMs }) => `  pominięto (cisza): ${position(fromMs)} – ${position(toMs)}`);
  return [...(at === undefined ? [] : [`  rozmowa: ${format.format(at)}`]), ...parts];
}

function position(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

async function papersOf(
  { audit, office }: CopyParts,
  { reference }: CopyRequest,
  sounds: ReadonlyMap<string, Buffer>,
  told: readonly string[],
): Promise<Map<string, Buffer>> {
  const text = [
    'KOPIA NAGRAŃ (art. 15 ust. 3 RODO)',
    '',
    office,
    `Wniosek nr ${reference}`,
    '',
    ...told,
    'Jak sprawdzić, że kopii nie zmieniono (KLUCZ.pem: klucz publiczny urzędu, otrzymany od urzędu):',
    '  openssl pkeyutl -verify -pubin -inkey KLUCZ.pem -rawin -in manifest.txt -sigfile manifest.sig',
    '  sha256sum -c manifest.txt',
    '',
  ].join('\n');
  const description = Buffer.from(text);
  const { key } = await audit.seal('');
  const pem = await audit.publicKey(key);
  if (pem === undefined) throw new HalinaError('EXPORT_KEY', `the public key ${key} is missing in keys/`);
  const small = new Map([
    ['opis.txt', description],
    ['key.pem', Buffer.from(pem)],
  ]);
  const manifest = [...sounds, ...small].map(([name, data]) => `${sha256(data)}  ${name}\n`).join('');
  const { signature } = await audit.seal(manifest);
  return new Map([['manifest.txt', Buffer.from(manifest)], ...small, ['manifest.sig', signature]]);
}

/**
 * A sealed export: recordings with what proves them, for an authority or an applicant, in one zip. Everything in it is
 * listed in `manifest.txt` (in the form of sha256sum) and that is signed, so common tools check it; see
 * `config/export/check.sh`. It begins and ends in the audit log: where that can't be written, nothing is handed out.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { signedText } from '../../audit/anchor.js';
import type { AuditEvent, AuditLog, Actor } from '../../audit/audit-log.js';
import type { Span } from '../../audit/excerpt.js';
import type { CallId } from '../../base/brands.js';
import { HalinaError } from '../../base/errors.js';
import type { Archive } from '../archive.js';
import type { CallRecord } from '../lifecycle.js';
import type { RecordingReader } from '../reader.js';
import { protocolText, type ExportFacts } from './protocol.js';
import { writeZip, type ZipSink } from './zip-file.js';

export interface ExportRequest {
  readonly calls: readonly CallId[];
  /** The zip to make; it must not exist. */
  readonly path: string;
  readonly actor: Actor;
  readonly role?: string;
  /** Case sign or number of the request. */
  readonly reference: string;
  /** Who gets it, as it stands in the protocol. */
  readonly recipient: string;
}

export interface SealedExport {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ExportParts {
  readonly archive: Archive;
  readonly audit: AuditLog;
  /** Where `check.sh` and `how-to-check.txt` are. */
  readonly texts: string;
  /** The office's time zone and name, for the protocol. */
  readonly zone: string;
  readonly office: string;
  readonly now: () => number;
  /** Where the zip goes, if that is not a plain file. */
  readonly sink?: ZipSink;
}

const CHUNK = 1024 * 1024;
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

interface Opened {
  readonly record: CallRecord;
  readonly reader: RecordingReader;
}

export async function sealExport(parts: ExportParts, request: ExportRequest): Promise<SealedExport> {
  const opened: Opened[] = [];
  try {
    for (const id of request.calls) opened.push(await openOne(parts.archive, id));
    await parts.archive.onRecord();
    for (const id of request.calls) await parts.audit.append(eventOf(request, { step: 'begun' }, id));
    const sealed = await write(parts, request, opened);
    await parts.audit.append(eventOf(request, { step: 'sealed', sha256: sealed.sha256, recordings: opened.length }));
    return sealed;
  } finally {
    for (const { reader } of opened) await reader.close();
  }
}

async function openOne(archive: Archive, id: CallId): Promise<Opened> {
  const reader = await archive.open(id);
  const record = await archive.find(id);
  if (record) return { record, reader };
  await reader.close();
  throw new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} is not there`);
}

function eventOf(
  { actor, role, reference, recipient }: ExportRequest,
  facts: { step: string; sha256?: string; recordings?: number },
  id?: CallId,
): AuditEvent {
  const object = id ? { object: { kind: 'recording', id } } : {};
  return { event: 'export', actor, ...(role ? { role } : {}), ...object, facts, personal: { reference, recipient } };
}

async function write(parts: ExportParts, request: ExportRequest, opened: readonly Opened[]): Promise<SealedExport> {
  const small = await smallFiles(parts, request, opened);
  const sums = [
    ...opened.map(({ record, reader }) => `${reader.sha256}  recording-${record.entry.id}.mp3`),
    ...[...small].map(([name, data]) => `${sha256(data)}  ${name}`),
  ];
  const manifest = Buffer.from(`${sums.join('\n')}\n`);
  small.set('manifest.sig', (await parts.audit.seal(manifest.toString())).signature);
  const streams = new Map(opened.map((one) => [`recording-${one.record.entry.id}.mp3`, checkedSound(one)]));
  const content = { small: new Map([['manifest.txt', manifest], ...small]), streams, at: parts.now() };
  return writeZip(request.path, content, parts.sink);
}

/** The sound, which must be what was recorded to the last byte, or the export fails. */
function checkedSound({ reader, record }: Opened): Readable {
  return Readable.from(
    (async function* () {
      const hash = createHash('sha256');
      for (let at = 0; at < reader.bytes;) {
        const chunk = await reader.read(at, CHUNK);
        if (chunk.length === 0) break;
        hash.update(chunk);
        at += chunk.length;
        yield chunk;
      }
      if (hash.digest('hex') === reader.sha256) return;
      const hint = 'halina verify says more; restore the file from a backup';
      throw new HalinaError('EXPORT_DAMAGED', `the recording of call ${record.entry.id} is not what was recorded`, {
        hint,
      });
    })(),
  );
}

async function smallFiles(
  { archive, audit, texts, zone, office, now }: ExportParts,
  request: ExportRequest,
  opened: readonly Opened[],
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const spans = await audit.excerpt(new Set(request.calls));
  for (const { record, reader } of opened) {
    files.set(`entry-${record.entry.id}.json`, Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
    provenBy(spans, record.entry.id, reader.sha256);
  }
  files.set('chain.txt', Buffer.from(spans.map(spanText).join('')));
  for (const [index, { anchor }] of spans.entries()) {
    files.set(`anchor-${index + 1}.json`, Buffer.from(signedText(anchor)));
    files.set(`anchor-${index + 1}.sig`, Buffer.from(anchor.sig, 'base64'));
    files.set(`key-${anchor.key}.pem`, await keyFile(audit, anchor.key));
  }
  const { key } = await audit.seal('');
  files.set('key.pem', await keyFile(audit, key));
  const { reference, recipient } = request;
  const facts: ExportFacts = { archive: archive.id, office, zone, at: now(), reference, recipient, key, spans };
  files.set(
    'protocol.txt',
    Buffer.from(
      protocolText(
        facts,
        opened.map(({ record }) => record),
      ),
    ),
  );
  for (const name of ['check.sh', 'how-to-check.txt']) files.set(name, await readFile(join(texts, name)));
  return files;
}

async function keyFile(audit: AuditLog, id: string): Promise<Buffer> {
  const pem = await audit.publicKey(id);
  if (pem !== undefined) return Buffer.from(pem);
  throw new HalinaError('EXPORT_KEY', `the public key ${id} is missing in keys/`, { hint: 'restore it from a backup' });
}

function provenBy(spans: readonly Span[], id: CallId, hash: string): void {
  const found = spans.some(({ lines }) =>
    lines.some(({ shown }) => shown?.includes('"event":"recording"') && shown.includes(id) && shown.includes(hash)),
  );
  if (found) return;
  const hint = 'run halina verify; at the next start Halina puts on record what is missing there';
  throw new HalinaError('EXPORT_UNPROVEN', `the audit log does not have the recording of call ${id}`, { hint });
}

function spanText({ from, lines }: Span, index: number): string {
  const texts = lines.map(({ hash, shown, hidden }) => `${hash} ${shown ?? `#${hidden}`}`);
  return `FROM ${from}\n${texts.join('\n')}\nANCHOR ${index + 1}\n`;
}

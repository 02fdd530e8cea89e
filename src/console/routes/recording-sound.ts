/** The sound of a recording, sent under a grant in ranges and at the pace of playing, with what was sent on record. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Archive } from '../../archive/archive.js';
import type { RecordingReader } from '../../archive/reader.js';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { tagLength } from '../../recording/id3.js';
import { Problem } from '../frame/problem.js';
import type { Context } from '../frame/route.js';
import type { Grant } from '../listening/grants.js';
import { rangeOf, type ByteRange } from '../listening/range.js';
import { sendPaced } from '../listening/serve.js';
import type { ListeningSessions } from '../listening/sessions.js';

export interface SoundParts {
  readonly archive: Pick<Archive, 'open'>;
  /** What is played in a session of a request goes to its protocol. */
  readonly listening: Pick<ListeningSessions, 'played'>;
  readonly clock: Clock;
  readonly log: Log;
}

type SoundContext = Pick<Context<unknown, { readonly from?: number | undefined }>, 'audit' | 'query'>;

/** `from`: the second at which the recording is to begin. */
export async function sendSound(
  parts: SoundParts,
  found: Grant,
  { audit, query }: SoundContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const reader = await parts.archive.open(found.call);
  try {
    const start = await startOf(query.from, reader);
    const length = reader.bytes - start;
    const range = rangeOf(request.headers.range, length);
    if (range === 'wrong') throw noRange();
    const asked = range === 'whole' ? { from: 0, to: length - 1 } : range;
    const span = { from: start + asked.from, to: start + asked.to };
    const { from } = secondsOf(span, reader);
    await audit(noteOf(found, 'sending', from)); // before the first byte
    reply.hijack();
    reply.raw.writeHead(range === 'whole' ? 200 : 206, headOf(reply, asked, length, range !== 'whole'));
    const sent = await sendPaced(reply.raw, reader, span, found, parts.clock);
    const last = secondsOf({ from: span.from, to: span.from + Math.max(0, sent - 1) }, reader);
    keep(parts, found, 'served', from, last.to);
    await audit(noteOf(found, 'served', from, last.to));
  } catch (error) {
    if (!reply.raw.headersSent) throw error;
    // What went out cannot be taken back; that it began is on record.
    parts.log.error({ grant: found.id, error: errorMessage(error) }, 'a recording was not sent to its end, or that is not on record'); // prettier-ignore
    reply.raw.destroy();
  } finally {
    await reader.close();
  }
}

/** The byte of the file at which the sound of this second begins; without one the file's first. */
async function startOf(second: number | undefined, reader: RecordingReader): Promise<number> {
  if (second === undefined) return 0;
  const { bytes, durationMs } = reader;
  const tag = tagLength(await reader.read(0, 10)) ?? 0;
  const place = tag + Math.floor(((bytes - tag) * second * 1000) / Math.max(1, durationMs));
  return Math.max(0, Math.min(bytes - 1, place));
}

function headOf(reply: FastifyReply, { from, to }: ByteRange, bytes: number, partial: boolean): OutgoingHttpHeaders {
  return {
    ...Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)),
    'content-type': 'audio/mpeg',
    'content-length': to - from + 1,
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'content-disposition': 'inline',
    ...(partial ? { 'content-range': `bytes ${from}-${to}/${bytes}` } : {}),
  };
}

type Noted = Parameters<Context['audit']>[0];

/** `sending` has no end yet. */
export const noteOf = (grant: Grant, what: 'sending' | 'served' | 'heard', from: number, to?: number): Noted => ({
  event: 'playback',
  role: grant.role,
  object: { kind: 'recording', id: grant.call },
  facts: { what, from: round(from), ...(to === undefined ? {} : { to: round(to) }), grant: grant.id },
});

/** In a session of a request it is a part of its protocol. */
export function keep(
  { listening }: Pick<SoundParts, 'listening'>,
  grant: Grant,
  fact: 'served' | 'heard',
  from: number,
  to: number,
): void {
  if (grant.request === undefined) return;
  const [fromMs, toMs] = [Math.round(from * 1000), Math.round(to * 1000)];
  listening.played(grant.request, { call: grant.call, fact, fromMs, toMs });
}

const round = (n: number): number => Math.round(n * 10) / 10;

/** The bitrate is constant, so bytes are time; the tag at the beginning is too short to matter. */
function secondsOf({ from, to }: ByteRange, { bytes, durationMs }: RecordingReader): { from: number; to: number } {
  const perByte = durationMs / 1000 / bytes;
  return { from: from * perByte, to: (to + 1) * perByte };
}

const noRange = (): Problem =>
  new Problem('range', { pl: 'Nagranie nie ma takiego fragmentu.', en: 'The recording has no such part.' });

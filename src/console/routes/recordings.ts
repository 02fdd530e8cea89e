/**
 * Hearing a recording. First a purpose and a case number are stated; what comes of it is a grant, and under that the sound
 * is sent, in ranges and at the pace of playing. What the server sent and what the player says was heard are on record as
 * two facts.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import type { RecordingReader } from '../../archive/reader.js';
import { isRestricted } from '../../archive/guards.js';
import type { CallRecord } from '../../archive/lifecycle.js';
import type { Facts, Person } from '../../accounts/judge.js';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { readWaveform, tagLength } from '../../recording/id3.js';
import { Problem } from '../frame/problem.js';
import { json, raw, type Context, type Route } from '../frame/route.js';
import type { Grant, Grants } from '../listening/grants.js';
import { purposes } from '../listening/grants.js';
import { rangeOf, type ByteRange } from '../listening/range.js';
import { sendPaced } from '../listening/serve.js';
import { callOf, callParams } from './calls.js';
import { factsOf } from './call-views.js';

/** What the requests know of hearing: a session that is open for the person, or a purpose that they were given. */
export type HearingDoor = (person: Person, record: CallRecord) => Hearing;

export interface Hearing {
  readonly facts: Pick<Facts, 'session' | 'designated' | 'givenPurpose' | 'requester'>;
  /** The access request in whose session it is. */
  readonly request?: string;
}

export interface RecordingParts {
  readonly archive: Pick<Archive, 'find' | 'open'>;
  readonly grants: Grants;
  readonly hearing: HearingDoor;
  readonly clock: Clock;
  readonly log: Log;
}

const wish = z.strictObject({
  purpose: z.enum(purposes),
  /** Case number. */
  reference: z.string().trim().min(3).max(80),
});

const granted = z.object({
  /** What opens the sound, in this session. */
  grant: z.string(),
  durationMs: z.number(),
  /** Peaks of 800 stretches, 0 to 255; absent in recordings of before it was kept. */
  waveform: z.object({ outside: z.array(z.number()), inside: z.array(z.number()) }).optional(),
});

const grantParams = z.object({ grant: z.string().regex(/^[A-Za-z0-9_-]{32}$/) });
const seconds = z.number().min(0).max(200_000);

export function recordingRoutes(parts: RecordingParts): Route[] {
  const { archive, grants } = parts;
  return [
    json({
      method: 'POST',
      path: '/calls/:id/grants',
      summary: 'States the purpose for which a recording is heard, and opens it for this session',
      needs: 'recording.hear',
      params: callParams,
      body: wish,
      facts: async ({ params, asker }) => {
        const record = await callOf(archive, params.id);
        return { purpose: true, ...factsOf(record), ...parts.hearing(asker.person, record).facts };
      },
      audit: ({ params, body }) => ({
        event: 'purpose',
        object: { kind: 'recording', id: params.id },
        facts: { purpose: body.purpose },
        personal: { reference: body.reference },
      }),
      answer: granted,
      handle: (context) => grant(parts, context),
    }),
    raw({
      method: 'GET',
      path: '/recordings/:grant',
      summary: 'The sound, in ranges, at the pace of playing',
      needs: 'person',
      params: grantParams,
      audit: 'in-room',
      type: 'audio/mpeg',
      handle: (context, request, reply) => sound(parts, context, request, reply),
    }),
    json({
      method: 'POST',
      path: '/recordings/:grant/heard',
      summary: 'What the player has played, in seconds of the recording',
      needs: 'person',
      params: grantParams,
      body: z.strictObject({ from: seconds, to: seconds }),
      audit: 'in-room',
      answer: z.object({}),
      handle: async ({ params, body, asker, audit }) => {
        const found = grants.use(params.grant, asker.session.id);
        if (!found) throw noGrant();
        const most = found.durationMs / 1000;
        const [from, to] = [Math.min(body.from, most), Math.min(body.to, most)];
        if (to > from) await audit(noteOf(found, 'heard', from, to));
        return {};
      },
    }),
    json({
      method: 'DELETE',
      path: '/recordings/:grant',
      summary: 'Ends the grant',
      needs: 'person',
      params: grantParams,
      audit: 'in-room',
      answer: z.object({}),
      handle: ({ params, asker }) => {
        const found = grants.use(params.grant, asker.session.id);
        if (found) grants.end(found.id);
        return {};
      },
    }),
  ];
}

type GrantContext = Context<z.output<typeof grantParams>>;

async function sound(
  parts: RecordingParts,
  context: GrantContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { params, asker, audit } = context;
  const found = parts.grants.use(params.grant, asker.session.id);
  if (!found) {
    await audit({ event: 'grant', facts: { outcome: 'refused', why: 'no-grant' } });
    throw noGrant();
  }
  const reader = await parts.archive.open(found.call);
  try {
    const range = rangeOf(request.headers.range, reader.bytes);
    if (range === 'wrong') throw noRange();
    const span = range === 'whole' ? { from: 0, to: reader.bytes - 1 } : range;
    const { from } = secondsOf(span, reader);
    await audit(noteOf(found, 'served', from, from)); // before the first byte
    reply.hijack();
    reply.raw.writeHead(range === 'whole' ? 200 : 206, headOf(reply, span, reader.bytes, range !== 'whole'));
    const sent = await sendPaced(reply.raw, reader, span, found, parts.clock);
    const last = secondsOf({ from: span.from, to: span.from + Math.max(0, sent - 1) }, reader);
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

const noteOf = (grant: Grant, what: 'served' | 'heard', from: number, to: number): Noted => ({
  event: 'playback',
  role: grant.role,
  object: { kind: 'recording', id: grant.call },
  facts: { what, from: round(from), to: round(to), grant: grant.id },
});

const round = (n: number): number => Math.round(n * 10) / 10;

async function grant(
  { archive, grants, hearing }: RecordingParts,
  { params, body, asker, source, audit, permit }: Context<z.output<typeof callParams>, unknown, z.output<typeof wish>>,
): Promise<z.input<typeof granted>> {
  const record = await callOf(archive, params.id);
  const { request, facts } = hearing(asker.person, record);
  const { role } = await permit('recording.hear', { purpose: true, ...factsOf(record), ...facts });
  if (isRestricted(record)) throw restricted();
  const reader = await archive.open(record.entry.id);
  try {
    const waveform = await waveformIn(reader);
    const { bytes, durationMs } = reader;
    const { person, session } = asker;
    const about = { person: person.id, session: session.id, call: record.entry.id, role, source, bytes, durationMs };
    const issued = grants.issue({ ...about, ...body, ...(request === undefined ? {} : { request }) });
    try {
      const object = { kind: 'recording', id: record.entry.id };
      await audit({ event: 'grant', role, object, facts: { outcome: 'issued', grant: issued.grant.id } });
    } catch (error) {
      grants.end(issued.grant.id);
      throw error;
    }
    return { grant: issued.token, durationMs, ...(waveform ? { waveform } : {}) };
  } finally {
    await reader.close();
  }
}

async function waveformIn(reader: RecordingReader): Promise<{ outside: number[]; inside: number[] } | undefined> {
  const start = await reader.read(0, 10);
  const length = tagLength(start);
  const found = length === undefined ? undefined : readWaveform(await reader.read(0, length));
  return found && { outside: [...found.outside], inside: [...found.inside] };
}

/** The bitrate is constant, so bytes are time; the tag at the beginning is too short to matter. */
function secondsOf({ from, to }: ByteRange, { bytes, durationMs }: RecordingReader): { from: number; to: number } {
  const perByte = durationMs / 1000 / bytes;
  return { from: from * perByte, to: (to + 1) * perByte };
}

const noGrant = (): Problem =>
  new Problem('gone', {
    pl: 'To odtwarzanie wygasło. Podaj cel jeszcze raz.',
    en: 'This grant to hear is over. State the purpose again.',
  });
const noRange = (): Problem =>
  new Problem('range', { pl: 'Nagranie nie ma takiego fragmentu.', en: 'The recording has no such part.' });
const restricted = (): Problem =>
  new Problem('not-now', {
    pl: 'Przetwarzanie tego nagrania jest ograniczone (art. 18 RODO): nie wolno go odtwarzać, dopóki ograniczenie nie zostanie zniesione.',
    en: 'The processing of this recording is restricted (GDPR art. 18): it must not be played until that is released.',
  });

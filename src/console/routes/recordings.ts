/**
 * Hearing a recording. First a purpose and a case number are stated, or a listening
 * session is open; what comes of it is a grant, and under that the sound
 * is sent, in ranges and at the pace of playing. What the server sent and what the player says was heard are on record as
 * two facts.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import type { RecordingReader } from '../../archive/reader.js';
import type { Clock } from '../../base/clock.js';
import { defined } from '../../base/defined.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { readWaveform, tagLength } from '../../recording/id3.js';
import { purposes, type Basis, type HearingWish, type Listening, type Purpose } from '../../requests/listening.js';
import { matchedCall } from '../../requests/matching.js';
import { accountDoer } from '../doer.js';
import { Problem } from '../frame/problem.js';
import { json, raw, type Context, type Route } from '../frame/route.js';
import type { Grant, Grants } from '../listening/grants.js';
import { rangeOf, type ByteRange } from '../listening/range.js';
import { sendPaced } from '../listening/serve.js';
import type { ListeningSessions } from '../listening/sessions.js';
import { callOf, callParams } from './calls.js';

/** The rules of hearing: a purpose, a session that is open for the person, or a purpose that they were given. */
export type HearingDoor = Pick<Listening, 'facts' | 'ask' | 'mayHear' | 'givePurpose' | 'givenFor'>;

export interface RecordingParts {
  readonly archive: Pick<Archive, 'find' | 'open'>;
  readonly grants: Grants;
  readonly hearing: HearingDoor;
  /** What is played in a session of a request goes to its protocol. */
  readonly listening: Pick<ListeningSessions, 'played' | 'sounding'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing is stated where a listening session is open in this browser, or the Secretary gave a purpose. */
const wish = z.strictObject({
  purpose: z.enum(Object.keys(purposes) as [Purpose, ...Purpose[]]).optional(),
  /** Case number. */
  reference: z.string().trim().min(3).max(80).optional(),
});

const granted = z.object({
  /** What opens the sound, in this session. */
  grant: z.string(),
  durationMs: z.number(),
  /** Peaks of 800 stretches, 0 to 255; absent in recordings of before it was kept. */
  waveform: z.object({ outside: z.array(z.number()), inside: z.array(z.number()) }).optional(),
});

const givenPurpose = z.object({
  id: z.string(),
  account: z.string(),
  purpose: z.string(),
  reference: z.string(),
  by: z.string(),
  at: z.number(),
  until: z.number(),
});
export type GivenPurposeView = z.infer<typeof givenPurpose>;

const grantParams = z.object({ grant: z.string().regex(/^[A-Za-z0-9_-]{32}$/) });
const seconds = z.number().min(0).max(200_000);
/**
 * A player that jumps asks for the sound from there on: a browser that is to jump within one resource waits for what lies between, if
 * that is less than half a megabyte, and at the pace of playing that takes minutes.
 */
const soundQuery = z.strictObject({ from: z.coerce.number().min(0).max(200_000).optional() });

export function recordingRoutes(parts: RecordingParts): Route[] {
  const { archive, grants } = parts;
  return [
    ...purposeRoutes(parts),
    json({
      method: 'POST',
      path: '/calls/:id/grants',
      summary: 'States the purpose for which a recording is heard, and opens it for this session',
      needs: 'recording.hear',
      params: callParams,
      body: wish,
      facts: async (context) => {
        const record = await callOf(archive, context.params.id);
        return parts.hearing.facts(context.asker.person, record, wishOf(context));
      },
      audit: 'in-room',
      answer: granted,
      handle: (context) => grant(parts, context),
    }),
    raw({
      method: 'GET',
      path: '/recordings/:grant',
      summary: 'The sound, in ranges, at the pace of playing; `from`: as if the recording began at that second',
      needs: 'person',
      params: grantParams,
      query: soundQuery,
      audit: 'in-room',
      type: 'audio/mpeg',
      handle: async (context, request, reply) => {
        const found = await stillGranted(parts, context);
        const work = sound(parts, found, context, request, reply);
        await (found.request === undefined ? work : parts.listening.sounding(found.request, work));
      },
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
        if (to <= from) return {};
        await audit(noteOf(found, 'heard', from, to));
        keep(parts, found, 'heard', from, to);
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

/** A purpose that the Secretary gives an employee, for one recording. */
function purposeRoutes({ archive, hearing }: RecordingParts): Route[] {
  const needs = 'purpose.give';
  return [
    json({
      method: 'GET',
      path: '/calls/:id/purposes',
      summary: 'The purposes for which employees may hear this recording now',
      needs,
      params: callParams,
      audit: ({ params }) => ({ event: 'search', object: { kind: 'recording', id: params.id }, facts: { filters: ['purposes'] } }), // prettier-ignore
      answer: z.object({ given: z.array(givenPurpose) }),
      handle: ({ params }) => ({ given: hearing.givenFor(params.id) }),
    }),
    json({
      method: 'POST',
      path: '/calls/:id/purposes',
      summary: 'Gives an employee a purpose to hear this recording for, until a day',
      needs,
      params: callParams,
      body: z.strictObject({
        account: z.string().max(64),
        purpose: z.enum(Object.keys(purposes) as [Purpose, ...Purpose[]]),
        reference: z.string().trim().min(3).max(80),
        until: z.number().int(),
      }),
      facts: async ({ params }) => ({ extensions: matchedCall(await callOf(archive, params.id)).extensions }),
      audit: 'in-room',
      answer: givenPurpose,
      handle: async (context) => {
        const { asker, params, body } = context;
        return hearing.givePurpose(accountDoer(context), asker.person, { ...body, call: params.id });
      },
    }),
  ];
}

type GrantContext = Context<z.output<typeof grantParams>, z.output<typeof soundQuery>>;

/** The grant, if the rules still let its listener hear. */
async function stillGranted({ grants, hearing }: RecordingParts, context: GrantContext): Promise<Grant> {
  const { params, asker, audit } = context;
  const found = grants.use(params.grant, asker.session.id);
  if (!found) {
    await audit({ event: 'grant', facts: { outcome: 'refused', why: 'no-grant' } });
    throw noGrant();
  }
  const wanted = { call: found.call, browserSession: asker.session.id, ...found.stated };
  const now = await hearing.mayHear(asker.person, wanted);
  if (now.allowed) return found;
  grants.end(found.id);
  const object = { kind: 'recording', id: found.call };
  await audit({ event: 'grant', object, facts: { outcome: 'refused', grant: found.id, why: now.why } });
  throw noGrant();
}

async function sound(
  parts: RecordingParts,
  found: Grant,
  { audit, query }: GrantContext,
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
    await audit(noteOf(found, 'served', from, from)); // before the first byte
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

const noteOf = (grant: Grant, what: 'served' | 'heard', from: number, to: number): Noted => ({
  event: 'playback',
  role: grant.role,
  object: { kind: 'recording', id: grant.call },
  facts: { what, from: round(from), to: round(to), grant: grant.id },
});

/** In a session of a request it is a part of its protocol. */
function keep({ listening }: RecordingParts, grant: Grant, fact: 'served' | 'heard', from: number, to: number): void {
  if (grant.request === undefined) return;
  const [fromMs, toMs] = [Math.round(from * 1000), Math.round(to * 1000)];
  listening.played(grant.request, { call: grant.call, fact, fromMs, toMs });
}

const round = (n: number): number => Math.round(n * 10) / 10;

type WishContext = Context<z.output<typeof callParams>, unknown, z.output<typeof wish>>;

const wishOf = ({ params, asker, body }: WishContext): HearingWish => ({
  call: params.id,
  browserSession: asker.session.id,
  ...defined(body),
});

/** By the rules, with the purpose or the refusal on record. */
async function allowed(hearing: HearingDoor, context: WishContext): Promise<Basis & { readonly role: string }> {
  const { asker } = context;
  const answer = await hearing.ask(accountDoer(context), asker.person, wishOf(context));
  if (answer.allowed) return { ...answer.basis, role: answer.role };
  if (answer.why === 'restricted') throw restricted();
  throw answer.why === 'no-recording' ? noRecording() : noGrant();
}

async function grant(
  { archive, grants, hearing }: RecordingParts,
  context: WishContext,
): Promise<z.input<typeof granted>> {
  const { params, asker, source, audit, body } = context;
  const record = await callOf(archive, params.id);
  const { role, ...basis } = await allowed(hearing, context);
  const reader = await archive.open(record.entry.id);
  try {
    const waveform = await waveformIn(reader);
    const { bytes, durationMs } = reader;
    const { person, session } = asker;
    const about = { person: person.id, session: session.id, call: record.entry.id, role, source, bytes, durationMs };
    const request = basis.kind === 'session' ? { request: basis.request } : {};
    const issued = grants.issue({ ...about, stated: defined(body), ...request });
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
const noRecording = (): Problem =>
  new Problem('not-found', {
    pl: 'Ta rozmowa nie ma nagrania, które można odtworzyć.',
    en: 'This call has no recording that can be played.',
  });
const noRange = (): Problem =>
  new Problem('range', { pl: 'Nagranie nie ma takiego fragmentu.', en: 'The recording has no such part.' });
const restricted = (): Problem =>
  new Problem('not-now', {
    pl: 'Przetwarzanie tego nagrania jest ograniczone (art. 18 RODO): nie wolno go odtwarzać, dopóki ograniczenie nie zostanie zniesione.',
    en: 'The processing of this recording is restricted (GDPR art. 18): it must not be played until that is released.',
  });

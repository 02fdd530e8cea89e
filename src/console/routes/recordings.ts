/**
 * Hearing a recording. First a purpose and a case number are stated, or a listening
 * session is open; what comes of it is a grant, and under that the sound
 * is sent, in ranges and at the pace of playing. What the server sent and what the player says was heard are on record as
 * two facts.
 */
import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import type { RecordingReader } from '../../archive/reader.js';
import { defined } from '../../base/defined.js';
import { readWaveform, tagLength } from '../../recording/id3.js';
import { purposes, type Basis, type HearingWish, type Listening, type Purpose } from '../../requests/listening.js';
import { accountDoer } from '../doer.js';
import { Problem } from '../frame/problem.js';
import { json, raw, type Context, type Route } from '../frame/route.js';
import type { Grant, Grants } from '../listening/grants.js';
import type { ListeningSessions } from '../listening/sessions.js';
import { callOf, callParams } from './calls.js';
import { givenPurposeRoutes } from './given-purposes.js';
import { keep, noteOf, sendSound, type SoundParts } from './recording-sound.js';

/** The rules of hearing: a purpose, a session that is open for the person, or a purpose that they were given. */
export type HearingDoor = Pick<Listening, 'facts' | 'ask' | 'mayHear' | 'givePurpose' | 'givenFor'>;

export interface RecordingParts extends SoundParts {
  readonly archive: Pick<Archive, 'find' | 'open'>;
  readonly grants: Grants;
  readonly hearing: HearingDoor;
  readonly listening: Pick<ListeningSessions, 'played' | 'sounding'>;
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
    ...givenPurposeRoutes(parts),
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
        const work = sendSound(parts, found, context, request, reply);
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
const restricted = (): Problem =>
  new Problem('not-now', {
    pl: 'Przetwarzanie tego nagrania jest ograniczone (art. 18 RODO): nie wolno go odtwarzać, dopóki ograniczenie nie zostanie zniesione.',
    en: 'The processing of this recording is restricted (GDPR art. 18): it must not be played until that is released.',
  });

/** A line tried by a real call: a handset of the office rings, then somebody outside by exactly that line. */
import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import { isCallId } from '../../base/call-id.js';
import { defined } from '../../base/defined.js';
import { HalinaError } from '../../base/errors.js';
import { trialSteps, type TrialView, type TrialWish } from '../../calls/outbound/trial-call.js';
import type { CallEntry } from '../../entry/call-entry.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';

export interface TrialDoor {
  /** Rings the handset. Throws `TRIAL_REFUSED`. */
  begin(wish: TrialWish): TrialView;
  view(id: string): TrialView | undefined;
  /** Whether there is such a trunk. */
  hasTrunk(name: string): boolean;
}

const end = z.object({ reason: z.string(), cause: z.number().optional(), by: z.string() });

const trialView = z.object({
  id: z.string(),
  trunk: z.string(),
  number: z.string(),
  extension: z.string(),
  startedAt: z.number(),
  steps: z.array(z.object({ at: z.number(), is: z.enum(trialSteps) })),
  /** It ended before anybody answered outside; SIP status and Q.850 cause. */
  over: z
    .object({ side: z.enum(['handset', 'outside']), reason: z.string(), cause: z.number(), status: z.number() })
    .optional(),
  /** The call outside, as the register has it. */
  call: z
    .object({
      id: z.string(),
      connectedAt: z.number().optional(),
      talkMs: z.number().optional(),
      end: end.optional(),
      notice: z.enum(['employee', 'automatic', 'none']),
      noticeGiven: z.boolean(),
      /** Packets of sound that came from each side; once the call is over. */
      heard: z.object({ outside: z.number(), inside: z.number() }).optional(),
    })
    .optional(),
});
export type TrialPageView = z.infer<typeof trialView>;

export function trialRoutes(trials: TrialDoor, archive: Pick<Archive, 'find'>): Route[] {
  return [
    json({
      method: 'POST',
      path: '/trunks/:name/calls',
      summary:
        'Tries a line by a call: rings a handset, then the number by this line alone. It is recorded like any call',
      needs: 'settings.change',
      params: z.object({ name: z.string().min(1).max(100) }),
      body: z.strictObject({ number: z.string().trim().min(2).max(40), extension: z.string().min(1).max(20) }),
      audit: ({ params, body }) => ({
        event: 'settings',
        facts: { path: 'trunks.call' },
        personal: { new: `${params.name}: ${body.extension} → ${body.number}` },
      }),
      answer: trialView,
      handle: ({ params, body }) => {
        if (!trials.hasTrunk(params.name)) throw noTrunk();
        return viewOf(begun(trials, { trunk: params.name, ...body }), undefined);
      },
    }),
    json({
      method: 'GET',
      path: '/trials/:id',
      summary: 'What became of the call by which a line is tried',
      needs: 'settings.change',
      params: z.object({ id: z.string().refine(isCallId, 'not a call id') }),
      audit: 'nothing',
      answer: trialView,
      handle: async ({ params }) => {
        const found = trials.view(params.id);
        if (!found) throw noTrial();
        const record = found.call === undefined ? undefined : await archive.find(found.call);
        return viewOf(found, record?.entry);
      },
    }),
  ];
}

function begun(trials: TrialDoor, wish: TrialWish): TrialView {
  try {
    return trials.begin(wish);
  } catch (error) {
    if (error instanceof HalinaError && error.code === 'TRIAL_REFUSED') throw refused(error);
    throw error;
  }
}

function viewOf(trial: TrialView, entry: CallEntry | undefined): z.input<typeof trialView> {
  const { id, trunk, number, extension, startedAt, steps, over } = trial;
  const ended = over && { side: over.side, reason: over.reason, cause: over.cause, status: over.status };
  const call = entry && callOf(entry);
  return defined({ id, trunk, number, extension, startedAt, steps: [...steps], over: ended, call });
}

function callOf(entry: CallEntry): NonNullable<TrialPageView['call']> {
  const { id, connectedAt, talkMs, end: over, media, outboundNotice } = entry;
  const { outside, inside } = media ?? {};
  return defined({
    id,
    connectedAt,
    talkMs,
    end: over && defined({ reason: over.reason, cause: over.cause, by: over.by }),
    notice: outboundNotice?.mode ?? ('none' as const),
    noticeGiven: outboundNotice?.confirmed ?? false,
    heard: over && { outside: outside?.packetsReceived ?? 0, inside: inside?.packetsReceived ?? 0 },
  });
}

const reasons: Readonly<Record<string, { readonly pl: string; readonly en: string; readonly field: string }>> = {
  emergency: { field: 'number', pl: 'Na numery alarmowe nie dzwoni się na próbę.', en: 'Emergency numbers are not called for a trial.' }, // prettier-ignore
  'not-a-number': { field: 'number', pl: 'To nie jest numer telefonu. Wpisz go z numerem kierunkowym, np. 22 123 45 67.', en: 'This is no telephone number. Write it whole.' }, // prettier-ignore
  'premium-barred': { field: 'number', pl: 'Z tego aparatu nie wolno dzwonić na numery płatne dodatkowo.', en: 'This handset may not call premium numbers.' }, // prettier-ignore
  'foreign-barred': { field: 'number', pl: 'Z tego aparatu nie wolno dzwonić za granicę.', en: 'This handset may not call abroad.' }, // prettier-ignore
  'not-allowed': { field: 'extension', pl: 'Z tego aparatu nie wolno dzwonić na zewnątrz. Wybierz inny.', en: 'This handset may not call outside. Choose another one.' }, // prettier-ignore
  'unknown-handset': { field: 'extension', pl: 'Nie ma takiego aparatu.', en: 'There is no such handset.' },
};

function refused(error: HalinaError): Problem {
  const reason = reasons[error.hint ?? ''];
  if (!reason) return new Problem('not-now', { pl: 'Program właśnie się zatrzymuje i nie przyjmuje połączeń.', en: 'The program is stopping and takes no calls.' }, { cause: error }); // prettier-ignore
  const { field, ...text } = reason;
  return new Problem('invalid', text, { cause: error, fields: [{ field, what: text }] });
}

const noTrunk = (): Problem => new Problem('not-found', { pl: 'Nie ma takiego łącza.', en: 'There is no such line.' });
const noTrial = (): Problem =>
  new Problem('not-found', {
    pl: 'Nie ma takiej rozmowy próbnej. Program mógł zostać uruchomiony ponownie.',
    en: 'There is no such trial. The program may have been started anew.',
  });

/**
 * The request as it was written on the form (Annex 1), and the calls that it is about. What the office enters is parsed
 * here and trusted from then on.
 */
import { z } from 'zod';

const text = (max: number) => z.string().trim().min(1).max(max);
/** A day of the office's calendar. */
export const day = z.iso.date();

const address = z.strictObject({
  street: text(200).optional(),
  postalCode: z
    .string()
    .regex(/^\d{2}-\d{3}$/)
    .optional(),
  town: text(100).optional(),
  /** ADE: the address for electronic delivery, e.g. `AE:PL-12345-67890-ABCDE-12`. */
  electronicDelivery: z
    .string()
    .regex(/^AE:PL-\d{5}-\d{5}-[A-Z]{5}-\d{2}$/)
    .optional(),
});

export const identityChecks = ['identity-card', 'passport', 'trusted-profile', 'known-to-office', 'other'] as const;

export const requestForm = z.strictObject({
  requester: z.strictObject({
    name: text(200),
    address,
    /** The account, where the requester works in the office: nobody acts on their own request. */
    account: z.string().optional(),
    identity: z.strictObject({ how: z.enum(identityChecks), note: text(300).optional() }),
  }),
  /** Who acts for the requester, and by which document. */
  agent: z.strictObject({ name: text(200), as: z.enum(['agent', 'guardian']), document: text(300) }).optional(),
  /** The number from which, or to which, the requester talked; absent where it was withheld or is not known (art. 15). */
  number: text(40).optional(),
  calls: z
    .array(
      z.strictObject({
        on: day,
        time: z
          .string()
          .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
          .optional(),
        note: text(300).optional(),
      }),
    )
    .min(1)
    .max(50),
  /** The employee or the unit that was spoken to. */
  spokeWith: text(200).optional(),
  concerns: text(2000),
  /** Why the requester wants to hear it (§ 2.1); art. 15 asks for no reason. */
  purpose: text(2000).optional(),
  /** Other facts that show which call it was, where the number does not (art. 15). */
  otherFacts: text(2000).optional(),
  signed: z.boolean(),
  /** The requester states that they took part in the call: equal numbers prove nothing. */
  statesParticipation: z.boolean(),
  attachments: z
    .array(z.strictObject({ name: text(200), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(20)
    .default([]),
});
export type RequestForm = z.infer<typeof requestForm>;

/** What of the form is missing, in the form's own words; nothing where the request can be considered. */
export function gapsOf(kind: 'ordinance' | 'art15', form: RequestForm): readonly Gap[] {
  const gaps: Gap[] = [];
  const { address: where } = form.requester;
  if (!where.electronicDelivery && !(where.street && where.postalCode && where.town)) gaps.push('address');
  if (!form.signed) gaps.push('signature');
  if (!form.statesParticipation) gaps.push('statement');
  if (kind === 'ordinance' && !form.purpose) gaps.push('purpose');
  if (!form.number && !(kind === 'art15' && form.otherFacts)) gaps.push('number');
  return gaps;
}
export const gaps = ['address', 'signature', 'statement', 'purpose', 'number', 'date', 'power-of-attorney'] as const;
export type Gap = (typeof gaps)[number];

/** As letters and pages name them. */
export const gapNames: Record<Gap, string> = {
  address: 'adres zamieszkania albo adres do doręczeń elektronicznych',
  signature: 'podpis',
  statement: 'oświadczenie o udziale w rozmowie',
  purpose: 'cel odsłuchania nagrania',
  number: 'numer telefonu, z którego prowadzono rozmowę',
  date: 'data i przybliżona godzina rozmowy',
  'power-of-attorney': 'pełnomocnictwo',
};

/** Several of them, in a sentence. */
export const gapsInWords = (missing: readonly Gap[]): string => missing.map((gap) => gapNames[gap]).join(', ');

/** A call as the archive knows it, as far as the request's rules look at it. */
export interface MatchedCall {
  readonly id: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** As it was signalled and understood; absent where it was withheld. */
  readonly number?: string;
  readonly withheld: boolean;
  /** Handsets that talked in it, and their units. */
  readonly extensions: readonly string[];
  readonly units: readonly string[];
}

/** What is kept of people: one document each in the accounts' journal. Days are those of the office's calendar. */
import { z } from 'zod';
import { roles } from './roles.js';

const id = z.string().regex(/^[A-Za-z0-9]{1,40}$/);
const role = z.enum(roles);
const instant = z.number().int();
const day = z.iso.date();
const text = z.string().max(500);

export const accountRecord = z.strictObject({
  kind: z.literal('account'),
  id,
  /** Small letters; what is typed at the log-in. */
  login: z.string(),
  name: text,
  roles: z.array(role),
  /** Units that the person heads. */
  units: z.array(z.string()),
  /** Handsets that are the person's own: calls in which they took part. */
  extensions: z.array(z.string()),
  createdAt: instant,
  /** PHC string of argon2id; absent until a link was used. */
  password: z.string().optional(),
  passwordSetAt: instant.optional(),
  blocked: z.strictObject({ at: instant, why: text }).optional(),
  /** `lastStep`: a code is taken once (RFC 6238 § 5.2). */
  totp: z.strictObject({ secret: z.string(), since: instant, lastStep: z.number().int() }).optional(),
  /** SHA-256 of codes not used yet, hex. */
  recovery: z.array(z.string()),
});
export type AccountRecord = z.infer<typeof accountRecord>;

export const deputyRecord = z.strictObject({
  kind: z.literal('deputy'),
  id,
  role,
  /** Accounts: who stands in, and for whom. */
  deputy: id,
  of: id,
  from: day,
  until: day,
  reason: text,
  /** The Mayor's document, where the Mayor names the deputy. */
  document: text.optional(),
  endedAt: instant.optional(),
});
export type DeputyRecord = z.infer<typeof deputyRecord>;

/** The Mayor's authorisation to hear recordings, § 6.2 of the ordinance. */
export const authorisationRecord = z.strictObject({
  kind: z.literal('authorisation'),
  id,
  account: id,
  number: text,
  scope: text,
  from: day,
  until: day.optional(),
  withdrawn: z.strictObject({ at: instant, why: text }).optional(),
});
export type AuthorisationRecord = z.infer<typeof authorisationRecord>;

/** That the person with a handset was told of the recording (§ 7; labour code, art. 22² and 22³). */
export const informationRecord = z.strictObject({
  kind: z.literal('information'),
  id,
  extension: z.string(),
  person: text,
  on: day,
  document: text.optional(),
});
export type InformationRecord = z.infer<typeof informationRecord>;

export const actionKinds = [
  'quota',
  'release-hold',
  'erase',
  'grant-hearing-role',
  'reset-second-factor',
  'export',
] as const;
export type ActionKind = (typeof actionKinds)[number];

/** What one person asked for and the Secretary has to confirm. */
export const actionRecord = z.strictObject({
  kind: z.literal('action'),
  id,
  action: z.enum(actionKinds),
  /** What it is done to: a call, a hold, an account. */
  subject: z.string().max(200),
  params: z.record(z.string(), z.unknown()),
  reason: text,
  /** An account's id, or `command-line`. */
  askedBy: z.string(),
  askedAt: instant,
  expiresAt: instant,
  state: z.enum(['asked', 'confirmed', 'done', 'failed', 'refused', 'lapsed']),
  decidedBy: z.string().optional(),
  decidedAt: instant.optional(),
  /** Why it was refused, or failed. */
  note: text.optional(),
});
export type ActionRecord = z.infer<typeof actionRecord>;

/** A link that works once: to set the first password, or a new one. */
export const linkRecord = z.strictObject({
  kind: z.literal('link'),
  /** SHA-256 of the token, hex: the token itself is kept nowhere. */
  id: z.string(),
  account: id,
  expiresAt: instant,
});
export type LinkRecord = z.infer<typeof linkRecord>;

export const peopleRecord = z.discriminatedUnion('kind', [
  accountRecord,
  deputyRecord,
  authorisationRecord,
  informationRecord,
  actionRecord,
  linkRecord,
]);
export type PeopleRecord = z.infer<typeof peopleRecord>;
export const keyOf = (record: PeopleRecord): string => `${record.kind}:${record.id}`;

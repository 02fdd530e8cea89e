/**
 * The events of the audit log: one row each, with its facts. Facts stand in the chain for ever, so they hold no name, number,
 * address or free text about a person; such things are `personal`: the chain gets a commitment to them, they themselves
 * stand beside it and can be erased. Ids are opaque.
 */
import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
/** Unix milliseconds. */
const instant = z.number().int();
/** A word of our own choosing, never what somebody typed. */
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:*-]{0,79}$/);
const term = { from: instant.optional(), until: instant.optional() };

interface Row<Facts extends z.ZodType> {
  readonly facts: Facts;
  /** Whether an anchor is made at once after it. */
  readonly anchor: boolean;
}

const row = <Shape extends z.ZodRawShape>(shape: Shape): Row<z.ZodObject<Shape, z.core.$strict>> => ({
  facts: z.strictObject(shape),
  anchor: false,
});
const anchored = <Shape extends z.ZodRawShape>(shape: Shape): Row<z.ZodObject<Shape, z.core.$strict>> => ({
  facts: z.strictObject(shape),
  anchor: true,
});

export const auditEvents = {
  /** The chain itself: its beginning, a torn end that was cut off, damage that it goes on after. */
  chain: row({ what: z.enum(['begun', 'healed', 'damaged']), bytes: count.optional(), sha256: hash.optional() }),
  /** A key that signs anchors from now on; `spki`: the public key, DER, base64. */
  chain_key: anchored({ key: word, spki: z.string(), replaces: word.optional() }),
  /** Details of these lines were erased: their commitments can no longer be opened. */
  details_erased: anchored({ lines: z.array(count), why: word }),
  process: row({ what: z.enum(['started', 'stopped']), version: z.string() }),
  clock_step: row({ stepMs: z.number().int() }),

  login: row({ outcome: z.enum(['ok', 'failed', 'locked']), method: word.optional() }),
  logout: row({ why: z.enum(['asked', 'expired', 'ended']) }),
  second_factor: row({ change: z.enum(['added', 'removed', 'reset', 'used-recovery-code']), kind: word.optional() }),
  account: row({ change: word, what: z.array(word).optional() }),
  role: anchored({ change: z.enum(['granted', 'withdrawn']), role: word, ...term }),
  /** Of the Mayor, § 6.2 of the ordinance. */
  authorisation: anchored({ change: word, scope: z.array(word).optional(), ...term }),
  deputy: anchored({ change: word, role: word, ...term }),
  employee_informed: row({ change: word, on: instant.optional() }),

  settings: row({ path: z.string(), old: z.string().optional(), new: z.string().optional() }),
  quota: row({ old: count, new: count, recordings: count, bytes: count }),
  prompt: row({ name: word, sha256: hash, old: hash.optional() }),

  search: row({ results: count.optional(), filters: z.array(word).optional() }),
  call_opened: row({}),
  /** What somebody asked for and may not have. `route` is the pattern, never what was typed. */
  refused: row({ permission: word, why: word, route: z.string().max(200).optional() }),
  purpose: row({ purpose: word, reference: z.string().max(80).optional() }),
  grant: row({
    outcome: z.enum(['issued', 'refused', 'expired', 'ended']),
    grant: word.optional(),
    why: word.optional(),
  }),
  /**
   * `sending`: the server begins to send, from there on; `served`: what it has sent; `heard`: what the player reports. Seconds of
   * the recording. Only `sending` has no end: it is on record before the first byte.
   */
  playback: anchored({
    what: z.enum(['sending', 'served', 'heard']),
    from: z.number().nonnegative(),
    to: z.number().nonnegative().optional(),
    grant: word.optional(),
  }),

  recording: row({
    what: z.enum(['kept', 'evicted', 'failed', 'erased', 'restored']),
    why: word.optional(),
    bytes: count.optional(),
    durationMs: count.optional(),
    /** Of the MP3. */
    sha256: hash.optional(),
    /** Of the file as it is stored, where that is another (encryption). */
    storedSha256: hash.optional(),
  }),
  hold: row({
    change: z.enum(['placed', 'released', 'expired']),
    kind: z.enum(['hold', 'restriction']),
    hold: word,
    why: word.optional(),
    until: instant.optional(),
  }),
  erasure: anchored({ step: z.enum(['asked', 'confirmed', 'refused', 'done']), why: word.optional() }),
  /** Of two persons: what one has asked and another confirms. */
  pending: row({ step: z.enum(['asked', 'confirmed', 'refused', 'lapsed']), action: word, pending: word }),

  request: row({ action: word, from: word.optional(), to: word.optional(), kind: word.optional() }),
  document: row({ kind: word, sha256: hash.optional(), action: word.optional() }),
  export: anchored({ step: word, sha256: hash.optional(), recordings: count.optional() }),
  disclosure: anchored({ action: word, from: word.optional(), to: word.optional() }),
  backup: row({ step: word, files: count.optional(), bytes: count.optional() }),
  restore: anchored({ step: word, files: count.optional(), bytes: count.optional() }),
  verify: row({ differences: count, proven: z.boolean().optional() }),
  /** Packets of a call that is not encoded yet, taken out at the machine. */
  spool: anchored({ action: word, bytes: count.optional() }),
  encryption: anchored({ change: word, epoch: count.optional(), recordings: count.optional() }),
} as const;

export type AuditName = keyof typeof auditEvents;
export type FactsOf<Name extends AuditName> = z.infer<(typeof auditEvents)[Name]['facts']>;

export const auditNames = Object.keys(auditEvents) as AuditName[];

export const actorSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('account'), id: word }),
  z.strictObject({ by: z.literal('system') }),
  /** Someone at the machine itself: the user id of the operating system. */
  z.strictObject({ by: z.literal('command-line'), uid: count }),
  /** Nobody who has proved who they are. */
  z.strictObject({ by: z.literal('unknown') }),
]);
export type Actor = z.infer<typeof actorSchema>;

export const objectSchema = z.strictObject({ kind: word, id: word });
export type AuditObject = z.infer<typeof objectSchema>;

/** Names of details and their text, e.g. `{ source: '192.0.2.7', number: '+48…' }`. */
export type Personal = Readonly<Record<string, string>>;

export type AuditEvent = {
  [Name in AuditName]: {
    readonly event: Name;
    readonly actor: Actor;
    /** The role in which the actor did it. */
    readonly role?: string;
    readonly object?: AuditObject;
    readonly facts: FactsOf<Name>;
    readonly personal?: Personal;
  };
}[AuditName];

const common = z.strictObject({
  event: z.enum(auditNames as [AuditName, ...AuditName[]]),
  actor: actorSchema,
  role: word.optional(),
  object: objectSchema.optional(),
  facts: z.record(z.string(), z.unknown()),
  personal: z.record(word, z.string().max(4096)).optional(),
});

/** Longest line of the chain, in bytes. */
export const LINE_LIMIT = 64 * 1024;

/** Throws (a `ZodError`) where an event is not as the table says: a mistake of the program, not of a person. */
export function checkEvent(event: AuditEvent): void {
  common.parse(event);
  auditEvents[event.event].facts.parse(event.facts);
}

export const anchorsAfter = (name: AuditName): boolean => auditEvents[name].anchor;

/**
 * One line of the chain: `HASH JSON\n`. JSON is canonical (RFC 8785), HASH its SHA-256 in hex, and its member `prev` the hash
 * of the line before. Common tools check it: `cut -c66- | sha256sum` of a line gives its first 64 characters.
 *
 * `batch` is the number of the first line that was written together with this one. The next batch is written only after
 * this one is on the medium, so a bad line that is followed by a sound first line of a batch was durable once: that is damage.
 * A bad line with none after it may be a write that a crash has torn.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../base/canonical-json.js';
import { actorSchema, objectSchema, type AuditEvent } from './events.js';

const HASH_DIGITS = 64;
const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const ZERO_HASH = '0'.repeat(HASH_DIGITS);
export const FORMAT = 1;

const chainRecord = z.strictObject({
  v: z.literal(FORMAT),
  seq: z.number().int().positive(),
  batch: z.number().int().positive(),
  prev: hash,
  /** ISO 8601, UTC, milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  event: z.string(),
  actor: actorSchema,
  role: z.string().optional(),
  object: objectSchema.optional(),
  facts: z.record(z.string(), z.unknown()),
  commitments: z.record(z.string(), hash).optional(),
});
export type ChainRecord = z.infer<typeof chainRecord>;

/** A sound line: its record and its hash. */
export interface ChainLine {
  readonly hash: string;
  readonly record: ChainRecord;
}

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

export interface Position {
  readonly seq: number;
  readonly batch: number;
  readonly prev: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** `commitments`: of the event's personal details. */
export function chainLine(event: AuditEvent, place: Position, commitments: Record<string, string>): ChainLine {
  const { personal: _, ...rest } = event;
  const record = {
    ...rest,
    v: FORMAT,
    seq: place.seq,
    batch: place.batch,
    prev: place.prev,
    at: new Date(place.at).toISOString(),
    ...(Object.keys(commitments).length > 0 ? { commitments } : {}),
  };
  const text = canonicalJson(record);
  return { hash: sha256(text), record: JSON.parse(text) as ChainRecord };
}

export const formatLine = ({ hash, record }: ChainLine): string => `${hash} ${canonicalJson(record)}\n`;

/** `text` without its line break. Gives what is wrong with it where it is not a sound line. */
export function parseLine(text: string): ChainLine | string {
  const json = text.slice(HASH_DIGITS + 1);
  const stated = text.slice(0, HASH_DIGITS);
  if (text[HASH_DIGITS] !== ' ' || !/^[0-9a-f]+$/.test(stated)) return 'not a line of the chain';
  if (sha256(json) !== stated) return 'its hash does not match';
  try {
    const record = chainRecord.safeParse(JSON.parse(json));
    return record.success ? { hash: stated, record: record.data } : 'not a record of the chain';
  } catch {
    return 'not JSON';
  }
}

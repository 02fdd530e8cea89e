/**
 * One line of the chain: `HASH JSON\n`. JSON is canonical (RFC 8785) and its member `prev` is the hash of the line before.
 * HASH is the SHA-256 of `PREV:BODY`, where BODY is the SHA-256 of JSON, both in hex. So an excerpt can show one line whole and
 * of all others the BODY alone, and still anyone can follow the chain with `sha256sum`; `salt` keeps what is not shown from being
 * guessed.
 *
 * `batch` is the number of the first line that was written together with this one. The next batch is written only after
 * this one is on the medium, so a bad line that is followed by a sound first line of a batch was durable once: that is damage.
 * A bad line with none after it may be a write that a crash has torn.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../base/canonical-json.js';
import { actorSchema, objectSchema, type AuditEvent } from './events.js';

const HASH_DIGITS = 64;
const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const ZERO_HASH = '0'.repeat(HASH_DIGITS);
export const FORMAT = 1;
const SALT_BYTES = 16;

const chainRecord = z.strictObject({
  v: z.literal(FORMAT),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
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

export const lineHash = (prev: string, body: string): string => sha256(`${prev}:${body}`);

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
    salt: randomBytes(SALT_BYTES).toString('hex'),
    seq: place.seq,
    batch: place.batch,
    prev: place.prev,
    at: new Date(place.at).toISOString(),
    ...(Object.keys(commitments).length > 0 ? { commitments } : {}),
  };
  const text = canonicalJson(record);
  return { hash: lineHash(place.prev, sha256(text)), record: JSON.parse(text) as ChainRecord };
}

export const formatLine = ({ hash, record }: ChainLine): string => `${hash} ${canonicalJson(record)}\n`;

/** `text` without its line break. Gives what is wrong with it where it is not a sound line. */
export function parseLine(text: string): ChainLine | string {
  const json = text.slice(HASH_DIGITS + 1);
  const stated = text.slice(0, HASH_DIGITS);
  if (text[HASH_DIGITS] !== ' ' || !/^[0-9a-f]+$/.test(stated)) return 'not a line of the chain';
  try {
    const record = chainRecord.safeParse(JSON.parse(json));
    if (!record.success) return 'not a record of the chain';
    const { prev } = record.data;
    return lineHash(prev, sha256(json)) === stated ? { hash: stated, record: record.data } : 'its hash does not match';
  } catch {
    return 'not JSON';
  }
}

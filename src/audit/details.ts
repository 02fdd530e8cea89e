/**
 * Personal details of the chain's lines. The chain holds a commitment: SHA-256 of `SALT:NAME:TEXT` with a salt of its own, 32
 * bytes in hex, so that not even a telephone number can be found by trying all. The details stand beside the chain,
 * one a line, canonical JSON: `{"name":…,"salt":…,"seq":…,"text":…}`. Who erases them erases the salt with them.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../base/canonical-json.js';
import type { Personal } from './events.js';
import { sha256 } from './line.js';

const detailSchema = z.strictObject({
  seq: z.number().int().positive(),
  name: z.string(),
  salt: z.string().regex(/^[0-9a-f]{64}$/),
  text: z.string(),
});
export type Detail = z.infer<typeof detailSchema>;

const SALT_BYTES = 32;

export const commitmentOf = ({ salt, name, text }: Omit<Detail, 'seq'>): string => sha256(`${salt}:${name}:${text}`);

export function detailsOf(seq: number, personal: Personal = {}): Detail[] {
  return Object.entries(personal).map(([name, text]) => ({
    seq,
    name,
    text: Buffer.from(text).toString(), // a lone surrogate has no bytes of its own
    salt: randomBytes(SALT_BYTES).toString('hex'),
  }));
}

export const commitmentsOf = (details: readonly Detail[]): Record<string, string> =>
  Object.fromEntries(details.map((detail) => [detail.name, commitmentOf(detail)]));

export const formatDetail = (detail: Detail): string => `${canonicalJson(detail)}\n`;

/** `text` without its line break; undefined where it is not exactly what was written. */
export function parseDetail(text: string): Detail | undefined {
  try {
    const detail = detailSchema.safeParse(JSON.parse(text));
    return detail.success && canonicalJson(detail.data) === text ? detail.data : undefined;
  } catch {
    return undefined;
  }
}

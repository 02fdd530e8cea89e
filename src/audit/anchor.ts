/**
 * An anchor: a signed statement that line SEQ of the chain has hash HASH, and with it everything before it is as it was. One a
 * line, canonical JSON. Kept outside the machine it proves the chain even against whoever holds the machine and its keys.
 */
import { z } from 'zod';
import { canonicalJson } from '../base/canonical-json.js';
import { isSignedBy, type SigningKey } from './signing-keys.js';

const anchorSchema = z.strictObject({
  v: z.literal(1),
  /** 1 for the first anchor of a chain. */
  n: z.number().int().positive(),
  /** ISO 8601, UTC. */
  at: z.iso.datetime({ precision: 3 }),
  seq: z.number().int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The key's id. */
  key: z.string().regex(/^[0-9a-f]{32}$/),
  /** Ed25519 over the canonical JSON of all the others, base64. */
  sig: z.string(),
});
export type Anchor = z.infer<typeof anchorSchema>;

/** Canonical JSON without the signature. */
export const signedText = (anchor: Omit<Anchor, 'sig'>): string => canonicalJson({ ...anchor, sig: undefined });

export function makeAnchor(facts: { n: number; at: number; seq: number; hash: string }, key: SigningKey): Anchor {
  const rest = { ...facts, v: 1 as const, at: new Date(facts.at).toISOString(), key: key.id };
  return { ...rest, sig: key.sign(signedText(rest)) };
}

export const formatAnchor = (anchor: Anchor): string => `${canonicalJson(anchor)}\n`;

/** `text` without its line break. */
export function parseAnchor(text: string): Anchor | string {
  try {
    const anchor = anchorSchema.safeParse(JSON.parse(text));
    if (!anchor.success) return 'not an anchor';
    return canonicalJson(anchor.data) === text ? anchor.data : 'not as it was written';
  } catch {
    return 'not an anchor';
  }
}

/** `spki`: the public half of the key that it names. */
export const isSound = (anchor: Anchor, spki: Buffer): boolean => {
  const canonical = Buffer.from(anchor.sig, 'base64').toString('base64') === anchor.sig;
  return canonical && isSignedBy(spki, signedText(anchor), anchor.sig);
};

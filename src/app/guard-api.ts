/** The commands that hold, restrict, release and erase recordings: their requests and replies. */
import { z } from 'zod';
import { guardKinds } from '../archive/guards.js';

/** Who asks: the operating system's user at the command line. */
const doer = {
  by: z.string().min(1).max(80),
  uid: z.number().int().nonnegative().optional(),
};

export const holdRequest = z.strictObject({
  id: z.string(),
  effect: z.enum(['hold', 'restriction']),
  kind: z.enum(guardKinds),
  reason: z.string(),
  /** Unix milliseconds. */
  until: z.number().optional(),
  reference: z.string().optional(),
  ...doer,
});

export const guardReply = z.strictObject({
  id: z.string(),
  effect: z.enum(['hold', 'restriction']),
  kind: z.enum(guardKinds),
  by: z.string(),
  reason: z.string(),
  reference: z.string().optional(),
  at: z.number(),
  until: z.number().optional(),
  released: z.strictObject({ at: z.number(), by: z.string(), reason: z.string() }).optional(),
});

export const heldReply = z.strictObject({
  calls: z.array(
    z.strictObject({ id: z.string(), startedAt: z.number(), state: z.string(), guards: z.array(guardReply) }),
  ),
});

/** `guard`: the id of the hold; without it, the only one that stands. */
export const releaseRequest = z.strictObject({
  id: z.string(),
  guard: z.string().optional(),
  reason: z.string(),
  ...doer,
});

/** What waits for the Secretary. */
export const pendingReply = z.strictObject({ pending: z.string() });
export const releaseReply = z.union([guardReply, pendingReply]);
export const eraseReply = pendingReply.partial();

export const eraseRequest = z.strictObject({
  id: z.string(),
  askedBy: z.string(),
  /** Needed where no Secretary has an account: there the second person is a name that is given. */
  confirmedBy: z.string().optional(),
  reason: z.string(),
  basis: z.string().optional(),
  reference: z.string().optional(),
  uid: z.number().int().nonnegative().optional(),
});

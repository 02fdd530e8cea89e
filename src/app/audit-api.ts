/** What the command line can ask about the audit log. Times are Unix milliseconds. */
import { z } from 'zod';

export const auditRequest = z.strictObject({
  from: z.number().optional(),
  to: z.number().optional(),
  event: z.string().optional(),
  actor: z.string().optional(),
  /** An id: of a recording, a request, an account. */
  object: z.string().optional(),
  limit: z.number().int().min(1).max(500).optional(),
  cursor: z.string().optional(),
});

export const auditReply = z.strictObject({
  lines: z.array(
    z.strictObject({
      seq: z.number(),
      hash: z.string(),
      at: z.number(),
      event: z.string(),
      actor: z.object({ by: z.string() }).loose(),
      role: z.string().optional(),
      object: z.strictObject({ kind: z.string(), id: z.string() }).optional(),
      facts: z.record(z.string(), z.unknown()),
      personal: z.record(z.string(), z.string()),
      erased: z.array(z.string()),
    }),
  ),
  next: z.string().optional(),
  unreadable: z.number(),
});

export const anchorReply = z.strictObject({ at: z.number().optional(), key: z.string().optional() });

/** `path`: absolute; the zip must not exist. */
export const exportRequest = z.strictObject({
  calls: z.array(z.string()).min(1),
  path: z.string(),
  reference: z.string().min(1).max(200),
  recipient: z.string().min(1).max(400),
});
export const exportReply = z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.number() });

/** What the command line did itself, for the record. */
export const noteRequest = z.strictObject({
  event: z.enum(['backup', 'restore']),
  step: z.enum(['begun', 'done']),
  files: z.number().int().optional(),
  bytes: z.number().int().optional(),
});

/** How far the audit log is proven. */
export const auditProof = z.strictObject({
  lines: z.number(),
  anchoredTo: z.number(),
  /** By anchors that were kept elsewhere: only these prove it against whoever administers the machine. */
  outsideTo: z.number().optional(),
});

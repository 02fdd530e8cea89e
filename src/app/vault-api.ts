/** What the command line can ask of the vault: how its keys stand, another master key, the sound of a spool. */
import { z } from 'zod';
import { sealKinds } from '../vault/format.js';

export const keysReply = z.strictObject({
  /** Whether what is recorded from now on is sealed. */
  sealing: z.boolean(),
  /** The name of the master key; absent where none is configured. */
  masterKey: z.string().optional(),
  /** How often the keystore was written anew. */
  epoch: z.number().optional(),
  /** Keys in use, and those of what is gone, which the next renewal destroys. */
  keys: z.number(),
  left: z.number(),
});

/** Keys of sealed files, in clear: the socket is the data folder's owner's, and so is the master key. `key`: base64. */
export const takeKeysRequest = z.strictObject({
  keys: z.array(
    z.strictObject({
      kind: z.enum(sealKinds),
      owner: z.string(),
      keyId: z.string().regex(/^[0-9a-f]{32}$/),
      key: z.string(),
    }),
  ),
});

/** Keys that opened something here and were taken; sealed recordings that have none still. */
export const takeKeysReply = z.strictObject({ taken: z.number(), missing: z.number() });

/** `offset`: in the pcap; its first bytes are asked for first. `reason` stands in the audit log. */
export const spoolRequest = z.strictObject({
  id: z.string(),
  offset: z.number().int().nonnegative(),
  reason: z.string().min(1).max(400),
  uid: z.number().int().nonnegative().optional(),
});

/** `data`: base64, empty at the end. `complete`: the spool ends as one does that was closed in good order. */
export const spoolReply = z.strictObject({
  data: z.string(),
  sealed: z.boolean(),
  complete: z.boolean().optional(),
});

/** A browser that is logged in. */

export interface Session {
  /** Opaque, fixed for the session's whole life: what grants and the audit log name it by. It opens nothing. */
  readonly id: string;
  /** Account. */
  readonly person: string;
  /** What pages send back to prove that they are ours. */
  readonly csrf: string;
  readonly source: string;
  readonly userAgent: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** When the password or the second factor was last given. */
  readonly provedAt: number;
  readonly rotatedAt: number;
  /** Whether the account still has something to do before anything else is open to it. */
  readonly limited?: 'second-factor' | 'password';
}

export interface SessionLimits {
  /** Without a request for so long it is over, milliseconds. */
  readonly idle: number;
  /** It is over after so long whatever happens, milliseconds. */
  readonly absolute: number;
}

/** A token is exchanged for a new one after so long. */
export const ROTATE_MS = 15 * 60_000;
/** So long the old one still opens, for requests that were under way. */
export const OVERLAP_MS = 30_000;

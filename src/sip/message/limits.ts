/** How large a message may be. What is larger is refused (413, 414, 513) or, where that is not possible, dropped. */
export const LIMITS = {
  /** Bytes of the start line and headers together. */
  head: 32_768,
  /** Bytes of a body. */
  body: 262_144,
  /** Header fields. */
  fields: 256,
  /** Bytes of one start line or header field. */
  line: 8192,
  /** Comments within comments (User-Agent, Server, Retry-After). */
  nesting: 8,
} as const;

/** Why a message cannot be taken, and the status that says so. */
export interface Problem {
  readonly status: 400 | 413 | 414 | 505 | 513;
  readonly reason: string;
}

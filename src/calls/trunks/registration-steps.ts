/**
 * What to do after each answer to our REGISTER at a provider: a pure table, so that it can be read and tested by
 * itself. An attempt is a REGISTER with its repetitions (challenge, longer expiry); `registration.ts` carries it out.
 *
 * | answer | what follows |
 * |---|---|
 * | 2xx | registered; again at 80 % of the time granted |
 * | 401, 407 not yet answered, or stale | the same with credentials |
 * | 401, 407 again, 403 | wrong credentials: again after 1 min, doubling up to 1 h, so that no provider bans us |
 * | 423 with a longer Min-Expires | the same with that expiry (RFC 3261 § 10.2.8) |
 * | 408, 5xx, 6xx, no way to the provider | again after 5 s, doubling up to 5 min; after Retry-After where it is given |
 * | any other | as with 403: it will not change by itself soon |
 */

/** How far the attempt has come. */
export interface Progress {
  /** Seconds that we ask for. */
  readonly expires: number;
  /** Challenges answered in this attempt. */
  readonly answered: number;
  /** Attempts that failed before, in a row. */
  readonly failures: number;
}

export type Outcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Seconds that our Contact was given. */
      readonly granted: number | undefined;
      readonly minExpires: number | undefined;
      readonly retryAfter: number | undefined;
      /** Whether the response is a challenge that we can answer, and says that only the nonce was too old. */
      readonly challenge: 'none' | 'answerable' | 'stale';
    }
  | { readonly kind: 'error'; readonly message: string };

export type Step =
  | { readonly kind: 'repeat'; readonly expires: number; readonly withCredentials: boolean }
  | { readonly kind: 'registered'; readonly granted: number; readonly refreshMs: number }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly status: number | undefined;
      /** Whether a person must act: the credentials or the configuration are wrong. */
      readonly permanent: boolean;
      readonly retryMs: number;
    };

const LONGEST_EXPIRES = 86_400;
const LONGEST_RETRY_AFTER_S = 3_600;
const passing = { firstMs: 5_000, longestMs: 300_000 };
const permanent = { firstMs: 60_000, longestMs: 3_600_000 };

export function nextStep(progress: Progress, outcome: Outcome): Step {
  if (outcome.kind === 'error') return failed(progress, outcome.message, undefined, passing, undefined);
  const { status, granted, minExpires, challenge, retryAfter } = outcome;
  if (status >= 200 && status < 300) return registered(progress, granted ?? progress.expires);
  if (challenge !== 'none' && (progress.answered === 0 || (challenge === 'stale' && progress.answered < 3)))
    return { kind: 'repeat', expires: progress.expires, withCredentials: true };
  if (status === 423 && minExpires !== undefined && minExpires > progress.expires && minExpires <= LONGEST_EXPIRES)
    return { kind: 'repeat', expires: minExpires, withCredentials: false };
  const mayPass = status === 408 || status >= 500;
  return failed(progress, reasonOf(status), status, mayPass ? passing : permanent, mayPass ? retryAfter : undefined);
}

function registered(progress: Progress, granted: number): Step {
  if (granted <= 0) return failed(progress, 'the provider granted no time', undefined, passing, undefined);
  return { kind: 'registered', granted, refreshMs: granted * 800 };
}

function reasonOf(status: number): string {
  if (status === 401 || status === 407 || status === 403) return 'the provider refused the credentials';
  if (status === 439) return 'the provider takes no several flows (RFC 5626): leave register.flows out';
  if (status === 408) return 'the provider does not answer';
  return `the provider answered ${status}`;
}

function failed(
  { failures }: Progress,
  reason: string,
  status: number | undefined,
  pace: typeof passing,
  retryAfter: number | undefined,
): Step {
  const backOff = Math.min(pace.longestMs, pace.firstMs * 2 ** Math.min(failures, 20));
  const asked = Math.min(retryAfter ?? 0, LONGEST_RETRY_AFTER_S) * 1000;
  return { kind: 'failed', reason, status, permanent: pace === permanent, retryMs: Math.max(backOff, asked) };
}

/**
 * How calls end: for each reason the Q.850 cause that goes into BYE and CANCEL (RFC 3326), and the SIP status for a
 * caller who was not answered; and, the other way, what a callee's final status means for us (RFC 3398 § 8.2.6).
 */
import type { CallEntry, EndReason } from '../../entry/call-entry.js';
import type { Headers } from '../sip-port.js';

/** The end of a call: who ended it, why, and the final SIP status that was received, where there was one. */
export interface Ending {
  readonly by: NonNullable<CallEntry['end']>['by'];
  readonly reason: EndReason;
  /** Q.850; the reason's own where it is absent. */
  readonly cause?: number;
  /** SIP status for the caller, or from the callee; the reason's own where it is absent. */
  readonly status?: number;
  /** When it ended, Unix milliseconds, where the wire says so; now, where it is absent. */
  readonly at?: number;
  /** More for the final response, e.g. Warning or Retry-After. */
  readonly headers?: Headers;
  /** The caller gave up because somebody took the call elsewhere: whoever rang has missed none. */
  readonly elsewhere?: boolean;
}

interface Outcome {
  readonly cause: number;
  /** For a caller who was not answered. */
  readonly status: number;
}

const outcomes: Readonly<Record<EndReason, Outcome>> = {
  completed: { cause: 16, status: 487 },
  cancelled: { cause: 16, status: 487 },
  busy: { cause: 17, status: 486 },
  'no-answer': { cause: 19, status: 480 },
  refused: { cause: 21, status: 603 },
  unreachable: { cause: 20, status: 480 },
  'notice-failed': { cause: 41, status: 503 },
  'caller-declined': { cause: 16, status: 487 },
  'media-lost': { cause: 27, status: 504 },
  'peer-lost': { cause: 27, status: 504 },
  limit: { cause: 34, status: 503 },
  private: { cause: 16, status: 487 },
  'engine-lost': { cause: 41, status: 503 },
  restart: { cause: 41, status: 503 },
  error: { cause: 41, status: 500 },
};

const texts: Readonly<Record<number, string>> = {
  16: 'Normal call clearing',
  17: 'User busy',
  19: 'No answer from user',
  20: 'Subscriber absent',
  21: 'Call rejected',
  27: 'Destination out of order',
  34: 'No circuit available',
  41: 'Temporary failure',
};

/** The Q.850 cause of an ending. */
export const causeOf = (ending: Ending): number => ending.cause ?? outcomes[ending.reason].cause;

/** The SIP status for a caller who was not answered. */
export const statusOf = (ending: Ending): number => ending.status ?? outcomes[ending.reason].status;

/** The Reason header of a BYE, a CANCEL or a final response (RFC 3326, RFC 6432). */
export function reasonHeader(ending: Ending): Headers {
  if (ending.elsewhere) return completedElsewhere;
  const cause = causeOf(ending);
  const text = texts[cause];
  return { Reason: `Q.850;cause=${cause}${text === undefined ? '' : `;text="${text}"`}` };
}

/** The ending where a party hangs up before the two have talked; what else ends a call keeps its reason. */
export const beforeConnection = (ending: Ending, reason: EndReason): Ending =>
  ending.reason === 'completed' ? { by: ending.by, reason } : ending;

/** RFC 3326: for forks that lost against another handset, so that they show no missed call. */
export const completedElsewhere: Headers = { Reason: 'SIP;cause=200;text="Call completed elsewhere"' };

/** Whether a Reason header says that a call was taken elsewhere. */
export const saysElsewhere = (reason: string | undefined): boolean =>
  /(?:^|,)\s*SIP\s*;(?:[^,]*;)?\s*cause\s*=\s*200(?!\d)/i.test(reason ?? '');

/** The Q.850 cause in a Reason header, if it has one. */
export function q850Cause(reason: string | undefined): number | undefined {
  const match = /(?:^|,)\s*Q\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(reason ?? '');
  const cause = Number(match?.[1] ?? Number.NaN);
  return cause <= 127 ? cause : undefined;
}

/** Why nobody answered. */
export type Unanswered = 'busy' | 'no-answer' | 'refused' | 'unreachable';

/** What a callee's final status says. `rang`: whether it had said before that it rings. */
export function meaningOf(status: number, rang: boolean): Unanswered {
  switch (status) {
    case 486:
    case 600:
      return 'busy';
    case 480:
    case 487:
      return 'no-answer';
    case 408:
      return rang ? 'no-answer' : 'unreachable';
    case 404:
    case 410:
    case 484:
    case 604:
      return 'unreachable';
    default:
      return status >= 500 && status < 600 ? 'unreachable' : 'refused';
  }
}

const statusCauses: Readonly<Record<number, number>> = {
  403: 21,
  404: 1,
  408: 102,
  410: 22,
  480: 18,
  484: 28,
  486: 17,
  488: 65,
  502: 38,
  503: 41,
  504: 102,
  600: 17,
  603: 21,
  604: 1,
};

/** The Q.850 cause of a SIP status, where the table of RFC 3398 has one. */
export const causeOfStatus = (status: number): number | undefined => statusCauses[status];

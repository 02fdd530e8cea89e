/** Views of numbers and times: CSeq, RAck, Date, Timestamp, Retry-After, Session-Expires, Warning. */
import {
  commentEnd,
  formatParameters,
  isToken,
  parameter,
  parseInteger,
  parseParameters,
  quote,
  quotedEnd,
  splitOutside,
  unquote,
  type Parameter,
} from '../grammar.js';
import { LIMITS } from '../limits.js';
import { SECONDS_MAX, type Codec } from './codec.js';
import { parametered, type SessionExpires } from './values.js';
import { integer } from './codec.js';

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** The largest sequence number (§ 8.1.1.5). */
export const CSEQ_MAX = 2 ** 31 - 1;

export const cseq: Codec<CSeq> = {
  parse(value) {
    const [digits = '', method = '', ...more] = value.split(/\s+/);
    const number = parseInteger(digits, CSEQ_MAX);
    return number !== undefined && isToken(method) && more.length === 0 ? { number, method } : undefined;
  },
  format: ({ number, method }) => `${number} ${method}`,
};

/** RAck (RFC 3262 § 7.2). */
export interface RAck {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

export const rack: Codec<RAck> = {
  parse(value) {
    const match = /^(\S+)\s+(.*)$/.exec(value);
    const rseq = parseInteger(match?.[1] ?? '', SECONDS_MAX);
    const rest = cseq.parse(match?.[2] ?? '');
    return rseq === undefined || !rest ? undefined : { rseq, cseq: rest.number, method: rest.method };
  },
  format: ({ rseq, cseq: number, method }) => `${rseq} ${number} ${method}`,
};

const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Date (§ 20.17): milliseconds since 1970, always GMT on the wire. */
export const date: Codec<number> = {
  parse(value) {
    const match = DATE.exec(value);
    const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((n) => Number(match?.[n]));
    const month = MONTHS.indexOf(match?.[2] ?? '');
    const time = Date.UTC(year ?? NaN, month, day ?? NaN, hour ?? NaN, minute ?? NaN, second ?? NaN);
    // What is no day or time (31 Feb, 25:00) would have moved on.
    return match && month >= 0 && date.format(time).slice(5) === value.slice(5) ? time : undefined;
  },
  format: (time) => new Date(time).toUTCString(),
};

/** Timestamp (§ 20.38): seconds as the sender counts them, and the time that an answer took. */
export interface Timestamp {
  readonly seconds: number;
  readonly delay: number | undefined;
}

export const timestamp: Codec<Timestamp> = {
  parse(value) {
    const match = /^(\d{1,15}(?:\.\d{0,9})?)(?:\s+((?=[\d.])\d{0,15}(?:\.\d{0,9})?))?$/.exec(value);
    if (!match) return undefined;
    return { seconds: Number(match[1]), delay: match[2] === undefined ? undefined : Number(match[2]) };
  },
  format: ({ seconds, delay }) => (delay === undefined ? `${seconds}` : `${seconds} ${delay}`),
};

/** Retry-After (§ 20.33). */
export interface RetryAfter {
  readonly seconds: number;
  readonly comment: string | undefined;
  readonly parameters: readonly Parameter[];
}

export const retryAfter: Codec<RetryAfter> = {
  parse(value) {
    const open = value.indexOf('(');
    const close = open < 0 ? -1 : commentEnd(value, open, LIMITS.nesting);
    if (open >= 0 && close < 0) return undefined;
    const plain = open < 0 ? value : `${value.slice(0, open).trimEnd()}${value.slice(close).trimStart()}`;
    const [digits = '', ...rest] = splitOutside(plain, ';') ?? [];
    const [seconds, parameters] = [parseInteger(digits, SECONDS_MAX), parseParameters(rest)];
    if (seconds === undefined || !parameters) return undefined;
    return { seconds, comment: open < 0 ? undefined : value.slice(open + 1, close - 1), parameters };
  },
  format: ({ seconds, comment, parameters }) =>
    `${seconds}${comment === undefined ? '' : ` (${comment})`}${formatParameters(parameters)}`,
};

const withSeconds = parametered(integer(SECONDS_MAX));

/** Session-Expires (RFC 4028 § 4). */
export const sessionExpires: Codec<SessionExpires> = {
  parse(value) {
    const parsed = withSeconds.parse(value);
    const refresher = parsed && parameter(parsed.parameters, 'refresher')?.toLowerCase();
    return (
      parsed && { seconds: parsed.value, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined }
    );
  },
  format: ({ seconds, refresher }) => (refresher === undefined ? `${seconds}` : `${seconds};refresher=${refresher}`),
};

/** Min-SE (RFC 4028 § 5): seconds. */
export const minSe: Codec<number> = { parse: (value) => withSeconds.parse(value)?.value, format: String };

/** Warning (§ 20.43). */
export interface Warning {
  readonly code: number;
  readonly agent: string;
  readonly text: string;
}

export const warning: Codec<Warning> = {
  parse(value) {
    const match = /^([1-9]\d\d) (\S+) (?=")/.exec(value);
    const quoted = value.slice(match?.[0].length ?? 0);
    if (!match?.[2] || quotedEnd(quoted) !== quoted.length) return undefined;
    return { code: Number(match[1]), agent: match[2], text: unquote(quoted) };
  },
  format: ({ code, agent, text }) => `${code} ${agent} ${quote(text)}`,
};

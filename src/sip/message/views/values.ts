/** Views of values with parameters: Accept, Content-Type, Event, Reason, Alert-Info and their like. */
import { formatParameters, isToken, parseParameters, splitOutside, type Parameter } from '../grammar.js';
import { token, word, type Codec } from './codec.js';

/** A value and what follows it after semicolons. */
export interface Parametered<T = string> {
  readonly value: T;
  readonly parameters: readonly Parameter[];
}

/** A codec of `inner`, followed by parameters. */
export function parametered<T>(inner: Codec<T>): Codec<Parametered<T>> {
  return {
    parse(value) {
      const [first = '', ...rest] = splitOutside(value, ';') ?? [];
      const parsed = inner.parse(first);
      const parameters = parseParameters(rest);
      return parsed === undefined || !parameters ? undefined : { value: parsed, parameters };
    },
    format: ({ value, parameters }) => inner.format(value) + formatParameters(parameters),
  };
}

export const parameteredToken = parametered(token);
export const parameteredWord = parametered(word);

export interface MediaType {
  /** In small letters, `*` for any. */
  readonly type: string;
  readonly subtype: string;
}

const mediaName: Codec<MediaType> = {
  parse(value) {
    const [type = '', subtype = '', ...more] = value.split('/').map((part) => part.trim().toLowerCase());
    if (!isToken(type) || !isToken(subtype) || more.length > 0 || (type === '*' && subtype !== '*')) return undefined;
    return { type, subtype };
  },
  format: ({ type, subtype }) => `${type}/${subtype}`,
};

/** Accept and Content-Type. */
export const mediaType = parametered(mediaName);

/** An absolute URI in angle brackets (Alert-Info, Call-Info, Error-Info). */
const bracketed: Codec<string> = {
  parse: (value) => /^<\s*([A-Za-z][A-Za-z0-9+\-.]*:[^\s<>"]+)\s*>$/.exec(value)?.[1],
  format: (value) => `<${value}>`,
};

export const info = parametered(bracketed);

export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** Replaces (RFC 3891 § 6.1). */
export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

export const replaces: Codec<Replaces> = {
  parse(value) {
    const parsed = parameteredWord.parse(value);
    const find = (name: string): string | undefined =>
      parsed?.parameters.find(([other]) => other.toLowerCase() === name)?.[1];
    const [toTag, fromTag] = [find('to-tag'), find('from-tag')];
    if (!parsed || !toTag || !fromTag) return undefined;
    const earlyOnly = parsed.parameters.some(([name]) => name.toLowerCase() === 'early-only');
    return { callId: parsed.value, toTag, fromTag, earlyOnly };
  },
  format: ({ callId, toTag, fromTag, earlyOnly }) =>
    `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`,
};

/** `*`, a language range or a content coding. */
export const range = parametered<string>({
  parse: (value) => (value === '*' ? value : token.parse(value)),
  format: (value) => value,
});

/**
 * Challenges and credentials as they stand in WWW-Authenticate, Proxy-Authenticate, Authorization and
 * Proxy-Authorization (RFC 3261 § 25.1, RFC 7235 § 2.1). Several of them may have been joined into one value.
 */
import { splitOutside } from '../../sip/message/grammar.js';
import { splitChallenges } from '../../sip/message/fields.js';

/** One challenge or one set of credentials. */
export interface AuthField {
  /** In small letters, e.g. `digest`. */
  readonly scheme: string;
  /** Parameters by name in small letters. Quotes are taken away, escapes inside them are kept: they are hashed so. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Takes a header value apart. What is not well formed is left out. */
export function parseAuthFields(value: string | undefined): AuthField[] {
  return splitChallenges(value ?? '').flatMap((part) => {
    const space = part.search(/\s/);
    const parameters = space < 0 ? undefined : parseParameters(part.slice(space));
    return parameters ? [{ scheme: part.slice(0, space).toLowerCase(), parameters }] : [];
  });
}

function parseParameters(text: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of splitOutside(text, ',') ?? []) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const name = part.slice(0, equals).trim().toLowerCase();
    const value = part.slice(equals + 1).trim();
    if (parameters.has(name)) return undefined; // Which of the two was meant cannot be known.
    parameters.set(name, withoutQuotes(value));
  }
  return parameters.size === 0 ? undefined : parameters;
}

function withoutQuotes(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

/** A parameter to write; `token` values stand without quotes. */
export type AuthParameter = readonly [name: string, value: string, form: 'quoted' | 'token'];

/** Writes a `Digest` challenge or credentials. */
export function formatDigest(parameters: readonly AuthParameter[]): string {
  const written = parameters.map(([name, value, form]) => `${name}=${form === 'token' ? value : `"${value}"`}`);
  return `Digest ${written.join(', ')}`;
}

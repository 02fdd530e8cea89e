/** The small pieces of the SIP grammar (RFC 3261 § 25) that headers and URIs are made of: quoted strings, lists, parameters. */
import { isIPv6 } from 'node:net';

/** Parameters in order, values as written (quotes kept); one without a value has `undefined`. Names are compared without case. */
export type Parameter = readonly [name: string, value: string | undefined];

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const SPACES = ' \t';

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Splits at `separator` where it stands outside quoted strings and angle brackets; parts are trimmed. Returns undefined
 * if a quote or bracket is left open.
 */
export function splitOutside(text: string, separator: string): string[] | undefined {
  if (!text.includes('"') && !text.includes('<')) return text.split(separator).map((part) => part.trim());
  const parts: string[] = [];
  let [start, quoted, angle] = [0, false, false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') angle = true;
    else if (c === '>') angle = false;
    else if (c === separator && !angle) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  if (quoted || angle) return undefined;
  parts.push(text.slice(start).trim());
  return parts;
}

/** Index after the quoted string that begins at `start`, or -1 where it is left open or none begins there. */
export function quotedEnd(text: string, start = 0): number {
  if (text[start] !== '"') return -1;
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return -1;
}

/** Text of a quoted string without quotes and escapes; other text as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || quotedEnd(text) !== text.length) return text;
  return text.slice(1, -1).replaceAll(/\\([^])/g, '$1');
}

export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** Parses the parts between semicolons (`a=b`, `c`) into parameters; undefined where one is malformed. */
export function parseParameters(parts: readonly string[]): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals).trimEnd();
    if (!isToken(name)) return undefined;
    const value = equals < 0 ? undefined : part.slice(equals + 1).trimStart();
    if (value?.startsWith('"') && quotedEnd(value) !== value.length) return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}

export function formatParameters(parameters: readonly Parameter[]): string {
  let text = '';
  for (const [name, value] of parameters) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** Value of a parameter without quotes; `''` for one without a value, undefined where it lacks. `name` in small letters. */
export function parameter(parameters: readonly Parameter[], name: string): string | undefined {
  const found = parameters.find(([other]) => other.toLowerCase() === name);
  return found && unquote(found[1] ?? '');
}

/** A copy with the parameter set, in its place or at the end. */
export function withParameter(parameters: readonly Parameter[], name: string, value: string | undefined): Parameter[] {
  const index = parameters.findIndex(([other]) => other.toLowerCase() === name);
  return index < 0 ? [...parameters, [name, value]] : parameters.with(index, [name, value]);
}

/** A copy without the parameter. */
export function withoutParameter(parameters: readonly Parameter[], name: string): Parameter[] {
  return parameters.filter(([other]) => other.toLowerCase() !== name);
}

/** Preference of a value with a `q` parameter, in thousandths (§ 20.10: 1 where it lacks); undefined where it is none. */
export function quality(parameters: readonly Parameter[]): number | undefined {
  const q = parameter(parameters, 'q');
  if (q === undefined) return 1000;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Math.round(Number(q) * 1000) : undefined;
}

/** A whole number without sign that is at most `max`, or undefined. Leading zeros are allowed. */
export function parseInteger(text: string, max: number): number | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

export interface HostPort {
  /** A name or address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

const HOST_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?:\s*:\s*(\d{1,5}))?$/;

/** A `host` or `host:port`, IPv6 in brackets. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = HOST_PORT.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (!host || (match?.[1] !== undefined && !isIPv6(host)) || (port !== undefined && port > 65_535)) return undefined;
  return { host, port };
}

export function formatHostPort(host: string, port: number | undefined): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

/**
 * Index after the comment that begins at `start` (§ 25.1, may be nested), or -1 where it is left open or goes deeper than
 * `maxDepth`.
 */
export function commentEnd(text: string, start: number, maxDepth: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '(' && ++depth > maxDepth) return -1;
    else if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return -1;
}

/** Splits at white space, quoted strings kept whole. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (SPACES.includes(c)) {
      if (word) words.push(word);
      word = '';
      continue;
    }
    const end = c === '"' ? quotedEnd(text, i) : -1;
    word += end < 0 ? c : text.slice(i, end);
    if (end >= 0) i = end - 1;
  }
  if (word) words.push(word);
  return words;
}

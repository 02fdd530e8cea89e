/** The small pieces of the SIP grammar (RFC 3261 § 25) that headers and URIs are made of: quoted strings, lists, parameters. */

/** Parameters in order; a name without a value has `undefined`. Names are compared without case. */
export type Parameter = readonly [name: string, value: string | undefined];

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Splits at `separator` where it stands outside quoted strings and angle brackets; parts are trimmed. Returns undefined
 * if a quote or bracket is left open.
 */
export function splitOutside(text: string, separator: string): string[] | undefined {
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

/** Text of a quoted string without quotes and escapes; other text as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replaceAll(/\\([^])/g, '$1');
}

export function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** Parses `;a=b;c` (the leading separator already taken away) into parameters. */
export function parseParameters(parts: readonly string[]): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim();
    if (!isToken(name)) return undefined;
    parameters.push([name, equals < 0 ? undefined : part.slice(equals + 1).trim()]);
  }
  return parameters;
}

export function formatParameters(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => (value === undefined ? `;${name}` : `;${name}=${value}`)).join('');
}

/** Value of a parameter; `''` for one without a value, undefined where it lacks. */
export function parameter(parameters: readonly Parameter[], name: string): string | undefined {
  const found = parameters.find(([other]) => other.toLowerCase() === name);
  return found && (found[1] ?? '');
}

/** A copy with the parameter set, in its place or at the end. */
export function withParameter(parameters: readonly Parameter[], name: string, value: string | undefined): Parameter[] {
  const index = parameters.findIndex(([other]) => other.toLowerCase() === name);
  return index < 0 ? [...parameters, [name, value]] : parameters.with(index, [name, value]);
}

/** A `host` or `host:port`, IPv6 in brackets (kept in `host` without them). */
export function parseHostPort(text: string): { host: string; port: number | undefined } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text.replaceAll(/\s/g, ''));
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (!host || (port !== undefined && port > 65_535)) return undefined;
  return { host, port };
}

export function formatHostPort(host: string, port: number | undefined): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

/**
 * JSON with one way of writing each value (RFC 8785): names sorted, no spaces. What is hashed or signed is written so, and
 * whoever reads it again can tell that not a byte of it is another.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What `JSON.stringify` leaves out (undefined) is left out here too; numbers must be finite. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no such number');
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1)) // UTF-16 code units, RFC 8785 § 3.2.3
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** `Range: bytes=…` (RFC 9110 § 14): one range, or none. */

export interface ByteRange {
  readonly from: number;
  /** The last byte. */
  readonly to: number;
}

/** `whole`: none was asked for. `wrong`: there is no such range, or more than one was asked for. */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | 'whole' | 'wrong' {
  if (header === undefined) return 'whole';
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (!match) return 'wrong';
  const [, first = '', last = ''] = match;
  if (first === '') {
    const length = Number(last);
    return last === '' || length === 0 ? 'wrong' : { from: Math.max(0, bytes - length), to: bytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from < bytes && from <= to ? { from, to } : 'wrong';
}

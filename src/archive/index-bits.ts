/** Strings of bits, as Redis counts them: from the highest of the first byte. */

/** Bits that are set in all; undefined if none can be. */
export function and(bits: readonly (Buffer | null)[]): Buffer | undefined {
  const all = bits.filter((one) => one !== null);
  const [first] = all;
  if (!first || all.length < bits.length) return undefined;
  const both = Buffer.from(first.subarray(0, Math.min(...all.map(({ length }) => length))));
  for (const one of all.slice(1)) for (let i = 0; i < both.length; i++) both[i] = (both[i] ?? 0) & (one[i] ?? 0);
  return both;
}

export const isSet = (bits: Buffer, place: number): boolean =>
  (((bits[place >> 3] ?? 0) >> (7 - (place & 7))) & 1) === 1;

export function setBit(bits: Buffer, place: number): void {
  bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (7 - (place & 7)));
}

export function setPlaces(bits: Buffer): number[] {
  const places: number[] = [];
  for (let byte = 0; byte < bits.length; byte++) {
    if (bits[byte] === 0) continue;
    for (let place = byte << 3; place < (byte + 1) << 3; place++) if (isSet(bits, place)) places.push(place);
  }
  return places;
}

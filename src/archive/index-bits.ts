/** Strings of bits, as Redis counts them: from the highest of the first byte. */

/** Bits that are set in all; undefined if none are. `bytes`: of the longest. */
export function and(bits: readonly (Buffer | null)[], bytes: number): Uint8Array | undefined {
  const both = new Uint32Array(bytes / 4);
  const other = new Uint32Array(bytes / 4);
  for (const [nth, one] of bits.entries()) {
    if (!one) return undefined;
    const into = nth === 0 ? both : other;
    new Uint8Array(into.buffer).fill(0).set(one);
    if (nth > 0) for (let i = 0; i < both.length; i++) both[i] = (both[i] ?? 0) & (other[i] ?? 0);
  }
  return both.some((word) => word !== 0) ? new Uint8Array(both.buffer) : undefined;
}

export const isSet = (bits: Uint8Array, place: number): boolean =>
  (((bits[place >> 3] ?? 0) >> (7 - (place & 7))) & 1) === 1;

export function setBit(bits: Uint8Array, place: number): void {
  bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (7 - (place & 7)));
}

export function setPlaces(bits: Uint8Array): number[] {
  const places: number[] = [];
  for (let byte = 0; byte < bits.length; byte++) {
    if (bits[byte] === 0) continue;
    for (let place = byte << 3; place < (byte + 1) << 3; place++) if (isSet(bits, place)) places.push(place);
  }
  return places;
}

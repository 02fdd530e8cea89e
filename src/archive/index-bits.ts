/** Strings of bits, as Redis counts them: from the highest of the first byte. */

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

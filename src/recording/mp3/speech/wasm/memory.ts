/** Memory of the kernel, and the vectors that its loops move. All is laid out once, at the start. */

/** Bytes of one number of 32 bits, of a vector of four. */
export const WORD = 4;
export const VECTOR = 16;

export const BANDS = 32;
/** Samples of each band in a granule, and the room for them: whole vectors. */
export const SLOTS = 18;
export const SLOT_ROOM = 20;
/** Samples of a side that a frame holds, and what tells them: three transforms of 192 lines. */
export const GRANULE = 576;
export const TRANSFORMS = 3;
export const LINES = 192;

/** Zeroed room for so many numbers of 32 bits. */
export function words(count: i32): usize {
  const bytes = count * WORD;
  const at = heap.alloc(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

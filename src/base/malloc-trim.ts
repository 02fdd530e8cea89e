/**
 * Memory that was freed and that malloc keeps: what was needed while calls came up lies in holes between what is in use, so the
 * system never gets it back by itself.
 */
import koffi from 'koffi';

/** Gives it back, on a thread of libuv's (glibc's malloc_trim(3); 8 ms for 100 MB). Where there is no such function it does nothing. */
export function mallocTrim(): () => Promise<void> {
  try {
    const call = koffi.load(null).func('int malloc_trim(size_t)');
    return () => new Promise((resolve) => void call.async(0, () => resolve()));
  } catch {
    return () => Promise.resolve(); // another system, or another libc
  }
}

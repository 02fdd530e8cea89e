/** Remembers what was found out of short texts that come again and again; peers may choose them, so the memory is bounded. */
import { ownText } from './own-text.js';

/** Longer texts are worked out each time. */
const LONGEST = 64;

/** `find`, worked out once for each text, as long as there are no more than `most` of them. */
export function remember<T>(find: (text: string) => T, most = 1000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const seen = known.get(text);
    if (seen !== undefined) return seen;
    const found = find(text);
    if (text.length > LONGEST) return found;
    if (known.size >= most) known.clear();
    known.set(ownText(text), found);
    return found;
  };
}

/**
 * A text that keeps nothing else alive. V8 cuts no part out of a text, it remembers where in the whole it stands: two tags of
 * a message that are kept for hours keep the message. What lives as long as a call is copied.
 */
export function ownText(text: string): string {
  return text.length < CUT ? text : Buffer.from(text).toString();
}

/** Shorter parts are copied by V8 itself. */
const CUT = 13;

const shared = new Map<string, string>();
/** Peers may choose them, so what is kept is bounded. */
const MOST_SHARED = 1000;
const LONGEST_SHARED = 64;

/** The same for a text that many calls have in common, e.g. the URI of a handset: kept once. */
export function sharedText(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  const own = ownText(text);
  if (text.length > LONGEST_SHARED) return own;
  if (shared.size >= MOST_SHARED) shared.clear();
  shared.set(own, own);
  return own;
}

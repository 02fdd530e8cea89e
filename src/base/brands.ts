/**
 * Branded types for values that are easily confused. A brand costs nothing at run time: it is given once, where the
 * value is parsed or made, and from then on the compiler keeps the kinds apart.
 */
declare const brand: unique symbol;
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A call's own id: sortable by time, safe as a file name (see `newCallId`). */
export type CallId = Branded<string, 'CallId'>;
/** A handset's short number within the office, e.g. `201`. */
export type Extension = Branded<string, 'Extension'>;
/** A telephone number in E.164 form with the leading `+`. */
export type E164 = Branded<string, 'E164'>;

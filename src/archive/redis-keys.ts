/**
 * The keys of one archive in Redis. They share a hash tag, so that in a cluster they stand in one place. What comes
 * from outside (numbers) only ever ends a key and is never a pattern or part of a script, so nothing in it has a meaning.
 */
import type { CallId } from '../base/brands.js';

/** What calls are listed by, beside time. */
export const listedBy = ['number', 'extension', 'trunk', 'direction'] as const;
export type ListedBy = (typeof listedBy)[number];

export class RedisKeys {
  readonly #tag: string;

  /** `archive`: the journal's id, or another name of letters, digits and hyphens. */
  constructor(archive: string) {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(archive)) throw new RangeError(`'${archive}' is no name of an archive`);
    this.#tag = `{halina:${archive}}`;
  }

  /** A hash: the whole record as JSON, and the fields that are searched by. */
  call(id: CallId | string): string {
    return `${this.#tag}:call:${id}`;
  }

  /** A sorted set of call ids by time of beginning. */
  get calls(): string {
    return `${this.#tag}:calls`;
  }

  /** A sorted set like `calls`, of those that have this value. */
  list(by: ListedBy, value: string): string {
    return `${this.#tag}:calls:${by}:${value}`;
  }

  /** The number of the journal's line up to which everything is in the index. */
  get position(): string {
    return `${this.#tag}:position`;
  }

  /** For SCAN: every key of the index, and no other (the tag has no character that means something in a pattern). */
  get indexPatterns(): readonly string[] {
    return [`${this.#tag}:call:*`, `${this.#tag}:calls*`];
  }

  /** A hash of a handset's registrations: contact to binding. */
  bindings(extension: string): string {
    return `${this.#tag}:bindings:${extension}`;
  }

  /** The set of extensions that have registrations. */
  get registered(): string {
    return `${this.#tag}:registered`;
  }
}

/** The lists in which the call stands, as pairs. */
export function listsOf(call: { readonly [By in ListedBy]?: string | undefined }): [ListedBy, string][] {
  return listedBy.flatMap((by): [ListedBy, string][] => {
    const value = call[by];
    return value === undefined || value === '' ? [] : [[by, value]];
  });
}

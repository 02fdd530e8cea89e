/**
 * The keys of one archive in Redis. They share a hash tag, so that in a cluster they stand in one place. What comes
 * from outside (numbers) only ever ends a key and is never a pattern or part of a script, so nothing in it has a meaning.
 */

export class RedisKeys {
  readonly #tag: string;

  /** `archive`: the journal's id, or another name of letters, digits and hyphens. */
  constructor(archive: string) {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(archive)) throw new RangeError(`'${archive}' is no name of an archive`);
    this.#tag = `{halina:${archive}}`;
  }

  /** A hash: of each call of a segment, by its place there, what `index-entry.ts` says. */
  entries(segment: number): string {
    return `${this.#tag}:o:e:${segment}`;
  }

  /** A string: when each call of a segment began, six bytes each. */
  starts(segment: number): string {
    return `${this.#tag}:o:s:${segment}`;
  }

  /** A string of bits: which calls of a block have this value of this attribute. */
  bits(block: number, attribute: string, value: string): string {
    return `${this.#tag}:o:b:${block}:${attribute}:${value}`;
  }

  /** A string of bits that a search needs for a moment: within one script. */
  get scratch(): string {
    return `${this.#tag}:o:scratch`;
  }

  /** A sorted set: the numbers of the calls that have this value, each its own score. */
  posting(attribute: string, value: string): string {
    return `${this.#tag}:o:p:${attribute}:${value}`;
  }

  /** A hash: of each segment, when its first and its last call began. */
  get spans(): string {
    return `${this.#tag}:o:spans`;
  }

  /** The number of the journal's line up to which everything is in the index. */
  get position(): string {
    return `${this.#tag}:o:position`;
  }

  /** For SCAN: every key of the index, and of those before it, and no other (the tag has no character that means something in a pattern). */
  get indexPatterns(): readonly string[] {
    return [`${this.#tag}:o:*`, `${this.#tag}:n:*`, `${this.#tag}:i:*`, `${this.#tag}:x:*`];
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

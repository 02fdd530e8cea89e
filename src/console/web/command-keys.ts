/**
 * The keys under which the server does a command once, however often it comes (`Idempotency-Key`). Who got no answer does not know
 * whether it was done: so the same command, given again, goes under the same key. Once another command has gone, that one may
 * have changed what it was about, and it counts as a new one.
 */
export class CommandKeys {
  readonly #make: () => string;
  #open: { readonly command: string; readonly key: string } | undefined;

  constructor(make: () => string = () => crypto.randomUUID()) {
    this.#make = make;
  }

  /** @param command all that it says: method, path and body */
  keyOf(command: string): string {
    if (this.#open?.command !== command) this.#open = { command, key: this.#make() };
    return this.#open.key;
  }

  /** The server has said that it is done. */
  done(key: string): void {
    if (this.#open?.key === key) this.#open = undefined;
  }
}

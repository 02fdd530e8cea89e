/**
 * The one kind of error that we throw on purpose: a stable code for programs, a message for a person that says what
 * happened and where, and a hint that says what to do.
 */
export class HalinaError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  /**
   * @param code stable, upper case with underscores, e.g. `CONFIG_INVALID`
   * @param message what happened and where, a sentence without a full stop
   * @param options `hint`: what the reader can do; `cause`: the error behind this one
   */
  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HalinaError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

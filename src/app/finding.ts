/** One thing that `halina check` found. */
export interface Finding {
  /** `error`: Halina would not start, or could not do its work. */
  readonly level: 'error' | 'warning';
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

const finding = (level: Finding['level'], message: string, hint?: string): Finding => ({
  level,
  message,
  ...(hint ? { hint } : {}),
});

export const error = (message: string, hint?: string): Finding => finding('error', message, hint);
export const warning = (message: string, hint?: string): Finding => finding('warning', message, hint);

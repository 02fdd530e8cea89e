/** Where a command's words go. */
export interface Terminal {
  /** What was asked for. */
  print(text: string): void;
  /** What went wrong, and usage. */
  complain(text: string): void;
  /** The command did its work, and what it found means exit status 1. */
  failed(): void;
}

/** What metrics and health are made of; `app` gathers it from the rooms that know. */
export interface Facts {
  readonly calls: { readonly running: number; readonly recording: number; readonly most: number };
  readonly trunks: readonly { readonly name: string; readonly up: boolean | undefined; readonly calls: number }[];
  readonly handsets: { readonly configured: number; readonly registered: number };
  readonly archive: ArchiveFacts;
  readonly redis: { readonly following: boolean };
  /** When the audit log was last anchored, Unix milliseconds. */
  readonly anchoredAt: number | undefined;
  /** Where backups are taken by the clock: when the last whole one was begun, Unix milliseconds. */
  readonly backup: { readonly lastAt: number | undefined; readonly failed: boolean } | undefined;
  readonly alarms: readonly { readonly code: string; readonly subject: string }[];
  /** What was turned away, by part and reason. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Bytes and milliseconds. */
export interface ArchiveFacts {
  readonly used: number;
  readonly quota: number;
  readonly free: number;
  readonly recordings: number;
  readonly reachesBackDays: number;
  readonly held: { readonly recordings: number; readonly bytes: number };
  /** Granted to spools of calls that run, and what closed ones have. */
  readonly spoolBytes: number;
  /** Spools that wait to be encoded, and how long the oldest one does. */
  readonly waiting: number;
  readonly oldestWaitingMs: number;
  /** Calls whose last change the journal could not take yet. */
  readonly owed: number;
}

/** What the console asks of the running program that no room of the archive or the people has: its telephony, now. */
import type { LiveCall as RunningCall } from '../calls/call/context.js';
import type { OfficeStatus } from '../calls/office-status.js';

export type { OfficeStatus } from '../calls/office-status.js';
/** As it is sent: its id is text. */
export type LiveCall = Omit<RunningCall, 'id'> & { readonly id: string };

/** What everybody has to know: Redis is away, nothing can be written to the audit log, … */
export type Trouble = 'redis' | 'audit' | 'disk' | 'encoding' | 'sip' | 'media' | 'lines';

export interface Telephony {
  live(): readonly LiveCall[];
  status(): Promise<OfficeStatus>;
  troubles(): Promise<readonly Trouble[]>;
}

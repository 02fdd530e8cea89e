/** What requests need of others. */
import type { Guard, GuardWish, ReleaseWish } from '../archive/guards.js';
import type { CallId } from '../base/brands.js';
import type { DisclosurePaper, Paper } from './machine/events.js';
import type { DisclosureRecord, RequestRecord } from './records.js';

/** Of the archive: holds on recordings. */
export interface HoldKeeper {
  hold(id: CallId, wish: GuardWish): Promise<Guard>;
  release(id: CallId, guard: string, wish: ReleaseWish): Promise<Guard>;
  guards(id: CallId): Promise<readonly Guard[]>;
}

/** Makes the PDF of a paper from what is known of the request. `n`: its number in the case. */
export interface PaperMaker {
  make(paper: Paper, record: RequestRecord, n: number): Promise<Uint8Array>;
}

/** The same of a disclosure. */
export interface DisclosurePaperMaker {
  makeForDisclosure(paper: DisclosurePaper, record: DisclosureRecord): Promise<Uint8Array>;
}

/** Grants to hear that must end now: of a request, of a session. */
export type GrantsEnd = (ended: { readonly request: string }) => void;

/** What is kept of requests: one document each in the requests' journal. */
import type { DisclosurePaper, Effect, Paper, RequestEvent } from './machine/events.js';
import type { AccessRequest, Kind, Phase } from './machine/state.js';
import type { Disclosure, DisclosureEvent } from './machine/disclosure.js';

export const channels = ['electronic-delivery', 'post', 'in-person'] as const;
export type Channel = (typeof channels)[number];

/** How a paper went out, and the proof of it. */
export interface Delivery {
  readonly channel: Channel;
  readonly on: string;
  readonly proof: string;
}

/** A paper of a request, numbered from 1. Times in Unix milliseconds. */
export interface PaperRecord {
  readonly n: number;
  readonly paper: Paper;
  readonly dueSince: number;
  /** The PDF; absent while it is still owed. */
  readonly made?: { readonly at: number; readonly sha256: string; readonly bytes: number };
  /** As it came back signed. */
  readonly signed?: { readonly at: number; readonly sha256: string; readonly by: string };
  readonly delivered?: Delivery & { readonly by: string };
}

/** The sealed copy of an art. 15 request; the file is there until it is handed over. */
export interface CopyRecord {
  readonly at: number;
  readonly by: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface RequestRecord {
  readonly kind: 'request';
  readonly id: string;
  readonly request: AccessRequest;
  /** Everything that happened, in order; never edited. The filing is not among them: it is in the request. */
  readonly events: readonly RequestEvent[];
  readonly papers: readonly PaperRecord[];
  /** Handed over to the office's records (EZD or paper), by its case sign. */
  readonly filedAway?: { readonly on: string; readonly caseSign: string; readonly by: string };
  readonly copy?: CopyRecord;
}

/** What is left of a request whose personal data were erased. */
export interface ErasedRequest {
  readonly kind: 'erased-request';
  readonly id: string;
  readonly number: string;
  readonly of: Kind;
  readonly receivedOn: string;
  readonly ended: Phase;
  readonly caseSign: string;
  readonly erasedAt: number;
}

/** In a journal of its own. */
export interface DisclosureRecord {
  readonly kind: 'disclosure';
  readonly id: string;
  readonly disclosure: Disclosure;
  readonly events: readonly DisclosureEvent[];
  /** The protocol of the hand-over, or the refusal: due as soon as the disclosure is over, absent until it is made. */
  readonly paper?: {
    readonly paper: DisclosurePaper;
    readonly at: number;
    readonly sha256: string;
    readonly bytes: number;
  };
  /** Handed over to the office's records, by its case sign. */
  readonly filedAway?: { readonly on: string; readonly caseSign: string; readonly by: string };
}

/** What is left of a disclosure whose details were erased. */
export interface ErasedDisclosure {
  readonly kind: 'erased-disclosure';
  readonly id: string;
  readonly number: string;
  readonly receivedOn: string;
  readonly ended: string;
  readonly caseSign: string;
  readonly erasedAt: number;
}

/** A purpose that the Secretary gave to an employee, for one recording. */
export interface GivenPurpose {
  readonly kind: 'purpose';
  readonly id: string;
  readonly call: string;
  readonly account: string;
  readonly purpose: string;
  readonly reference: string;
  readonly by: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly until: number;
}

export type RequestsRecord = RequestRecord | ErasedRequest;
export const keyOf = (record: RequestsRecord): string => `${record.kind}:${record.id}`;

/** The journal's lines are our own and have checksums; what is looked at is whether it is one of them. */
export function parseRecord(value: unknown): RequestsRecord {
  const { kind } = value as RequestsRecord;
  if (['request', 'erased-request'].includes(kind)) return value as RequestsRecord;
  throw new TypeError(`no such record: ${kind}`);
}

/** The record after a step: with its event, and the papers that are owed from now on. */
export function recordAfter(
  record: RequestRecord | undefined,
  { request, effects }: { readonly request: AccessRequest; readonly effects: readonly Effect[] },
  events: readonly RequestEvent[],
  dueSince: number,
): RequestRecord {
  const papers = [...(record?.papers ?? [])];
  for (const effect of effects) {
    if (effect.do === 'make-paper') papers.push({ n: papers.length + 1, paper: effect.paper, dueSince });
  }
  return {
    ...record,
    kind: 'request',
    id: request.id,
    request,
    events: [...(record?.events ?? []), ...events],
    papers,
  };
}

/** What stays of one whose personal data go. */
export const erasedOf = ({ id, request, filedAway }: RequestRecord, erasedAt: number): ErasedRequest => ({
  kind: 'erased-request',
  id,
  number: request.number,
  of: request.kind,
  receivedOn: request.receivedOn,
  ended: request.state.phase,
  caseSign: filedAway?.caseSign ?? '',
  erasedAt,
});

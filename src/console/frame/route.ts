/**
 * What a route declares: path, schemas, the permission that it needs, and what is written to the audit log before its
 * effect is seen. The frame starts with no route that leaves one of them out.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Facts, Person, Verdict } from '../../accounts/judge.js';
import type { Permission } from '../../accounts/permissions.js';
import type { AuditEvent } from '../../audit/events.js';
import type { Session } from '../sessions/session.js';
import type { Language } from './language.js';

/** `public`: for whoever comes. `person`: for whoever is logged in. */
export type Needed = Permission | 'public' | 'person';

/** Who asks. */
export interface Asker {
  readonly person: Person;
  readonly session: Session;
}

export type Schema = z.ZodType;

/** What is known of a request when a route's handler runs. */
export interface Context<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly language: Language;
  /** Address that the request came from. */
  readonly source: string;
  /** Of whoever is logged in; throws `not-logged-in` where nobody is. */
  readonly asker: Asker;
  readonly userAgent: string;
  /** The `Cookie` header, as it came. */
  readonly cookie: string | undefined;
  /** `If-Match`, without quotes. */
  readonly version: string | undefined;
  /** Judges by the table; where it is refused, that is in the audit log, and it throws `forbidden`. */
  readonly permit: (permission: Permission, facts?: Facts) => Promise<Extract<Verdict, { allowed: true }>>;
  /** Writes to the audit log; resolves when it stands there, else the action must not happen and it throws. */
  readonly audit: (event: Noted) => Promise<void>;
  /** Headers and status of the answer. */
  readonly reply: { status: number; readonly headers: Record<string, string | string[]> };
}

/** An event without its actor, who is whoever asks. */
export type Noted = AuditEvent extends infer Event ? (Event extends AuditEvent ? Omit<Event, 'actor'> : never) : never;

interface Common<P extends Schema, Q extends Schema, B extends Schema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly needs: Needed;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Facts of the case, by which the permission is judged; without: none. */
  readonly facts?: (context: Context<z.output<P>, z.output<Q>, z.output<B>>) => Facts | Promise<Facts>;
  /**
   * What is written before the handler runs; `in-room`: the handler, or the room that it calls, writes it there before any
   * effect; `nothing`: no call, recording, request or account is touched.
   */
  readonly audit: 'nothing' | 'in-room' | ((context: Context<z.output<P>, z.output<Q>, z.output<B>>) => Noted);
  /** It is open to who has still to set up a second factor, and to them nothing else is. */
  readonly whileLimited?: true;
  /** It does not put off the log-out for want of use: a page asks it by itself. */
  readonly quiet?: true;
  /** Bytes that a body may have; 64 KiB where it is not given. */
  readonly bodyLimit?: number;
}

export interface JsonRoute<P extends Schema, Q extends Schema, B extends Schema, R extends Schema> extends Common<
  P,
  Q,
  B
> {
  readonly kind: 'json';
  readonly answer: R;
  readonly handle: (context: Context<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<R>> | z.input<R>;
}

/** One that answers with bytes of its own: recordings, documents, events. */
export interface RawRoute<P extends Schema, Q extends Schema, B extends Schema> extends Common<P, Q, B> {
  readonly kind: 'raw';
  /** Media type of the answer. */
  readonly type: string;
  readonly handle: (
    context: Context<z.output<P>, z.output<Q>, z.output<B>>,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => Promise<unknown>;
}

/** A route whose types are settled. */
export type Route = JsonRoute<Schema, Schema, Schema, Schema> | RawRoute<Schema, Schema, Schema>;

export function json<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  route: Omit<JsonRoute<P, Q, B, R>, 'kind'>,
): Route {
  return { ...route, kind: 'json' } as unknown as Route;
}

export function raw<P extends Schema, Q extends Schema, B extends Schema>(
  route: Omit<RawRoute<P, Q, B>, 'kind'>,
): Route {
  return { ...route, kind: 'raw' } as unknown as Route;
}

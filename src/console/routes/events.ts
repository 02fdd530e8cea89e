/** `GET /events`: what changes, as it changes. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { mayEver } from '../../accounts/judge.js';
import type { EventHub, Topic, Wire } from '../events/hub.js';
import { raw, type Route } from '../frame/route.js';

export function eventRoutes(hub: EventHub): Route[] {
  return [
    raw({
      method: 'GET',
      path: '/events',
      summary: 'Server-sent events: live calls and status for those who may see them, and what waits for you',
      needs: 'person',
      whileLimited: true,
      query: z.strictObject({ only: z.literal('tasks').optional() }),
      audit: 'in-room',
      type: 'text/event-stream',
      async handle({ asker, audit, query }, request, reply) {
        const topics = new Set<Topic>(['tasks']);
        const sees = asker.session.limited === undefined && mayEver(asker.person, 'live.see');
        if (query.only === undefined && sees) topics.add('live').add('status');
        const who = { person: asker.person.id, session: asker.session.id };
        hub.admit(who);
        if (topics.has('live')) await audit({ event: 'search', facts: { filters: ['live'] } });
        reply.hijack();
        const { raw: response } = reply;
        // It ends with the connection, so nothing is gained by chunks: each would take three writes in place of one.
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200, { ...headersOf(reply), ...EVENT_STREAM });
        const stop = hub.listen({ ...who, topics, wire: wireOf(response) }, lastIdOf(request.headers['last-event-id']));
        if (!response.destroyed) await once(response, 'close');
        stop();
      },
    }),
  ];
}

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }; // prettier-ignore

function headersOf(reply: FastifyReply): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined));
}

const wireOf = (response: ServerResponse): Wire => ({
  write: (text) => response.write(text),
  get waiting() {
    return response.writableLength;
  },
  end: () => response.end(),
});

const lastIdOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

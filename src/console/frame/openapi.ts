/** The API described by itself: OpenAPI 3.1, made from the routes. */
import { z } from 'zod';
import type { Route, Schema } from './route.js';

export interface Info {
  readonly title: string;
  readonly version: string;
}

type Json = Record<string, unknown>;

const problem: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    fields: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, what: { type: 'string' } } },
    },
  },
};

/** `unrepresentable`: what JSON Schema has no word for stands as anything. */
const schemaOf = (schema: Schema, io: 'input' | 'output'): Json => {
  const made: Json = { ...z.toJSONSchema(schema, { io, unrepresentable: 'any' }) };
  delete made.$schema;
  return made;
};

export function openApi(routes: readonly Route[], { title, version }: Info): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    servers: [{ url: '/api/v1' }],
    components: {
      schemas: { Problem: problem },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-halina' } },
    },
    paths,
  };
}

function operation(route: Route): Json {
  const content =
    route.kind === 'json' ? { 'application/json': { schema: schemaOf(route.answer, 'output') } } : { [route.type]: {} };
  return {
    summary: route.summary,
    'x-permission': route.needs,
    ...(route.needs === 'public' ? { security: [] } : { security: [{ session: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query'), ...headersOf(route)],
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }
      : {}),
    responses: {
      '200': { description: 'done', content },
      default: {
        description: 'a problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function headersOf({ method }: Route): Json[] {
  if (method === 'GET') return [];
  const text = { schema: { type: 'string' }, in: 'header' };
  return [
    { ...text, name: 'X-Halina-Token', required: true, description: 'the token of GET /me' },
    { ...text, name: 'Idempotency-Key', required: false, description: 'the same key gives the same answer for a day' },
  ];
}

function parameters(schema: Schema | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const made = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(made.properties ?? {}).map(([name, one]) => ({
    name,
    in: where,
    required: where === 'path' || (made.required?.includes(name) ?? false),
    schema: one,
  }));
}

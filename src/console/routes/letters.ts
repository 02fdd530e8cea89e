/** Templates of letters: read, tried as a PDF, kept as the office's own, and back to those of the program. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HalinaError } from '../../base/errors.js';
import { type Letters, templateNames } from '../../requests/papers/letters.js';
import { fields } from '../../requests/papers/values.js';
import { Problem } from '../frame/problem.js';
import { json, raw, type Context, type Route } from '../frame/route.js';

export type LetterDoor = Pick<Letters, 'template' | 'saveTemplate' | 'dropTemplate' | 'preview'>;

const needs = 'settings.change';
const params = z.object({ name: z.enum(templateNames) });
const body = z.strictObject({ source: z.string().min(1).max(20_000) });
type Params = z.output<typeof params>;

export function letterRoutes(letters: LetterDoor): Route[] {
  return [...reading(letters), ...changing(letters)];
}

function reading(letters: LetterDoor): Route[] {
  return [
    json({
      method: 'GET',
      path: '/letters',
      summary: 'The templates of letters, and the fields that they may name',
      needs,
      audit: 'nothing',
      answer: z.object({
        templates: z.array(z.object({ name: z.enum(templateNames), own: z.boolean() })),
        fields: z.array(z.object({ name: z.string(), what: z.string() })),
      }),
      handle: async () => {
        const templates = templateNames.map(async (name) => ({ name, own: (await letters.template(name)).own }));
        const all = Object.entries(fields).map(([name, what]) => ({ name, what }));
        return { templates: await Promise.all(templates), fields: all };
      },
    }),
    json({
      method: 'GET',
      path: '/letters/:name',
      summary: 'A template as it is used now',
      needs,
      params,
      audit: 'nothing',
      answer: z.object({ source: z.string(), own: z.boolean() }),
      handle: ({ params: { name } }) => letters.template(name),
    }),
    raw({
      method: 'POST',
      path: '/letters/:name/preview',
      summary: 'How a text would look: a PDF in which each field shows what it is for',
      needs,
      params,
      body,
      audit: 'nothing',
      type: 'application/pdf',
      handle: async ({ params: { name }, body: { source } }, _, reply) => {
        const pdf = await told(letters.preview(name, source));
        return reply.type('application/pdf').send(Buffer.from(pdf));
      },
    }),
  ];
}

function changing(letters: LetterDoor): Route[] {
  return [
    json({
      method: 'POST',
      path: '/letters/:name',
      summary: "Keeps a text as the office's own template",
      needs,
      params,
      body,
      audit: 'in-room',
      answer: z.object({}),
      handle: async (context) => {
        const { name } = context.params;
        // What cannot be set is no change that could be on record.
        await told(letters.preview(name, context.body.source));
        await note(letters, context, context.body.source);
        await told(letters.saveTemplate(name, context.body.source));
        return {};
      },
    }),
    json({
      method: 'DELETE',
      path: '/letters/:name',
      summary: 'Back to the template that comes with the program',
      needs,
      params,
      audit: 'in-room',
      answer: z.object({}),
      handle: async (context) => {
        await note(letters, context, '');
        await letters.dropTemplate(context.params.name);
        return {};
      },
    }),
  ];
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

async function note(letters: LetterDoor, { params: { name }, audit }: Context<Params>, source: string): Promise<void> {
  const { source: old } = await letters.template(name);
  const facts = { path: `letters.${name}`, old: hash(old), new: source === '' ? 'program' : hash(source) };
  await audit({ event: 'settings', role: 'administrator', facts });
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HalinaError) || error.code !== 'TEMPLATE_INVALID') throw error;
    const pl = `Wzoru nie można użyć: ${error.message}.`;
    throw new Problem('invalid', { pl, en: `The template cannot be used: ${error.message}.` }, { cause: error });
  }
}

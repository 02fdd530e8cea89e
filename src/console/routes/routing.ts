/** Where calls go: what would happen to one at some instant, and the settings that say it, edited and tried before they count. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';
import { routingSections, section, told, type RoutingDoor } from './routing-door.js';
import { formRoutes, formShapes, targetShape } from './routing-forms.js';

const needs = 'settings.change';
const sections = z.array(section).max(routingSections.length);

export function routingRoutes(routing: RoutingDoor): Route[] {
  return [
    json({
      method: 'GET',
      path: '/routing',
      summary: 'The settings by which calls go, as they stand in the configuration file',
      needs,
      audit: 'nothing',
      answer: z.object({
        trunks: z.array(z.string()),
        version: z.string(),
        editable: z.boolean(),
        sections: z.array(section),
        /** Those in effect. */
        forms: formShapes,
        /** What calls can be led to. */
        targets: targetShape,
      }),
      handle: async () => {
        const { trunks, sections: texts, forms, targets, ...rest } = await routing.sections();
        return {
          ...rest,
          trunks: [...trunks],
          sections: [...texts],
          forms: formShapes.parse(forms),
          targets: targetShape.parse(targets),
        };
      },
    }),
    ...formRoutes(routing),
    json({
      method: 'POST',
      path: '/routing/preview',
      summary: 'What would happen to a call at an instant; `sections`: as if they stood in the file',
      needs,
      body: z.strictObject({
        trunk: z.string().min(1).max(100),
        dialled: z.string().trim().min(1).max(60),
        at: z.number().int(),
        sections: sections.optional(),
      }),
      audit: 'nothing',
      answer: z.object({ story: z.array(z.looseObject({ is: z.string() })) }),
      handle: async ({ body: { sections: tried, ...ask } }) => ({
        story: (await told(routing.preview(ask, tried))).map((part) => ({ ...part })),
      }),
    }),
    json({
      method: 'POST',
      path: '/routing',
      summary: 'Puts changed settings into the configuration file; they count from the next call on',
      needs,
      body: z.strictObject({ sections: sections.min(1), version: z.string().max(64) }),
      bodyLimit: 200_000,
      audit: 'in-room',
      answer: z.object({}),
      handle: async ({ body, audit }) => {
        const before = await routing.sections();
        if (!before.editable) throw notHere();
        await told(routing.preview({ trunk: '', dialled: '', at: 0 }, body.sections));
        for (const { name, text } of body.sections) {
          const old = before.sections.find((one) => one.name === name)?.text ?? '';
          if (old === text) continue;
          const personal = { old: old.slice(0, 4000), new: text.slice(0, 4000) };
          const facts = { path: name, old: hash(old), new: hash(text) };
          await audit({ event: 'settings', role: 'administrator', facts, personal });
        }
        await told(routing.save(body.sections, body.version));
        return {};
      },
    }),
  ];
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const notHere = (): Problem =>
  new Problem('not-now', {
    pl: 'Program działa na konfiguracji pokazowej. Utwórz plik config/halina.yaml, aby zapisywać ustawienia.',
    en: 'The program runs with the configuration of the demonstration. Make config/halina.yaml to keep settings.',
  });

/** Papers of a request: read, come back signed, delivered; and the whole handed over to the office's records. */
import { z } from 'zod';
import { day } from '../../../requests/machine/form.js';
import { channels } from '../../../requests/records.js';
import { accountDoer } from '../../doer.js';
import { streamOf } from '../../frame/file-stream.js';
import { json, raw, type Context, type Route } from '../../frame/route.js';
import { caseOf, doing, requestParams, within, type RequestParams, type RequestParts } from './common.js';
import { requestView, viewOf } from './views.js';

const paperParams = requestParams.extend({ n: z.coerce.number().int().min(1).max(1000) });
const text = z.string().trim().min(1).max(500);

/** Of a scanned letter, bytes; base64 takes a third more. */
const MOST_BYTES = 10_000_000;

/** Of a copy, made and fetched by the Secretary: whoever has the file could hear it, so the rules of hearing hold. */
function copyRoutes(parts: RequestParts): Route[] {
  const { requests } = parts;
  const opens = async (context: Context<RequestParams>): Promise<ReturnType<typeof accountDoer>> => {
    const facts = caseOf(requests, context.params.id);
    await context.permit('recording.hear', { ...facts, purpose: true });
    return doing(context, 'request.decide', facts);
  };
  const common = {
    needs: 'request.decide',
    params: requestParams,
    facts: ({ params }: { params: { id: string } }) => caseOf(requests, params.id),
    audit: 'in-room',
  } as const;
  return [
    json({
      ...common,
      method: 'POST',
      path: '/requests/:id/copy',
      summary: 'Makes the copy that was approved (GDPR 15), without what is cut, as a sealed file',
      answer: requestView,
      handle: async (context) => {
        const doer = await opens(context);
        const { asker, params } = context;
        return viewOf(parts, asker, await requests.makeCopy(doer, asker.person, params.id));
      },
    }),
    raw({
      ...common,
      method: 'GET',
      path: '/requests/:id/copy',
      summary: 'The copy, until it is handed over',
      type: 'application/zip',
      handle: async (context, _, reply) => {
        const doer = await opens(context);
        const { file, bytes } = await requests.copy(doer, context.asker.person, context.params.id);
        reply
          .header('content-disposition', 'attachment; filename="kopia-nagrania.zip"')
          .header('content-length', bytes);
        return reply.type('application/zip').send(streamOf(file, bytes));
      },
    }),
  ];
}

export function paperRoutes(parts: RequestParts): Route[] {
  const { requests, letters } = parts;
  const clerks = {
    needs: 'request.complete',
    facts: ({ params }: { params: { id: string } }) => caseOf(requests, params.id),
    audit: 'in-room',
    answer: requestView,
  } as const;
  return [
    ...copyRoutes(parts),
    raw({
      method: 'GET',
      path: '/forms/annex-1',
      summary: 'The form of Annex 1, to be filled in by hand',
      needs: 'request.file',
      audit: 'nothing',
      type: 'application/pdf',
      handle: async (_, __, reply) => {
        const pdf = await letters.blankForm();
        reply.header('content-disposition', 'inline; filename="zalacznik-1.pdf"');
        return reply.type('application/pdf').send(Buffer.from(pdf));
      },
    }),
    raw({
      method: 'GET',
      path: '/requests/:id/papers/:n',
      summary: 'A paper of the request, as it was made or as it came back signed',
      needs: 'request.see',
      params: paperParams,
      query: z.strictObject({ form: z.enum(['made', 'signed']).default('made') }),
      facts: within,
      audit: 'in-room',
      type: 'application/pdf',
      handle: async (context, _, reply) => {
        const { params, query, asker } = context;
        const pdf = await requests.paper(accountDoer(context), asker.person, params.id, params.n, query.form);
        reply.header('content-disposition', `inline; filename="pismo-${params.n}.pdf"`);
        return reply.type('application/pdf').send(pdf);
      },
    }),
    json({
      ...clerks,
      method: 'POST',
      path: '/requests/:id/papers/:n/signed',
      summary: 'The paper as it came back signed',
      params: paperParams,
      body: z.strictObject({ pdf: z.base64() }),
      bodyLimit: Math.ceil((MOST_BYTES * 4) / 3) + 1000,
      handle: async (context) => {
        const { params, body, asker } = context;
        const doer = await doing(context, clerks.needs, clerks.facts(context));
        const pdf = Buffer.from(body.pdf, 'base64');
        return viewOf(parts, asker, await requests.attachSigned(doer, asker.person, params.id, params.n, pdf));
      },
    }),
    json({
      ...clerks,
      method: 'POST',
      path: '/requests/:id/papers/:n/delivery',
      summary: 'How the paper went out, and the proof of it',
      params: paperParams,
      body: z.strictObject({ channel: z.enum(channels), on: day, proof: text }),
      handle: async (context) => {
        const { params, body, asker } = context;
        const doer = await doing(context, clerks.needs, clerks.facts(context));
        return viewOf(parts, asker, await requests.deliver(doer, asker.person, params.id, params.n, body));
      },
    }),
    json({
      ...clerks,
      method: 'POST',
      path: '/requests/:id/file-away',
      summary: "It is in the office's records; the time runs after which it is erased here",
      params: requestParams,
      body: z.strictObject({ on: day, caseSign: text.max(80) }),
      handle: async (context) => {
        const { params, body, asker } = context;
        const doer = await doing(context, clerks.needs, clerks.facts(context));
        const record = await requests.fileAway(doer, asker.person, params.id, body);
        return viewOf(parts, asker, record);
      },
    }),
  ];
}

/** Answers to what could not be read, made without any state (§ 8.2.7): the same request gets the same answer again. */
import { createHash, randomBytes } from 'node:crypto';
import { appendHeader } from '../message/fields.js';
import { branchOf, callIdOf } from '../message/headers.js';
import { makeResponse } from '../message/make.js';
import type { SipResponse } from '../message/message.js';
import type { ParseFailure } from '../message/parse.js';
import { warning } from '../message/views/numbers.js';

const salt = randomBytes(16);

/** The response to a failure, or undefined where it is to be dropped. */
export function refusalOf(failed: ParseFailure): SipResponse | undefined {
  const request = failed.partial;
  if (!request) return undefined;
  const tag = createHash('sha256').update(salt).update(branchOf(request)).update(callIdOf(request)).digest('hex');
  const response = makeResponse(request, failed.status, '', tag.slice(0, 16));
  appendHeader(response, 'warning', warning.format({ code: 399, agent: 'halina', text: failed.reason }));
  return response;
}

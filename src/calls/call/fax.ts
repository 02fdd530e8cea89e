/**
 * Fax between two parties (docs/decisions/fax.md): the one who asks for T.38 is answered by what the other one says to
 * the same question, and so is the one who wants sound again. Where the other one refuses, the call stays as it was, and
 * the machines go on in G.711.
 */
import type { Log } from '../../base/log.js';
import { reply } from './reply.js';
import type { FaxRequest, Side } from './side.js';

/** How the request was answered: what the two exchange now. */
export type FaxAnswer = 't38' | 'sound';

/** Asks the other party, and answers. */
export async function passFax({ request, terms }: FaxRequest, from: Side, to: Side, log: Log): Promise<FaxAnswer> {
  const asked = await to.ask(terms === undefined ? 'sendrecv' : { fax: terms });
  const { status } = asked;
  log.info({ from: from.leg, wants: terms ? 'fax' : 'sound', status }, 'a party changes between sound and fax');
  if (status >= 300) {
    await reply(request, status === 491 ? 491 : 488, log);
    return terms === undefined ? 't38' : 'sound';
  }
  await from.answer(request, asked.terms);
  return asked.terms === undefined ? 'sound' : 't38';
}

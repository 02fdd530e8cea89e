/** What the papers of a disclosure can say: the fields of their templates, as text for people. */
import { dayAt } from '../../config/calendar.js';
import type { Disclosure } from '../machine/disclosure.js';
import type { Rules } from '../machine/rules.js';
import type { Values } from './template.js';
import { dayInWords } from '../machine/words.js';
import { instantInWords } from './values.js';
import type { Naming } from './values.js';

export function disclosureValues(disclosure: Disclosure, { now, office, nameOf }: Naming, { zone }: Rules): Values {
  const { form, number, receivedOn, opinion, state } = disclosure;
  const who = (account: string, at: number): string => `${nameOf(account)}, ${instantInWords(at, zone)}`;
  return {
    office,
    today: dayInWords(dayAt(now, zone)),
    number,
    receivedOn: dayInWords(receivedOn),
    authority: form.authority,
    reference: form.reference,
    legalBasis: form.legalBasis,
    scope: form.scope,
    binding: form.binding ? 'żądanie wiążące' : 'żądanie niewiążące',
    calls: form.calls
      .map((call) => `${instantInWords(call.startedAt, zone)}, ${call.number ?? 'numer zastrzeżony'} (${call.id})`)
      .join('\n'),
    opinion: opinion
      ? `${opinion.verdict === 'for' ? 'pozytywna' : 'negatywna'}: ${opinion.text} (${nameOf(opinion.by)})`
      : 'nie wydano opinii',
    ...(state.phase === 'checked' || state.phase === 'approved' ? { findings: state.findings } : {}),
    ...(state.phase === 'handed_over'
      ? {
          findings: state.findings,
          approvedBy: who(state.approved.by, state.approved.at),
          handedBy: who(state.by, state.at),
          handedTo: state.to,
          receipt: state.receipt,
          sealedHash: state.sealed.sha256,
          sealedBytes: String(state.sealed.bytes),
        }
      : {}),
    ...(state.phase === 'refused' ? { reasons: state.reasons } : {}),
  };
}

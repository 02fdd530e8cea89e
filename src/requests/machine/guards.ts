/** Who may take a step, whatever the step: the table's `by`, one's own request, one's own call. */
import type { EventType, RefusalCode, Refused, RequestEvent } from './events.js';
import { callsOf } from './state.js';
import type { AccessRequest, Mover } from './state.js';
import { table } from './table.js';

type Attempt = Pick<RequestEvent, 'type' | 'by'>;

export const refuse = (code: RefusalCode, message: string): Refused => ({ code, message });

/** Steps that are about the paper: that somebody took part in the call is no bar to them. */
const clerical: ReadonlySet<EventType> = new Set<EventType>([
  'ask-completion',
  'complete',
  'withdraw',
  'enter-case-sign',
] as const);

const designated = (request: AccessRequest, by: Mover): boolean =>
  'approval' in request.state && request.state.approval.appointment.present.includes(by.account);

function mayMove(request: AccessRequest, { type, by }: Attempt): boolean {
  return table[type].by.some((kind) => {
    if (kind === 'system') return by.account === 'system';
    if (by.account === 'system') return false;
    return kind === 'designated' ? designated(request, by) : by.roles.includes(kind);
  });
}

/** Whether the person talked in one of these calls. */
export const tookPart = (by: Mover, calls: readonly { readonly extensions: readonly string[] }[]): boolean =>
  calls.some(({ extensions }) => extensions.some((extension) => by.extensions.includes(extension)));

/** Why this person can't take this step now; undefined where nothing of that stands in the way. */
export function barrier(request: AccessRequest, event: Attempt): Refused | undefined {
  const { by, type } = event;
  const { state } = request;
  if (!table[type].from.includes(state.phase)) {
    return refuse(
      'out-of-order',
      `wniosek nr ${request.number} jest już na innym etapie i tego kroku nie można teraz wykonać; odśwież stronę`,
    );
  }
  if (!mayMove(request, event)) {
    const fromList = table[type].by.includes('designated') && by.account !== 'system';
    if (fromList) return refuse('not-designated', 'tę czynność wykonuje osoba wyznaczona do obecności na odsłuchu');
    return refuse('not-yours', 'ta czynność nie należy do Twojej roli');
  }
  if (by.account === request.form.requester.account) {
    return refuse('own-request', 'nikt nie prowadzi własnego wniosku');
  }
  if (!clerical.has(type) && tookPart(by, callsOf(state))) {
    return refuse('took-part', 'nie można działać w sprawie rozmowy, w której się uczestniczyło');
  }
  return undefined;
}

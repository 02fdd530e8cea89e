/**
 * The two client transactions (RFC 3261 § 17.1, RFC 6026 § 7.2) as pure functions: a state and an event give the next
 * state and what is to be done. `client-transaction.ts` does it.
 *
 *   INVITE (figure 5, with RFC 6026's Accepted)        non-INVITE (figure 6)
 *   calling ──1xx──▶ proceeding                        trying ──1xx──▶ proceeding
 *   calling, proceeding ──2xx──▶ accepted ──M──▶ ∎     trying, proceeding ──final──▶ completed ──K──▶ ∎
 *   calling, proceeding ──300-699──▶ completed ──D──▶ ∎
 */
import type { SipResponse } from '../message/message.js';
import { PATIENCE, T1, T2, T4, TIMER_D, type TimerName } from './timers.js';

export type ClientEffect =
  | { readonly do: 'send' }
  | { readonly do: 'ack'; readonly response: SipResponse }
  | { readonly do: 'pass'; readonly response: SipResponse }
  | { readonly do: 'start'; readonly timer: TimerName; readonly ms: number }
  | { readonly do: 'stop'; readonly timer: TimerName }
  /** No final response in time (408 to the user). */
  | { readonly do: 'timeout' }
  /** The transport failed (503 to the user). */
  | { readonly do: 'unreachable' };

export type ClientEvent =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly response: SipResponse }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error' };

export type InviteClientState =
  | { readonly name: 'calling'; readonly interval: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' };

export type NonInviteClientState =
  | { readonly name: 'trying'; readonly interval: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

type Step<S> = readonly [next: S, effects: readonly ClientEffect[]];

const TERMINATED = { name: 'terminated' } as const;

export function inviteClient(state: InviteClientState, event: ClientEvent, reliable: boolean): Step<InviteClientState> {
  switch (state.name) {
    case 'calling':
      return calling(state, event, reliable);
    case 'proceeding':
      return event.type === 'response' ? inviteResponse(state, event.response, reliable) : lost(state, event);
    case 'completed':
      if (event.type === 'response' && event.response.status >= 300)
        return [state, [{ do: 'ack', response: event.response }]];
      if (event.type === 'transport-error') return [TERMINATED, [{ do: 'unreachable' }]];
      return event.type === 'timer' && event.timer === 'D' ? [TERMINATED, []] : [state, []];
    case 'accepted':
      if (event.type === 'response' && event.response.status >= 200 && event.response.status < 300)
        return [state, [{ do: 'pass', response: event.response }]];
      return event.type === 'timer' && event.timer === 'M' ? [TERMINATED, []] : [state, []];
    case 'terminated':
      return [state, []];
  }
}

function calling(
  state: InviteClientState & { name: 'calling' },
  event: ClientEvent,
  reliable: boolean,
): Step<InviteClientState> {
  if (event.type === 'start') {
    const retransmit: ClientEffect[] = reliable ? [] : [{ do: 'start', timer: 'A', ms: state.interval }];
    return [state, [{ do: 'send' }, ...retransmit, { do: 'start', timer: 'B', ms: PATIENCE }]];
  }
  if (event.type === 'timer' && event.timer === 'A') {
    const interval = state.interval * 2;
    return [{ name: 'calling', interval }, [{ do: 'send' }, { do: 'start', timer: 'A', ms: interval }]];
  }
  if (event.type === 'response') return inviteResponse(state, event.response, reliable);
  return lost(state, event);
}

function inviteResponse(state: InviteClientState, response: SipResponse, reliable: boolean): Step<InviteClientState> {
  const stop: ClientEffect[] = [
    { do: 'stop', timer: 'A' },
    { do: 'stop', timer: 'B' },
  ];
  const pass: ClientEffect = { do: 'pass', response };
  if (response.status < 200) return [{ name: 'proceeding' }, state.name === 'calling' ? [...stop, pass] : [pass]];
  if (response.status < 300) return [{ name: 'accepted' }, [...stop, pass, { do: 'start', timer: 'M', ms: PATIENCE }]];
  const effects: ClientEffect[] = [...stop, { do: 'ack', response }, pass];
  if (reliable) return [TERMINATED, effects];
  return [{ name: 'completed' }, [...effects, { do: 'start', timer: 'D', ms: TIMER_D }]];
}

/** What ends a transaction that still waits: timer B or F, or a transport that failed. */
function lost<S extends { readonly name: string }>(state: S, event: ClientEvent): Step<S | typeof TERMINATED> {
  if (event.type === 'transport-error') return [TERMINATED, [{ do: 'unreachable' }]];
  if (event.type === 'timer' && (event.timer === 'B' || event.timer === 'F')) return [TERMINATED, [{ do: 'timeout' }]];
  return [state, []];
}

export function nonInviteClient(
  state: NonInviteClientState,
  event: ClientEvent,
  reliable: boolean,
): Step<NonInviteClientState> {
  switch (state.name) {
    case 'trying':
      if (event.type === 'start') {
        const retransmit: ClientEffect[] = reliable ? [] : [{ do: 'start', timer: 'E', ms: state.interval }];
        return [state, [{ do: 'send' }, ...retransmit, { do: 'start', timer: 'F', ms: PATIENCE }]];
      }
      if (event.type === 'timer' && event.timer === 'E') {
        const interval = Math.min(state.interval * 2, T2);
        return [{ name: 'trying', interval }, [{ do: 'send' }, { do: 'start', timer: 'E', ms: interval }]];
      }
      return event.type === 'response' ? otherResponse(event.response, reliable) : lost(state, event);
    case 'proceeding':
      if (event.type === 'timer' && event.timer === 'E')
        return [state, [{ do: 'send' }, { do: 'start', timer: 'E', ms: T2 }]];
      return event.type === 'response' ? otherResponse(event.response, reliable) : lost(state, event);
    case 'completed':
      return event.type === 'timer' && event.timer === 'K' ? [TERMINATED, []] : [state, []];
    case 'terminated':
      return [state, []];
  }
}

function otherResponse(response: SipResponse, reliable: boolean): Step<NonInviteClientState> {
  const pass: ClientEffect = { do: 'pass', response };
  if (response.status < 200)
    return [{ name: 'proceeding' }, reliable ? [pass] : [pass, { do: 'start', timer: 'E', ms: T2 }]];
  const done: ClientEffect[] = [{ do: 'stop', timer: 'E' }, { do: 'stop', timer: 'F' }, pass];
  if (reliable) return [TERMINATED, done];
  return [{ name: 'completed' }, [...done, { do: 'start', timer: 'K', ms: T4 }]];
}

export const CALLING: InviteClientState = { name: 'calling', interval: T1 };
export const TRYING: NonInviteClientState = { name: 'trying', interval: T1 };

/**
 * The two server transactions (RFC 3261 § 17.2, RFC 6026 § 7.1) as pure functions.
 *
 *   INVITE (figure 7, with RFC 6026's Accepted)              non-INVITE (figure 8)
 *   proceeding ──2xx──▶ accepted ──L──▶ ∎                    trying ──1xx──▶ proceeding
 *   proceeding ──300-699──▶ completed ──ACK──▶ confirmed     trying, proceeding ──final──▶ completed ──J──▶ ∎
 *   completed ──H──▶ ∎ (no ACK)   confirmed ──I──▶ ∎
 *
 * The repetition of a 2xx until its ACK is the dialog's (§ 13.3.1.4): in Accepted, a repeated INVITE is only absorbed, and
 * an ACK is not the transaction's.
 */
import type { SipResponse } from '../message/message.js';
import { PATIENCE, T1, T2, T4, type TimerName } from './timers.js';

export type ServerEffect =
  | { readonly do: 'respond'; readonly response: SipResponse }
  | { readonly do: 'start'; readonly timer: TimerName; readonly ms: number }
  | { readonly do: 'stop'; readonly timer: TimerName }
  /** No ACK came for a final response. */
  | { readonly do: 'no-ack' }
  | { readonly do: 'unreachable' };

export type ServerEvent =
  /** The request again. */
  | { readonly type: 'repeat' }
  | { readonly type: 'ack' }
  | { readonly type: 'respond'; readonly response: SipResponse }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error' };

export type InviteServerState =
  | { readonly name: 'proceeding'; readonly last: SipResponse | undefined }
  | { readonly name: 'completed'; readonly last: SipResponse; readonly interval: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' };

export type NonInviteServerState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding'; readonly last: SipResponse }
  | { readonly name: 'completed'; readonly last: SipResponse }
  | { readonly name: 'terminated' };

type Step<S> = readonly [next: S, effects: readonly ServerEffect[]];

const TERMINATED = { name: 'terminated' } as const;

export function inviteServer(state: InviteServerState, event: ServerEvent, reliable: boolean): Step<InviteServerState> {
  switch (state.name) {
    case 'proceeding':
      if (event.type === 'repeat') return [state, state.last ? [{ do: 'respond', response: state.last }] : []];
      if (event.type === 'transport-error') return [TERMINATED, [{ do: 'unreachable' }]];
      return event.type === 'respond' ? inviteRespond(event.response, reliable) : [state, []];
    case 'completed':
      return completed(state, event, reliable);
    case 'confirmed':
      return event.type === 'timer' && event.timer === 'I' ? [TERMINATED, []] : [state, []];
    case 'accepted':
      if (event.type === 'respond' && event.response.status < 300 && event.response.status >= 200)
        return [state, [{ do: 'respond', response: event.response }]];
      return event.type === 'timer' && event.timer === 'L' ? [TERMINATED, []] : [state, []];
    case 'terminated':
      return [state, []];
  }
}

function inviteRespond(response: SipResponse, reliable: boolean): Step<InviteServerState> {
  const respond: ServerEffect = { do: 'respond', response };
  if (response.status < 200) return [{ name: 'proceeding', last: response }, [respond]];
  if (response.status < 300) return [{ name: 'accepted' }, [respond, { do: 'start', timer: 'L', ms: PATIENCE }]];
  const repeat: ServerEffect[] = reliable ? [] : [{ do: 'start', timer: 'G', ms: T1 }];
  const effects: ServerEffect[] = [respond, ...repeat, { do: 'start', timer: 'H', ms: PATIENCE }];
  return [{ name: 'completed', last: response, interval: T1 }, effects];
}

function completed(
  state: InviteServerState & { name: 'completed' },
  event: ServerEvent,
  reliable: boolean,
): Step<InviteServerState> {
  const respond: ServerEffect = { do: 'respond', response: state.last };
  switch (event.type) {
    case 'repeat':
      return [state, [respond]];
    case 'ack': {
      const stop: ServerEffect[] = [
        { do: 'stop', timer: 'G' },
        { do: 'stop', timer: 'H' },
      ];
      return reliable ? [TERMINATED, stop] : [{ name: 'confirmed' }, [...stop, { do: 'start', timer: 'I', ms: T4 }]];
    }
    case 'timer': {
      if (event.timer === 'H') return [TERMINATED, [{ do: 'no-ack' }]];
      if (event.timer !== 'G') return [state, []];
      const interval = Math.min(state.interval * 2, T2);
      return [{ ...state, interval }, [respond, { do: 'start', timer: 'G', ms: interval }]];
    }
    case 'transport-error':
      return [TERMINATED, [{ do: 'unreachable' }]];
    case 'respond':
      return [state, []];
  }
}

export function nonInviteServer(
  state: NonInviteServerState,
  event: ServerEvent,
  reliable: boolean,
): Step<NonInviteServerState> {
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      if (event.type === 'repeat')
        return [state, state.name === 'proceeding' ? [{ do: 'respond', response: state.last }] : []];
      if (event.type === 'transport-error') return [TERMINATED, [{ do: 'unreachable' }]];
      if (event.type !== 'respond') return [state, []];
      if (event.response.status < 200)
        return [{ name: 'proceeding', last: event.response }, [{ do: 'respond', response: event.response }]];
      if (reliable) return [TERMINATED, [{ do: 'respond', response: event.response }]];
      return [
        { name: 'completed', last: event.response },
        [
          { do: 'respond', response: event.response },
          { do: 'start', timer: 'J', ms: PATIENCE },
        ],
      ];
    case 'completed':
      if (event.type === 'repeat') return [state, [{ do: 'respond', response: state.last }]];
      if (event.type === 'transport-error') return [TERMINATED, [{ do: 'unreachable' }]];
      return event.type === 'timer' && event.timer === 'J' ? [TERMINATED, []] : [state, []];
    case 'terminated':
      return [state, []];
  }
}

export const PROCEEDING: InviteServerState = { name: 'proceeding', last: undefined };
export const WAITING: NonInviteServerState = { name: 'trying' };

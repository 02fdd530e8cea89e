/** Runs a table of arrows through a transaction's machine: one row of a table, one arrow of the RFC's figure. */
import { expect } from 'chai';
import type { SipResponse } from '../../../src/sip/message/message.js';
import type { Machine } from '../../../src/sip/transaction/machine.js';

/** Effects in short: `send`, `pass 200`, `A 500` (timer started), `stop A`… */
interface Effect {
  readonly do: string;
  readonly response?: SipResponse;
  readonly timer?: string;
  readonly ms?: number;
}

export const response = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  fields: [],
  body: Buffer.alloc(0),
});

export function brief(effect: Effect): string {
  if (effect.do === 'start') return `${effect.timer} ${effect.ms}`;
  if (effect.do === 'stop') return `stop ${effect.timer}`;
  return effect.response ? `${effect.do} ${effect.response.status}` : effect.do;
}

export interface Arrow<State, Event> {
  readonly name: string;
  readonly from: State;
  readonly event: Event;
  /** Name of the state that it leads to. */
  readonly to: string;
  readonly effects: readonly string[];
  /** On a reliable transport too, where that differs. */
  readonly reliably?: { readonly to?: string; readonly effects: readonly string[] };
}

export function checkArrows<State extends { readonly name: string }, Event, E extends Effect>(
  machine: Machine<State, Event, E>,
  arrows: readonly Arrow<State, Event>[],
): void {
  for (const arrow of arrows)
    for (const reliable of [false, true]) {
      const expected = reliable ? { to: arrow.to, effects: arrow.effects, ...arrow.reliably } : arrow;
      it(`${arrow.from.name}: ${arrow.name} → ${expected.to}${reliable ? ' (reliable)' : ''}`, () => {
        const [next, effects] = machine(arrow.from, arrow.event, reliable);
        expect(next.name).to.equal(expected.to);
        expect(effects.map(brief)).to.deep.equal(expected.effects);
      });
    }
}

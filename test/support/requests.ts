/** People, forms and calls for tests of the access request, and a way to walk one from state to state. */
import { requestForm } from '../../src/requests/machine/form.js';
import type { MatchedCall, RequestForm } from '../../src/requests/machine/form.js';
import type { Effect, RequestEvent } from '../../src/requests/machine/events.js';
import { defaultRules } from '../../src/requests/machine/rules.js';
import type { AccessRequest, Appointment, Kind, Mover } from '../../src/requests/machine/state.js';
import { file, transition } from '../../src/requests/machine/transition.js';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Monday, 2 March 2026, 10:00 in Warsaw. */
export const monday = Date.UTC(2026, 2, 2, 9);

const mover = (account: string, more: Partial<Mover>): Mover => ({
  account,
  roles: [],
  units: [],
  extensions: [],
  ...more,
});
export const people = {
  front: mover('front', { roles: ['front_office'] }),
  staff: mover('staff', { roles: ['staff'], authorisation: 'up-1' }),
  secretary: mover('secretary', { roles: ['secretary'], authorisation: 'up-2' }),
  dpo: mover('dpo', { roles: ['dpo'] }),
  head: mover('head', { roles: ['unit_head'], units: ['USC'], extensions: ['299'] }),
  otherHead: mover('otherHead', { roles: ['unit_head'], units: ['GK'] }),
  admin: mover('admin', { roles: ['administrator'], authorisation: 'up-3' }),
  auditor: mover('auditor', { roles: ['auditor'] }),
  system: mover('system', {}),
} as const satisfies Record<string, Mover>;
export type Who = keyof typeof people;

export const form = (more: Partial<RequestForm> = {}): RequestForm =>
  requestForm.parse({
    requester: {
      name: 'Żaneta Świątek-Łoś',
      address: { street: 'Spółdzielcza 1', postalCode: '05-074', town: 'Halinów' },
      identity: { how: 'identity-card' },
    },
    number: '501 234 567',
    calls: [{ on: '2026-02-20', time: '10:15' }],
    concerns: 'Ustalenia w sprawie odpisu aktu',
    purpose: 'Złożenie skargi',
    signed: true,
    statesParticipation: true,
    ...more,
  });

export const call = (more: Partial<MatchedCall> = {}): MatchedCall => ({
  id: 'c1',
  startedAt: monday - 10 * DAY,
  number: '+48501234567',
  withheld: false,
  extensions: ['201'],
  units: ['USC'],
  ...more,
});

export const appointment = (at: number, more: Partial<Appointment> = {}): Appointment => ({
  at,
  place: 'pokój 12',
  present: ['staff'],
  ...more,
});

/** An event without who and when. */
export type Action = RequestEvent extends infer E ? (E extends RequestEvent ? Omit<E, 'by' | 'at'> : never) : never;

/** A request under way; a step that is refused throws, unless `refusal` asks for it. */
export class Walk {
  request: AccessRequest;
  effects: readonly Effect[];
  at: number;

  constructor(kind: Kind = 'ordinance', filed: RequestForm = form(), at = monday) {
    this.at = at;
    const filing = { id: 'r1', number: '17/2026', kind, receivedOn: '2026-03-02', form: filed, by: people.front, at };
    const step = file(filing);
    if ('refused' in step) throw new Error(step.refused.message);
    this.request = step.request;
    this.effects = step.effects;
  }

  get phase(): string {
    return this.request.state.phase;
  }

  do(who: Who | Mover, action: Action): this {
    const step = this.#try(who, action);
    if ('refused' in step) throw new Error(`${action.type} in ${this.phase}: ${step.refused.code}`);
    this.request = step.request;
    this.effects = step.effects;
    return this;
  }

  refusal(who: Who | Mover, action: Action): string {
    const step = this.#try(who, action);
    return 'refused' in step ? step.refused.code : `taken, to ${step.request.state.phase}`;
  }

  later(ms: number): this {
    this.at += ms;
    return this;
  }

  get papers(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.do === 'make-paper' ? [effect.paper] : []));
  }

  #try(who: Who | Mover, action: Action) {
    const by = typeof who === 'string' ? people[who] : who;
    return transition(this.request, { ...action, by, at: this.at }, defaultRules);
  }

  matched = (calls = [call()]): this =>
    this.do('front', { type: 'match', calls, participation: 'oświadczenie i dowód osobisty' });
  opinions = (calls = [call()]): this => this.matched(calls).do('system', { type: 'ask-opinions' });
  decision = (): this => {
    this.opinions().do('dpo', { type: 'give-opinion', on: { of: 'dpo' }, verdict: 'for', reasons: 'brak zastrzeżeń' });
    const on = { of: 'unit', unit: 'USC' } as const;
    return this.do('head', { type: 'give-opinion', on, verdict: 'against', reasons: 'dane innej osoby' });
  };
  approved = (present: readonly string[] = ['staff']): this =>
    this.decision().do('secretary', { type: 'approve', appointment: appointment(this.at + DAY, { present }) });
  inSession = (present?: readonly string[]): this => this.approved(present).later(DAY).do('staff', open);
  noShow = (): this =>
    this.approved()
      .later(DAY + HOUR)
      .do('staff', { type: 'no-show' });
}

export const open: Action = { type: 'open-session', browserSession: 'b1', identity: 'dowód osobisty' };

/** An office with an account for each who acts in an access request, over the console's routes. */
import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import type { Role } from '../../../src/accounts/roles.js';
import type { RequestView } from '../../../src/console/routes/requests/views.js';
import { requestForm, type RequestForm } from '../../../src/requests/machine/form.js';
import type { Kind } from '../../../src/requests/machine/state.js';
import { RedisStand, type Visitor } from './stand.js';
import { Whole } from './whole.js';

const acting = ['front_office', 'staff', 'dpo', 'unit_head', 'secretary', 'administrator'] as const;

/** About the one call that there is. */
export const formOf = (more: Partial<RequestForm> = {}): RequestForm =>
  requestForm.parse({
    requester: {
      name: 'Żaneta Świątek-Łoś',
      address: { street: 'Spółdzielcza 1', postalCode: '05-074', town: 'Halinów' },
      identity: { how: 'identity-card' },
    },
    number: '600 100 200',
    calls: [{ on: '2026-01-05', time: '08:55' }],
    concerns: 'Ustalenia w sprawie odpisu aktu',
    purpose: 'Złożenie skargi',
    signed: true,
    statesParticipation: true,
    ...more,
  });

export class RequestPeople {
  readonly ids: Record<Role, string> = {} as Record<Role, string>;
  readonly visitors: Record<Role, Visitor> = {} as Record<Role, Visitor>;
  authorisation = '';

  private constructor(
    readonly whole: Whole,
    private readonly own?: RedisStand,
  ) {}

  /** With a Redis of its own, which ends with it. */
  static async alone(): Promise<RequestPeople> {
    const redis = await RedisStand.start();
    return RequestPeople.open(redis, redis);
  }

  static async open(redis: RedisStand, own?: RedisStand): Promise<RequestPeople> {
    const office = new RequestPeople(await Whole.open(redis), own);
    // The Secretary last but one: from then on roles that hear wait for a second person.
    for (const role of acting.toSorted((a, b) => Number(a === 'secretary') - Number(b === 'secretary'))) {
      office.ids[role] = await office.whole.account(role.replace('_', '.'), role);
      office.visitors[role] = await office.whole.visitor(office.ids[role]);
    }
    await office.whole.accounts.update({ actor: { by: 'system' } }, office.ids.unit_head, { units: ['USC'] });
    office.authorisation = await office.whole.authorise(office.ids.staff);
    return office;
  }

  get call(): string {
    return this.whole.call.entry.id;
  }

  /** One step, whatever comes of it. */
  try(who: Role, step: string, id: string, body: object = {}): Promise<LightMyRequestResponse> {
    return this.whole.ask('POST', `/requests/${id}/${step}`, this.visitors[who], body);
  }

  async do(who: Role, step: string, id: string, body: object = {}): Promise<RequestView> {
    const reply = await this.try(who, step, id, body);
    expect(reply.statusCode, `${who} ${step}: ${reply.payload}`).to.equal(200);
    return reply.json<RequestView>();
  }

  async look(who: Role, id: string): Promise<RequestView> {
    return (await this.whole.ask('GET', `/requests/${id}`, this.visitors[who])).json<RequestView>();
  }

  async filed(more: Partial<RequestForm> = {}, kind: Kind = 'ordinance'): Promise<string> {
    const body = { kind, receivedOn: '2026-01-05', form: formOf(more) };
    const reply = await this.whole.ask('POST', '/requests', this.visitors.front_office, body);
    expect(reply.statusCode, reply.payload).to.equal(200);
    return reply.json<RequestView>().id;
  }

  matching = () => ({ calls: [this.call], participation: 'oświadczenie i dowód osobisty' });

  async matched(id: string): Promise<void> {
    const found = await this.whole.ask('GET', `/requests/${id}/candidates`, this.visitors.front_office);
    expect(found.json<{ calls: { id: string }[] }>().calls.map((call) => call.id)).to.deep.equal([this.call]);
    await this.do('front_office', 'match', id, this.matching());
  }

  async opinions(id: string): Promise<void> {
    await this.do('dpo', 'opinion-dpo', id, { verdict: 'for', reasons: 'brak zastrzeżeń' });
    await this.do('unit_head', 'opinion-unit', id, { unit: 'USC', verdict: 'for', reasons: 'brak zastrzeżeń' });
  }

  /** Filed, matched, with opinions, and a date tomorrow. */
  async approved(): Promise<string> {
    const id = await this.filed();
    await this.matched(id);
    await this.opinions(id);
    const at = this.whole.clock.now() + 24 * 3_600_000;
    const appointment = { at, place: 'pokój 12', present: [this.ids.staff] };
    await this.do('secretary', 'approve', id, { appointment });
    return id;
  }

  /** Sessions do not last over the night. */
  async nextDay(): Promise<void> {
    this.whole.clock.advance(24 * 3_600_000);
    for (const role of acting) this.visitors[role] = await this.whole.visitor(this.ids[role]);
  }

  async close(): Promise<void> {
    await this.whole.close();
    await this.own?.close();
  }
}

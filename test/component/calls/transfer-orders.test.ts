/** Whatever parties and handsets do, in whatever order: a call ends whole, and nobody is left in a call that is over. */
import { expect } from 'chai';
import fc from 'fast-check';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';
import { replacing } from '../../support/calls/talk.js';
import type { FakeDialog, FakeInvite } from '../../support/calls/scripted-sip.js';

const extensions = ['201', '202', '203'] as const;
type Extension = (typeof extensions)[number];

type Action =
  | { readonly do: 'send'; readonly by: Extension; readonly to: string }
  | { readonly do: 'hand-over'; readonly by: Extension; readonly over: number }
  | { readonly do: 'dial'; readonly by: Extension; readonly to: string }
  | { readonly do: 'rings' | 'answers' | 'refuses'; readonly which: number }
  | { readonly do: 'leaves'; readonly which: number }
  | { readonly do: 'gives-up'; readonly which: number }
  | { readonly do: 'holds'; readonly held: boolean }
  | { readonly do: 'waits'; readonly ms: number }
  | { readonly do: 'caller-leaves' };

const who = fc.constantFrom(...extensions);
const any = fc.nat(5);
const target = fc.constantFrom('201', '202', '203', '*61', '0501502503', '299');

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), by: who, to: target }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hand-over' as const), by: who, over: any }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('dial' as const),
      by: who,
      to: fc.constantFrom('201', '202', '203', '*8', '*61'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('rings' as const, 'answers' as const), which: any }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuses' as const), which: any }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('leaves' as const, 'gives-up' as const), which: any }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('holds' as const), held: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('waits' as const), ms: fc.constantFrom(500, 30_000, 120_000) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'caller-leaves' as const }) },
);

/** An office in which a caller and 201 talk, and all the dialogs that come to be there. */
class Play {
  readonly office = new Office();
  readonly #dialled: { readonly by: Extension; readonly invite: FakeInvite }[] = [];
  #caller: FakeInvite | undefined;

  async begin(): Promise<void> {
    this.#caller = await this.office.callerCalls();
    await this.office.hearNotice(this.#caller);
    await this.office.answer('201');
    this.#prepare();
  }

  /** The dialogs of handsets that are up. */
  get dialogs(): FakeDialog[] {
    const made = this.office.sip.invites.flatMap((invite) => invite.made ?? []);
    const dialled = this.#dialled.flatMap(({ invite }) => invite.dialog ?? []);
    return [...made, ...dialled].filter((dialog) => !dialog.ended);
  }

  get outside(): FakeDialog | undefined {
    return this.#caller?.dialog;
  }

  /** New dialogs answer our offers. */
  #prepare(): void {
    for (const dialog of this.dialogs) dialog.answerBody = 'v=0 answer';
  }

  #of<T>(list: readonly T[], which: number): T | undefined {
    return list.length === 0 ? undefined : list[which % list.length];
  }

  async do(action: Action): Promise<void> {
    const { office } = this;
    switch (action.do) {
      case 'send':
        this.#of(this.dialogs, Number(action.by))?.peer('REFER', '', { 'Refer-To': `<sip:${action.to}@192.0.2.1>` });
        break;
      case 'hand-over': {
        const [from, over] = [this.#of(this.dialogs, Number(action.by)), this.#of(this.dialogs, action.over)];
        if (from && over) from.peer('REFER', '', { 'Refer-To': replacing('202', over) });
        break;
      }
      case 'dial': {
        const invite = office.invite(action.by, action.to, 'v=0', { From: `<sip:${action.by}@x>;tag=t` });
        this.#dialled.push({ by: action.by, invite });
        office.calls.invite(invite);
        break;
      }
      case 'rings':
        this.#of(office.ringing(), action.which)?.progress();
        break;
      case 'answers':
        this.#of(office.ringing(), action.which)?.answer();
        break;
      case 'refuses':
        this.#of(office.ringing(), action.which)?.refuse(486);
        break;
      case 'leaves':
        this.#of(this.dialogs, action.which)?.hangUp();
        break;
      case 'gives-up': {
        const open = this.#dialled.filter(({ invite }) => !invite.answered);
        this.#of(open, action.which)?.invite.cancel();
        break;
      }
      case 'holds':
        for (const session of office.media.sessions)
          if (!session.closed) session.emit('hold', { leg: 'inside', held: action.held });
        break;
      case 'waits':
        office.clock.advance(action.ms);
        break;
      case 'caller-leaves':
        if (this.outside && !this.outside.ended) this.outside.hangUp();
        break;
    }
    await settled();
    this.#prepare();
  }

  /** Everybody hangs up, one after the other, and all the time passes that anyone might wait for. */
  async finish(): Promise<void> {
    if (this.outside && !this.outside.ended) this.outside.hangUp();
    await settled();
    for (let round = 0; round < 20 && this.office.calls.calls.length > 0; round++) {
      for (const invite of this.office.ringing()) invite.refuse(480);
      for (const dialog of this.dialogs) dialog.hangUp();
      for (const { invite } of this.#dialled) if (!invite.answered) invite.cancel();
      await this.office.pass(120_000);
      await this.office.pass(PROMPT_MS);
    }
  }

  get unanswered(): FakeInvite[] {
    return this.#dialled.map(({ invite }) => invite).filter((invite) => !invite.answered);
  }
}

describe('calls that are sent about', () => {
  it('end whole, whatever happens in whatever order', async function () {
    this.timeout(180_000);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 14 }), async (actions) => {
        const play = new Play();
        await play.begin();
        for (const one of actions) await play.do(one);
        const { office } = play;
        // Whoever the program has no call for any more was hung up on.
        if (office.calls.calls.length === 0) expect(play.dialogs, 'dialogs without a call').to.have.length(0);
        await play.finish();
        expect(office.calls.calls, 'calls that do not end').to.have.length(0);
        expect(play.dialogs, 'dialogs left').to.have.length(0);
        expect(office.ringing(), 'handsets left ringing').to.have.length(0);
        expect(play.unanswered, 'INVITEs without an answer').to.have.length(0);
        expect(office.media.sessions.every(({ closed }) => closed)).to.equal(true);
        expect(office.clock.pendingTimers, 'timers left').to.equal(0);
        checkEntries(office);
      }),
      { numRuns: 300 },
    );
  });
});

function checkEntries({ ledger }: Office): void {
  expect(ledger.ended.length, 'calls written').to.equal(ledger.begun.length);
  for (const { entry } of ledger.ended) {
    const places = entry.parts.filter(({ kind }) => kind !== 'hold' && kind !== 'stopped');
    for (const [n, part] of places.entries()) {
      expect(part.to, `${part.kind} has an end`).to.be.at.least(part.from);
      // Somebody is with the outside party, or it waits, at every moment: the parts have no gap.
      if (n > 0) expect(part.from).to.equal(places[n - 1]?.to);
    }
    if (entry.talkMs !== undefined) expect(places.at(-1)?.to).to.equal(entry.talkMs);
  }
}

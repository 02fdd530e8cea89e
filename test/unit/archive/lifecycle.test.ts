import { expect } from 'chai';
import { begun, dutiesOf, transition } from '../../../src/archive/lifecycle.js';
import type { CallEvent, CallRecord, CallState, Phase } from '../../../src/archive/lifecycle.js';
import type { Guard } from '../../../src/archive/guards.js';
import { HalinaError } from '../../../src/base/errors.js';
import { entryAt } from '../../support/archive-fixture.js';

const entry = entryAt(1_000_000);
const { connectedAt, ...unconnected } = entry;
const spool = { bytes: 10, spanMs: 20 };
const recording = { bytes: 5, sha256: 'ab', durationMs: 7 };

const states: Record<Phase, CallState> = {
  running: { phase: 'running' },
  closed: { phase: 'closed', spool },
  failed: { phase: 'failed', spool, error: 'no' },
  recorded: { phase: 'recorded', recording },
  unrecorded: { phase: 'unrecorded', why: 'choice', at: 1 },
  evicted: { phase: 'evicted', why: 'age', at: 2, recording },
  erased: { phase: 'erased', at: 2, askedBy: 'a', confirmedBy: 'b', reason: 'an objection' },
};

const doer = { by: 'a' };
const guard: Guard = { id: '1', effect: 'hold', kind: 'request', by: 'a', reason: 'case 7', at: 1 };
const erasure = { type: 'erased', at: 7, askedBy: 'a', confirmedBy: 'b', reason: 'an objection', doer } as const;

const events: Record<string, CallEvent> = {
  'spool-opened': { type: 'spool-opened', at: 3 },
  'spool-refused': { type: 'spool-refused' },
  'ended, with a spool': { type: 'ended', at: 4, entry, spool },
  'ended, without': { type: 'ended', at: 4, entry, spool: undefined },
  encoded: { type: 'encoded', recording },
  'gave-up': { type: 'gave-up', error: 'no' },
  'spool-missing': { type: 'spool-missing', at: 5 },
  respooled: { type: 'respooled', spool },
  evicted: { type: 'evicted', at: 6, why: 'quota' },
  guarded: { type: 'guarded', guard, doer },
  released: { type: 'released', guard: '1', released: { at: 2, by: 'a', reason: 'done' }, doer },
  noted: { type: 'noted', at: 2, text: 'a note', doer },
  erased: { ...erasure, again: false },
  'erased, again': { ...erasure, again: true },
};

/** What may be said of a call in any state in which it is remembered, and what a restored backup may need. */
const always = (phase: Phase): Record<string, Phase> => ({ guarded: phase, noted: phase, 'erased, again': 'erased' });

/** Every event that means something, by state; all others are out of order. */
const table: Record<Phase, Record<string, Phase>> = {
  running: {
    ...always('running'),
    'spool-opened': 'running',
    'spool-refused': 'running',
    'ended, with a spool': 'closed',
    'ended, without': 'unrecorded',
  },
  closed: {
    ...always('closed'),
    encoded: 'recorded',
    'gave-up': 'failed',
    'spool-missing': 'unrecorded',
    evicted: 'evicted',
  },
  failed: {
    ...always('failed'),
    erased: 'erased',
    encoded: 'recorded',
    'spool-missing': 'unrecorded',
    evicted: 'evicted',
  },
  recorded: { ...always('recorded'), erased: 'erased', respooled: 'closed', evicted: 'evicted' },
  unrecorded: { ...always('unrecorded'), erased: 'erased' },
  evicted: { ...always('evicted'), erased: 'erased' },
  erased: {},
};

describe('the life of a call in the archive', () => {
  for (const [phase, state] of Object.entries(states) as [Phase, CallState][]) {
    for (const [name, event] of Object.entries(events)) {
      const next = table[phase][name];
      it(`${phase}, ${name}: ${next ?? 'out of order'}`, () => {
        const record: CallRecord = { entry, state, dialogs: [] };
        if (next === undefined) expect(() => transition(record, event)).to.throw(HalinaError, entry.id);
        else expect(transition(record, event).state.phase).to.equal(next);
        expect(record.state).to.equal(state); // nothing is changed in place
      });
    }
  }

  it('says why a call has no recording', () => {
    const end = (record: CallRecord, changes: object, withSpool = false): unknown => {
      const event = { type: 'ended', at: 4, entry: { ...record.entry, ...changes } } as const;
      const { state } = transition(record, { ...event, spool: withSpool ? spool : undefined });
      return state.phase === 'unrecorded' ? state.why : state.phase;
    };
    expect(end(begun(entry), {})).to.equal('failed');
    expect(end(begun(unconnected), {})).to.equal('not-connected');
    expect(end(begun(entry), { record: { wanted: false, why: 'choice' } })).to.equal('choice');
    expect(end(begun(entry), { record: { wanted: false, why: 'choice' } }, true)).to.equal('choice');
    expect(end(transition(begun(entry), { type: 'spool-refused' }), {})).to.equal('no-room');
    expect(end(begun({ ...entry, connectedAt: connectedAt ?? 0 }), {}, true)).to.equal('closed');
  });

  it('keeps with the recording that its spool was cut', () => {
    const closed: CallRecord = { entry, state: { phase: 'closed', spool: { ...spool, cut: 'no-room' } }, dialogs: [] };
    const { state } = transition(closed, { type: 'encoded', recording });
    expect(state).to.deep.equal({ phase: 'recorded', recording: { ...recording, cut: 'no-room' } });
  });

  it('has duties that leave nothing behind that the state does not need', () => {
    expect(dutiesOf(states.running)).to.deep.equal([]);
    expect(dutiesOf(states.closed)).to.deep.equal(['encode']);
    expect(dutiesOf(states.failed)).to.deep.equal(['encode']);
    expect(dutiesOf(states.recorded)).to.deep.equal(['remove-spool']);
    expect(dutiesOf(states.unrecorded)).to.deep.equal(['remove-spool']);
    expect(dutiesOf(states.erased)).to.deep.equal(['remove-recording', 'remove-spool']);
    expect(dutiesOf(states.evicted)).to.deep.equal(['remove-recording', 'remove-spool']);
  });
});

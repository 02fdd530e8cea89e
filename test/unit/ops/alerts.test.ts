import { expect } from 'chai';
import type { Channel, Notice } from '../../../src/ops/alerts.js';
import { Alerts } from '../../../src/ops/alerts.js';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { VirtualClock } from '../../support/virtual-clock.js';

interface Arranged {
  readonly clock: VirtualClock;
  readonly alarms: Alarms;
  readonly alerts: Alerts;
  /** Each message as `raised CODE, resolved CODE`. */
  readonly told: string[];
  broken: boolean;
  /** Lets time pass, and what is sent be sent. */
  readonly pass: (ms: number) => Promise<void>;
}

function arranged({ atMost = 20 } = {}): Arranged {
  const clock = new VirtualClock();
  const told: string[] = [];
  const state = { broken: false };
  const channel: Channel = {
    name: 'test',
    tell(notices: readonly Notice[]) {
      if (state.broken) return Promise.reject(new Error('no way'));
      told.push(notices.map(({ status, alarm }) => `${status} ${alarm.code}`).join(', '));
      return Promise.resolve();
    },
  };
  const alarms = new Alarms(clock, silentLog);
  const alerts = new Alerts({ channel, clock, log: silentLog, atMost, afterMs: 30_000 });
  alarms.listen({ raised: (alarm) => alerts.raised(alarm), cleared: (alarm) => alerts.cleared(alarm) });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    clock.advance(0);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return Object.assign(state, { clock, alarms, alerts, told, pass });
}

const [A, B, C, D] = ['TRUNK_DOWN', 'BUDGET_FULL', 'AUDIT_FAILED', 'PART_SILENT'] as const;

describe('alerts', () => {
  it('tell an alarm that stands, once, and that it is over', async () => {
    const { alarms, told, pass } = arranged();
    alarms.raise('TRUNK_DOWN', 'provider', 'it does not answer');
    alarms.raise('TRUNK_DOWN', 'provider', 'it does not answer');
    await pass(29_000);
    expect(told).to.deep.equal([]);
    await pass(2000);
    expect(told).to.deep.equal(['raised TRUNK_DOWN']);
    alarms.clear('TRUNK_DOWN', 'provider');
    await pass(1);
    expect(told).to.deep.equal(['raised TRUNK_DOWN', 'resolved TRUNK_DOWN']);
  });

  it('say nothing of what is over before anybody could look', async () => {
    const { alarms, told, pass } = arranged();
    alarms.raise(A, 'x', 'm');
    await pass(10_000);
    alarms.clear(A, 'x');
    await pass(100_000);
    expect(told).to.deep.equal([]);
  });

  it('do not flood: what comes faster than may be sent is told together', async () => {
    const { alarms, told, pass } = arranged({ atMost: 2 });
    for (const code of [A, B, C, D]) {
      alarms.raise(code, 'x', 'm');
      await pass(31_000);
    }
    expect(told).to.deep.equal([`raised ${A}`, `raised ${B}`]);
    await pass(3_600_000);
    expect(told).to.deep.equal([`raised ${A}`, `raised ${B}`, `raised ${C}, raised ${D}`]);
  });

  it('try again, later each time, with what came meanwhile', async () => {
    const arrangement = arranged();
    const { alarms, told, pass } = arrangement;
    arrangement.broken = true;
    alarms.raise(A, 'x', 'm');
    await pass(31_000);
    await pass(10_000);
    alarms.raise(B, 'x', 'm');
    await pass(20_000);
    arrangement.broken = false;
    await pass(40_000);
    expect(told).to.deep.equal([`raised ${A}, raised ${B}`]);
  });

  it('tell what waits when the program stops', async () => {
    const { alarms, alerts, told, pass } = arranged({ atMost: 1 });
    alarms.raise(A, 'x', 'm');
    await pass(31_000);
    alarms.clear(A, 'x');
    await pass(1000);
    expect(told).to.deep.equal([`raised ${A}`]);
    await alerts.close();
    expect(told).to.deep.equal([`raised ${A}`, `resolved ${A}`]);
  });
});

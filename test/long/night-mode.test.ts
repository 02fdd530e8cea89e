/** Night mode, which a handset sets and ends by code: what callers hear, who rings, and what is recorded. */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture } from '../support/e2e/capture.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { anchored, expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { dialsCode, expectHeard, keptCall } from '../support/e2e/office-day.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { Wire } from '../support/e2e/wire.js';

const ALL_DAY = ['00:00-24:00'];

describe('an office at night', function () {
  this.timeout(90_000);
  before(needsNamespace);
  const shared = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice() },
      routes: [{ name: 'hours', numbers: ['+48227836002'], to: { hours: 'front' } }],
      schedules: [
        {
          name: 'always',
          week: { mon: ALL_DAY, tue: ALL_DAY, wed: ALL_DAY, thu: ALL_DAY, fri: ALL_DAY, sat: ALL_DAY, sun: ALL_DAY },
          holidays: 'open',
          code: '28',
          switchedBy: ['202'],
        },
      ],
      hours: [{ name: 'front', schedule: 'always', open: { handsets: ['202'] }, closed: { announce: 'closed' } }],
    }),
  );
  let second: Baresip;
  before(async () => {
    second = await handset(1);
    keep(second.process);
  });
  afterEach(stopAll);

  it('night mode by code: callers hear that it is closed, nothing rings; and by the code for its end they get through', async () => {
    await dialsCode(shared(), second, '*28*1', 1);
    const night = await Capture.start();
    const sound = await outsideSound();
    const values = { wait: 60_000, number: '48227836002' };
    const refused = await outsideCall('caller-waits', values);
    await refused.done();
    const atNight = new Wire(await night.stop());
    await expectHeard(atNight.toCaller, 'pl/closed');
    expect(atNight.all(address.officeFace, address.handset(1), /^INVITE/), 'calls to the handset').to.have.length(0);
    const [unanswered] = await shared().loggedTimes('call ended', 1);
    expect(unanswered?.['recording']).not.to.equal('recorded');

    await dialsCode(shared(), second, '#28', 2);
    const day = await Capture.start();
    await sound.stop();
    await outsideSound();
    const caller = await outsideCall('caller-waits', values);
    await second.event('CALL_ESTABLISHED');
    await wait(3_500);
    await second.command('hangup');
    await caller.done();
    const { recording } = await keptCall(shared());
    const wire = new Wire(await day.stop());
    const from = wire.answeredBy(address.handset(1));
    const truth = { outside: wire.fromCaller, employee: wire.fromHandset, from };
    expectBothTalk(recording, anchored(recording, truth), 1, recording.seconds - 0.5);
  });
});

/** A queue: what a caller hears while it waits for the one telephone that takes its calls, and what is recorded. */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture } from '../support/e2e/capture.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { anchored, expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { expectHeard, keptCall } from '../support/e2e/office-day.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { level } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';

/** RTP port of a second caller. */
const WAITING_MEDIA = 9010;
describe('a caller in a queue', function () {
  this.timeout(90_000);
  before(needsNamespace);
  const shared = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice() },
      routes: [{ name: 'queue', numbers: ['+48227836002'], to: { queue: 'line' } }],
      queues: [{ name: 'line', agents: ['201'] }],
    }),
  );
  let first: Baresip;
  before(async () => {
    first = await handset(0);
    keep(first.process);
  });
  afterEach(stopAll);

  it('who waits in a queue hears its place and music, and nothing of that is recorded', async () => {
    const number = '48227836002';
    await outsideSound();
    const talks = await outsideCall('caller-waits', { wait: 60_000, number });
    await first.event('CALL_ESTABLISHED');
    const capture = await Capture.start();
    await outsideSound({ base: WAITING_MEDIA });
    const waits = await outsideCall('caller-waits', { wait: 60_000, number, media: WAITING_MEDIA }, { port: 5062 });
    await shared().loggedTimes('the caller comes to a queue', 2);
    await wait(6_500); // the place is said in four, then there is music
    await first.command('hangup');
    await talks.done();
    await first.event('CALL_ESTABLISHED');
    await wait(4_000);
    await first.command('hangup');
    await waits.done();
    const { recording, entry } = await keptCall(shared(), 2);
    const wire = new Wire(await capture.stop(), WAITING_MEDIA);
    const from = wire.answeredBy(address.handset(0));
    const waited = wire.toCaller.filter(({ time }) => time < from);
    await expectHeard(waited, 'pl-parts/position-next');
    expect(level(soundOf(waited, from - 1.2, from - 0.2)), 'music before the answer').to.be.within(-40, -8);
    expect(entry.parts.map(({ kind, extension }) => [kind, extension])).to.deep.equal([['talk', '201']]);
    const truth = { outside: wire.fromCaller, employee: wire.fromHandset, from };
    expectBothTalk(recording, anchored(recording, truth), 1, recording.seconds - 0.5);
  });
});

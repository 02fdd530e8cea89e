import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { Capture } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { expectDuration, REACH } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, OUTSIDE_MEDIA, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { find, level, slice } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';

describe('a call on its road through the office', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('goes from the menu by a key to the queue, hears music until an agent is there, and only the talk is recorded', async () => {
    const halina = await Halina.start(
      officeConfig({
        notice: { folder: await shortNotice() },
        routes: [{ name: 'office', numbers: ['+48227836000'], to: { menu: 'main' } }],
        menus: [{ name: 'main', say: 'menu', keys: { '1': { queue: 'line' } }, otherwise: { hangUp: true } }],
        queues: [{ name: 'line', agents: ['201'], announce: '0s' }],
      }),
    );
    const capture = await Capture.start();
    const steps = Scenario.caller({ media: '[media_port]' }).pause(3_000).presses('1').isHungUpOn();
    const caller = await outsideCall(steps, {}, { mediaPort: OUTSIDE_MEDIA });
    await halina.logged('the caller comes to a queue');
    await wait(8_000); // the welcome is over, the music plays; only now there is an agent
    const phone = await handset();
    await phone.event('CALL_ESTABLISHED');
    await wait(6_000); // he talks
    await phone.command('hangup');
    await caller.done();
    const stored = await halina.logged('recording kept');
    const wire = new Wire(await capture.stop());
    expect(await halina.stop()).to.equal(0);

    const connected = wire.answeredBy(address.handset(0));
    const ended = wire.at(address.handset(0), address.officeFace, /^BYE/);
    const music = soundOf(wire.toCaller, connected - 2.5, connected - 0.5);
    expect(level(music), 'music before the answer').to.be.within(-35, -10);
    const recording = await decode(String(stored['path']));
    expectDuration(recording.seconds, wire.sip, connected, ended);
    expect(level(recording.left), 'the outside party, who said nothing').to.be.below(-60);
    const employee = soundOf(wire.fromHandset, connected, ended);
    const right = find(slice(employee, 2, 4), recording.right, 2 * 8000, REACH);
    expect(right.correlation, 'employee').to.be.at.least(0.95);
  });
});

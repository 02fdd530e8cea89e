import { expect } from 'chai';
import { Capture, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { anchored, expectBothTalk, expectDuration } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { level } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';

interface Stored {
  readonly path: string;
  readonly durationMs: number;
}

describe('an outside caller reaches a handset', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  for (const mode of ['answered', 'early-media'] as const) {
    it(`hears the notice whole (${mode}), then both talk and both are recorded`, async () => {
      const halina = await Halina.start(officeConfig({ notice: { mode } }));
      const phone = await handset();
      const capture = await Capture.start();
      await outsideSound();
      const caller = await outsideCall('caller-hangs-up', { talk: mode === 'answered' ? 20_000 : 12_000 });
      await caller.done();
      await phone.event('CALL_CLOSED');
      const stored = (await halina.logged('recording kept')) as unknown as Stored;
      const wire = new Wire(await capture.stop());
      expect(await halina.stop()).to.equal(0);

      const office = address.officeFace;
      const connected = wire.at(address.handset(0), office, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i);
      const ended = wire.at(address.provider, address.trunkFace, /^BYE/);
      const rung = wire.at(office, address.handset(0), /^INVITE/);
      expectWholeNotice(wire.toCaller, rung);
      await expectTruthfulRecording(stored, wire, connected, ended);
    });
  }
});

/** Before the first ring the caller got 20 ms frames without a gap, with speech in them, as long as the notice. */
function expectWholeNotice(toCaller: readonly RtpSeen[], rung: number): void {
  const notice = toCaller.filter((one) => one.time < rung);
  const first = notice[0];
  const last = notice.at(-1);
  if (!first || !last) throw new Error('nothing was sent to the caller before the handset rang');
  const spoken = (notice.length - 1) * 0.02;
  expect(spoken, 'length of the notice').to.be.within(4, 12);
  expect(last.time - first.time, 'seconds that it took').to.be.greaterThan(spoken - 1.5);
  const steps = notice.slice(1).map(({ sequence }, n) => (sequence - (notice[n]?.sequence ?? 0)) & 0xffff);
  expect(new Set(steps), 'steps from frame to frame').to.deep.equal(new Set([1]));
  // By their own time, since a machine that has no time for it sends some of them late; there may be a pause between two prompts.
  const further = notice.slice(1).map(({ timestamp }, n) => (timestamp - (notice[n]?.timestamp ?? 0)) | 0);
  expect(further.filter((samples) => samples !== 160).length, 'pauses').to.be.at.most(5);
  expect(level(soundOf(notice, first.time, last.time)), 'level of the notice').to.be.within(-30, -10);
}

async function expectTruthfulRecording(stored: Stored, wire: Wire, connected: number, ended: number): Promise<void> {
  const recording = await decode(stored.path);
  expectDuration(recording.seconds, wire.sip, connected, ended);
  const spoken = { outside: wire.fromCaller, employee: wire.fromHandset, from: connected };
  const truth = anchored(recording, spoken);
  for (const second of [3, Math.floor(recording.seconds) - 4]) expectBothTalk(recording, truth, second, second + 2);
}

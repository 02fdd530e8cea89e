import { expect } from 'chai';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Capture } from '../support/e2e/capture.js';
import { registerHandset } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { OFFICE, outsideCall, shortNotice } from '../support/e2e/office.js';
import { run, stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { sipp } from '../support/e2e/sipp.js';
import { level, slice } from '../support/e2e/sound.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';

/** The two tones of a key, Hz. */
const tones = { '1': ['697', '1209'], '9': ['852', '1477'] } as const;

/** A caller's sound as A-law: a second of nothing, the key as its two tones, then the voice. */
async function voiceAfterKey(key: keyof typeof tones): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'halina-key-'));
  const sound = join(folder, 'key.al');
  const shape = ['-r', '8000', '-c', '1', '-t', 'al', sound, 'synth', '0.2'];
  await run('sox', ['-n', ...shape, 'sine', tones[key][0], 'sine', tones[key][1], 'remix', '1,2', 'gain', '-n', '-9']);
  const silence = Buffer.alloc(8_000, 0xd5);
  await writeFile(
    sound,
    Buffer.concat([silence, await readFile(sound), silence, await readFile((await voice('caller')).alaw)]),
  );
  return sound;
}

const hasCaller = (number: string): RegExp => new RegExp(`^From:.*\\${number}`, 'im');

/** Seconds from the answer on: the notice, which has one, and the wait for the choice. */
const CHOICE_OVER = 1 + 4 - 0.2;

/** Three callers at once: what each does at the choice, and whether its SDP has telephone-event. */
const callers = [
  { number: '+48601000001', media: 9000, does: 'presses the key (telephone-event)' },
  { number: '+48601000002', media: 9010, does: 'presses the key (tones in the sound)' },
  { number: '+48601000003', media: 9020, does: 'talks on and presses none' },
] as const;

describe('the choice that goes with the notice', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  for (const [choice, key] of [
    ['opt-out', '9'],
    ['opt-in', '1'],
  ] as const) {
    it(`${choice}: key ${key} in RTP, in the sound, or none at all decides what is recorded, and stands in the evidence`, async () => {
      const halina = await Halina.start(
        officeConfig({ notice: { folder: await shortNotice(), choice, choiceWait: '4s' } }),
      );
      await registerHandset();
      const capture = await Capture.start();
      const handset = await sipp({
        scenario: 'callee-answers',
        address: address.handset(0),
        values: { media: '[field0]', ring: 200, wait: 60_000 },
        fields: ['12000', '12002', '12004'],
        calls: 3,
      });
      await rtpPeer({ address: address.handset(0), base: 12_000, count: 3, tone: 1300 });
      await rtpPeer({ address: address.provider, base: 9010, audio: await voiceAfterKey(key) });
      await rtpPeer({ address: address.provider, base: 9020, audio: (await voice('caller')).alaw });
      const pressing = Scenario.caller({ media: '[media_port]' }).pause(700).presses(key).pause(9_000).hangsUp();
      const talking = (): Scenario => Scenario.caller({ keys: false }).pause(10_000).hangsUp();
      const calls = await Promise.all(
        callers.map(({ number, media }, n) =>
          outsideCall(
            n === 0 ? pressing : talking(),
            { number: OFFICE, caller: number, media },
            { port: 5060 + 2 * n, ...(n === 0 ? { mediaPort: media } : {}) },
          ),
        ),
      );
      await Promise.all([...calls.map((call) => call.done()), handset.done()]);
      const ended = await halina.loggedTimes('call ended', 3);
      const wanted = choice === 'opt-in' ? [true, true, false] : [false, false, true];
      await halina.loggedTimes('recording kept', wanted.filter(Boolean).length);
      const wire = new Wire(await capture.stop());
      for (const line of ended) {
        const { entry } = await halina.record(String(line['callId']));
        const n = callers.findIndex(({ number }) => number === entry.outside.number);
        const pressed = n < 2 ? { key } : {};
        const [recorded = false, does] = [wanted[n], callers[n]?.does];
        expect(entry.notice?.choice, does).to.deep.equal({ mode: choice, ...pressed, recorded });
        expect(entry.notice?.framesSent, does).to.equal(entry.notice?.framesTotal);
        expect(entry.record, does).to.deep.equal(recorded ? { wanted: true } : { wanted: false, why: 'choice' });
      }
      const stored = (await halina.calls()).filter(({ recording }) => recording.path !== undefined);
      expect(stored.map(({ number }) => number)).to.have.members(
        callers.filter((_, n) => wanted[n]).map(({ number }) => number),
      );
      for (const { number, recording } of stored) {
        const { left, right, seconds } = await decode(recording.path ?? '');
        // The first caller sends nothing but its key, before the handset answers; so its handset has nobody to answer.
        if (number === callers[0].number) continue;
        expect(level(slice(right, 1, seconds - 1)), `employee with ${number}`).to.be.greaterThan(-30);
        expect(level(slice(left, 1, seconds - 1)), number).to.be.greaterThan(-35);
      }
      // Who pressed the key is connected at once, who pressed none when the time is up.
      const waited = callers.map(({ number }) => {
        const answered = wire.at(address.trunkFace, address.provider, /^SIP\/2.0 200/, hasCaller(number));
        return wire.at(address.officeFace, address.handset(0), /^INVITE/, hasCaller(number)) - answered;
      });
      for (const [n, seconds] of waited.entries())
        expect(seconds < CHOICE_OVER, `who ${callers[n]?.does} rings after ${seconds} s`).to.equal(n < 2);
      expect(await halina.stop()).to.equal(0);
    });
  }
});
